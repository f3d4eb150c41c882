"""Paths become documents of the graph: load, skip what is unchanged, read side by side, embed together, write one by one.

    loaded ─▶ unchanged? ─▶ workers: recipe.read ─▶ recipe.embed (all that are read by now) ─▶ store.write, one transaction each

Whatever stops an ingest, what was written stays, and the next run goes on where it was: a document that is in the store with
the same text and the same recipe is not read again, and what a language model has answered is in the journal.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, field

from graph_builder.errors import BudgetReached, HoptraceError, ModelError, ModelOutputError, ModelUnavailable, PromptRefused
from graph_builder.llm import Usage
from graph_builder.loading import Failure
from graph_builder.model import Contribution, Document
from graph_builder.recipe import Reading, Recipe
from graph_builder.stores import Counts, Store

INGESTED, UPDATED, UNCHANGED, FAILED = "ingested", "updated", "unchanged", "failed"
KEPT = "a language model read it; rules read it again only with --extractor rules"
_AHEAD = 8
"""How many documents more than twice the workers are on their way, so that none waits while others are embedded."""
_TOGETHER = 32
"""How many documents are embedded in one go at most."""
_GIVING_UP = 5
"""After so many documents in a row that a language model did not answer, the rest is not tried."""


@dataclass(frozen=True, slots=True)
class IngestedDocument:
    """What became of one document; ``reason`` says why it failed, or was kept."""

    source: str
    status: str
    reason: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Progress:
    """Where an ingest is: the last document, and what all documents so far gave and cost."""

    done: int
    source: str
    status: str
    seconds: float
    chunks: int
    relations: int
    quarantined: int
    usage: Usage


@dataclass(frozen=True)
class IngestReport:
    """What an ingest did, what the graph holds after it, the seconds of each step, and what it cost.

    ``stopped`` says why it ended before all documents were read, if it did. Seconds of steps that ran side by side are summed.
    """

    documents: tuple[IngestedDocument, ...]
    counts: Counts
    seconds: dict[str, float] = field(default_factory=dict)
    usage: Usage = Usage()
    stopped: str = ""

    @property
    def failed(self) -> int:
        """How many documents could not be read."""
        return sum(document.status == FAILED for document in self.documents)

    def as_json(self) -> dict[str, object]:
        """The JSON of the command line."""
        documents = [{"source": d.source, "status": d.status, "reason": d.reason, "seconds": d.seconds} for d in self.documents]
        counts = {name: n for name, n in self.counts._asdict().items() if name != "documents"}
        told = {"seconds": self.seconds, "usage": asdict(self.usage), "stopped": self.stopped}
        return {"documents": documents, "documents_total": self.counts.documents, **counts, **told}


def ingest(
    loaded: Iterable[Document | Failure],
    recipe: Recipe,
    store: Store,
    *,
    spent: Callable[[], Usage] = Usage,
    progress: Callable[[Progress], None] | None = None,
) -> IngestReport:
    """Write each document's contribution as soon as it is read.

    Parameters
    ----------
    spent
        What the recipe's language model has cost so far.

    Raises
    ------
    ModelRefused, NotRecorded
        The language model will answer nothing; what was written stays.
    ModelUnavailable
        It did not answer for several documents in a row; what was written stays.
    """
    run = _Run(recipe, store, spent, progress)
    stopped = ""
    try:
        run.all(loaded)
    except BudgetReached as reached:
        stopped = str(reached)
    return run.report(stopped)


class _Run:
    """One ingest: the documents on their way, and what became of those that are done."""

    def __init__(
        self, recipe: Recipe, store: Store, spent: Callable[[], Usage], progress: Callable[[Progress], None] | None
    ) -> None:
        self._recipe, self._store, self._spent, self._progress = recipe, store, spent, progress
        self._began = time.perf_counter()
        self._held = {record.source: (record.id, record.recipe) for record in store.documents()}
        self._reading: dict[Future[Reading], tuple[int, Document, float]] = {}
        self._done: dict[int, IngestedDocument] = {}
        self._chunks = self._relations = self._quarantined = 0
        self._silent = 0

    def all(self, loaded: Iterable[Document | Failure]) -> None:
        """Take every document in."""
        pool = ThreadPoolExecutor(self._recipe.at_once, thread_name_prefix="reading")
        try:
            for index, (found, start) in enumerate(_timed(loaded, self._recipe)):
                if isinstance(found, Failure):
                    self._finish(index, IngestedDocument(found.source, FAILED, found.reason, 0.0))
                    continue
                if unchanged := self._unchanged(found, start):
                    self._finish(index, unchanged)
                    continue
                while len(self._reading) >= 2 * self._recipe.at_once + _AHEAD or self._is_read(found.source):
                    self._collect()
                self._reading[pool.submit(self._recipe.read, found)] = (index, found, start)
            while self._reading:
                self._collect()
        except BudgetReached:
            self._rest(pool)
            raise
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def report(self, stopped: str) -> IngestReport:
        """What was done, in the order in which documents came."""
        seconds = {step: round(s, 4) for step, s in self._recipe.seconds.items()}
        seconds["total"] = round(time.perf_counter() - self._began, 4)
        documents = tuple(self._done[index] for index in sorted(self._done))
        return IngestReport(documents, self._store.counts(), seconds, self._spent(), stopped)

    def _unchanged(self, found: Document, start: float) -> IngestedDocument | None:
        """What is told of a document that need not be read."""
        id_, recipe = self._held.get(found.source, ("", ""))
        if id_ != found.id:
            return None
        same = recipe == self._recipe.signature
        better = recipe.startswith("llm:") and self._recipe.kind != "llm" and not self._recipe.insists
        if not same and not better:
            return None
        return IngestedDocument(found.source, UNCHANGED, "" if same else KEPT, _since(start))

    def _is_read(self, source: str) -> bool:
        return any(document.source == source for _, document, _ in self._reading.values())

    def _collect(self) -> None:
        """Wait until a document is read; embed and write all that are."""
        done, _ = wait(self._reading, return_when=FIRST_COMPLETED)
        taken = [(future, *self._reading.pop(future)) for future in list(done)[:_TOGETHER]]
        read: list[tuple[Reading, int, float]] = []
        fatal: HoptraceError | None = None
        for future, index, document, start in sorted(taken, key=lambda t: t[1]):
            try:
                read.append((future.result(), index, start))
                self._silent = 0
            except (ModelUnavailable, PromptRefused, ModelOutputError) as error:
                fatal = self._failed(index, document, start, error) or fatal
            except HoptraceError as error:
                fatal = error
            except Exception as error:  # whatever one document does to us, the others go on, and it is told
                self._finish(index, IngestedDocument(document.source, FAILED, f"{type(error).__name__}: {error}", _since(start)))
        if read:
            contributions = self._recipe.embed([reading for reading, _, _ in read])
            for contribution, (_, index, start) in zip(contributions, read, strict=True):
                self._write(contribution, index, start)
        if fatal:
            raise fatal

    def _failed(self, index: int, document: Document, start: float, error: ModelError) -> ModelError | None:
        """Note that a document failed; the error with which the ingest ends, where it had better."""
        self._finish(index, IngestedDocument(document.source, FAILED, str(error), _since(start)))
        self._silent = self._silent + 1 if isinstance(error, ModelUnavailable) else 0
        if self._silent < _GIVING_UP:
            return None
        said = f"{error}; so for {_GIVING_UP} documents in a row. What was written is safe: run the same command again later"
        return ModelUnavailable(said)

    def _write(self, contribution: Contribution, index: int, start: float) -> None:
        writing = time.perf_counter()
        self._store.write(contribution)
        self._recipe.spend("write", time.perf_counter() - writing)
        document = contribution.document
        status = UPDATED if document.source in self._held else INGESTED
        self._held[document.source] = (document.id, contribution.recipe)
        self._chunks += len(contribution.chunks)
        self._relations += len(contribution.evidence)
        self._quarantined += len(contribution.rejected)
        self._finish(index, IngestedDocument(document.source, status, "", _since(start)))

    def _finish(self, index: int, document: IngestedDocument) -> None:
        self._done[index] = document
        if self._progress:
            counts = (self._chunks, self._relations, self._quarantined)
            took = time.perf_counter() - self._began
            self._progress(Progress(len(self._done), document.source, document.status, took, *counts, self._spent()))

    def _rest(self, pool: ThreadPoolExecutor) -> None:
        """Write what can still be read with the calls that are paid for."""
        pool.shutdown(wait=False, cancel_futures=True)
        for future in [future for future in self._reading if future.cancelled()]:
            del self._reading[future]
        while self._reading:
            try:
                self._collect()
            except ModelError:
                continue


def _timed(loaded: Iterable[Document | Failure], recipe: Recipe) -> Iterator[tuple[Document | Failure, float]]:
    """Each document with the time at which its loading began, which is added to the step "load"."""
    iterator = iter(loaded)
    while True:
        start = time.perf_counter()
        document = next(iterator, None)
        recipe.spend("load", time.perf_counter() - start)
        if document is None:
            return
        yield document, start


def _since(start: float) -> float:
    return round(time.perf_counter() - start, 4)
