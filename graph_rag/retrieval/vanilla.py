"""Dense retrieval: the passages nearest to the question."""

from graph_builder.model import Kind
from graph_rag.model import Retrieval
from graph_rag.retrieval import passages
from graph_rag.sources import Question, Sources, timed


def retrieve(question: Question, sources: Sources, *, k: int) -> Retrieval:
    """The k chunks whose vectors have the greatest cosine with the question's."""
    vector, seconds = question.vector, dict(question.seconds)
    with timed(seconds, "search"):
        hits = sources.store.nearest(Kind.CHUNK, vector, k=k)
    with timed(seconds, "read"):
        found = passages(hits, sources, lambda hit: f"cosine {hit.score:.2f} with the question")
    return Retrieval(found, seconds=seconds)
