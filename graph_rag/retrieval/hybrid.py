"""Hybrid retrieval: dense and keyword, fused by reciprocal rank."""

from graph_builder.model import Kind
from graph_rag.model import Retrieval
from graph_rag.retrieval import fuse, passages
from graph_rag.sources import Question, Sources, timed

_POOL = 60


def retrieve(question: Question, sources: Sources, *, k: int) -> Retrieval:
    """The k best of the fused first `_POOL` of both lists."""
    vector, seconds = question.vector, dict(question.seconds)
    pool = max(_POOL, k)
    with timed(seconds, "search dense"):
        dense = sources.store.nearest(Kind.CHUNK, vector, k=pool)
    with timed(seconds, "search words"):
        words = sources.store.search(Kind.CHUNK, question.text, k=pool)
    ranks = [{hit.id: rank for rank, hit in enumerate(ranking, 1)} for ranking in (dense, words)]
    with timed(seconds, "read"):
        found = passages(
            fuse([dense, words], k=k),
            sources,
            lambda hit: f"rank {ranks[0].get(hit.id, '-')} by vector, {ranks[1].get(hit.id, '-')} by words",
        )
    return Retrieval(found, seconds=seconds)
