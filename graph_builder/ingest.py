"""Paths become documents of the graph: load, skip what is unchanged, contribute, write; one document, one transaction.

Whatever stops an ingest, what was written stays, and the next run goes on where it was: a document that is in the store with
the same text and the same recipe is not read again.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from graph_builder.errors import ModelError
from graph_builder.loading import Failure
from graph_builder.model import Document
from graph_builder.recipe import Recipe
from graph_builder.stores import Counts, Store

INGESTED, UPDATED, UNCHANGED, FAILED = "ingested", "updated", "unchanged", "failed"


@dataclass(frozen=True, slots=True)
class IngestedDocument:
    """What became of one document; ``reason`` says why it failed."""

    source: str
    status: str
    reason: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Progress:
    """Where an ingest is: ``total`` is 0 while it is unknown."""

    done: int
    total: int
    source: str
    status: str
    seconds: float


@dataclass(frozen=True)
class IngestReport:
    """What an ingest did, what the graph holds after it, and the seconds of each step."""

    documents: tuple[IngestedDocument, ...]
    counts: Counts
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def failed(self) -> int:
        """How many documents could not be read."""
        return sum(document.status == FAILED for document in self.documents)

    def as_json(self) -> dict[str, object]:
        """The JSON of the command line."""
        documents = [{"source": d.source, "status": d.status, "reason": d.reason, "seconds": d.seconds} for d in self.documents]
        counts = {name: n for name, n in self.counts._asdict().items() if name != "documents"}
        return {"documents": documents, "documents_total": self.counts.documents, **counts, "seconds": self.seconds}


def ingest(
    loaded: Iterable[Document | Failure],
    recipe: Recipe,
    store: Store,
    *,
    total: int = 0,
    progress: Callable[[Progress], None] | None = None,
) -> IngestReport:
    """Write each document's contribution, as they come."""
    done: list[IngestedDocument] = []
    began = time.perf_counter()
    for document in _each(loaded, recipe, store):
        done.append(document)
        if progress:
            progress(Progress(len(done), total, document.source, document.status, time.perf_counter() - began))
    seconds = {step: round(s, 4) for step, s in recipe.seconds.items()}
    seconds["total"] = round(time.perf_counter() - began, 4)
    return IngestReport(tuple(done), store.counts(), seconds)


def _each(loaded: Iterable[Document | Failure], recipe: Recipe, store: Store) -> Iterator[IngestedDocument]:
    held = {record.source: (record.id, record.recipe) for record in store.documents()}
    signature = recipe.signature
    for document, start in _timed(loaded, recipe.seconds):
        if isinstance(document, Failure):
            yield IngestedDocument(document.source, FAILED, document.reason, 0.0)
            continue
        before = held.get(document.source)
        if before == (document.id, signature):
            yield IngestedDocument(document.source, UNCHANGED, "", round(time.perf_counter() - start, 4))
            continue
        try:
            contribution = recipe.contribute(document)
        except ModelError as error:
            yield IngestedDocument(document.source, FAILED, str(error), round(time.perf_counter() - start, 4))
            continue
        writing = time.perf_counter()
        store.write(contribution)
        recipe.seconds["write"] = recipe.seconds.get("write", 0.0) + time.perf_counter() - writing
        held[document.source] = (document.id, signature)
        yield IngestedDocument(document.source, UPDATED if before else INGESTED, "", round(time.perf_counter() - start, 4))


def _timed(loaded: Iterable[Document | Failure], seconds: dict[str, float]) -> Iterator[tuple[Document | Failure, float]]:
    """Each document with the time at which its loading began, which is added to the step "load"."""
    iterator = iter(loaded)
    while True:
        start = time.perf_counter()
        document = next(iterator, None)
        seconds["load"] = seconds.get("load", 0.0) + time.perf_counter() - start
        if document is None:
            return
        yield document, start
