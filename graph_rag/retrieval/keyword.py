"""Keyword retrieval: BM25 over the passages' words."""

from graph_builder.model import Kind
from graph_rag.model import Retrieval
from graph_rag.retrieval import passages
from graph_rag.sources import Question, Sources, timed


def retrieve(question: Question, sources: Sources, *, k: int) -> Retrieval:
    """The k chunks with the greatest BM25 score for the question's words."""
    seconds: dict[str, float] = {}
    with timed(seconds, "search"):
        hits = sources.store.search(Kind.CHUNK, question.text, k=k)
    with timed(seconds, "read"):
        found = passages(hits, sources, lambda hit: f"BM25 {hit.score:.2f}")
    return Retrieval(found, seconds=seconds)
