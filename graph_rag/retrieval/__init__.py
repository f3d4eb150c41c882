"""Question in, passages and chains out. One file a method; each has one function, `retrieve(question, sources, *, k)`.

It returns at most ``k`` passages, best first, without repeats; scores never rise down the list; every passage has a reason; the
seconds of each step are said; an empty graph gives an empty retrieval. No method asks a language model unless its text says so.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

from graph_builder import registry
from graph_builder.model import DECIMALS
from graph_builder.stores import Hit
from graph_rag.model import Lead, Passage, Retrieval
from graph_rag.sources import Sources

Retriever = Callable[..., Retrieval]


def methods() -> list[str]:
    """The methods that answer a question, by the folder."""
    import graph_rag.retrieval as folder  # noqa: PLC0415  # a module can not name itself before it is made

    return registry.names(folder)


def retriever(method: str) -> Retriever:
    """The function of a method.

    Raises
    ------
    UnknownName
        There is no such method; the message lists those there are.
    """
    import graph_rag.retrieval as folder  # noqa: PLC0415

    _one_thread()
    found: Retriever = registry.load(folder, method, what="method").retrieve
    return found


@lru_cache(maxsize=1)
def _one_thread() -> None:
    """Let numpy multiply with one thread from now on, in this whole process.

    A question takes dozens of small products. Threads that share one wait for each other, and where another program wants the
    second core that takes several times as long: 265 ms for 45 (100 questions in turns, two cores, both busy).
    """
    from threadpoolctl import threadpool_limits  # noqa: PLC0415  # looks through all libraries that are loaded

    threadpool_limits(1, user_api="blas")


def passages(
    hits: Sequence[Hit],
    sources: Sources,
    reasons: Callable[[Hit], str],
    leads: Callable[[Hit], Lead | None] = lambda _: None,
) -> list[Passage]:
    """Hits on chunks as passages, in the same order, each with its document, title, reason, and what led to it."""
    chunks = sources.store.fetch_chunks([hit.id for hit in hits])
    records = sources.store.fetch_documents(sorted({c.document_id for c in chunks.values()}))
    found = []
    for hit in hits:
        chunk = chunks[hit.id]
        document = records[chunk.document_id]
        place = (chunk.start, chunk.end)
        found.append(Passage(document.source, document.name, chunk.id, hit.score, chunk.text, *place, reasons(hit), leads(hit)))
    return found


def fuse(rankings: Sequence[Sequence[Hit]], *, k: int, constant: int = 60) -> list[Hit]:
    """Reciprocal rank fusion (Cormack, Clarke and Buettcher 2009): each list gives 1 / (constant + rank), ranks from 1."""
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, hit in enumerate(ranking, 1):
            scores[hit.id] = scores.get(hit.id, 0.0) + 1 / (constant + rank)
    ordered = sorted(scores.items(), key=lambda item: (-round(item[1], 9), item[0]))
    return [Hit(id_, round(score, DECIMALS)) for id_, score in ordered[:k]]
