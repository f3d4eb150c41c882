"""A graph moves between the embedded store and Neo4j: some documents at a time, and compared at the end.

What a document gave is read back with its vectors and written to the other store, which derives the rest again. No model is
asked anything. A document that is there already is skipped, so a copy that was stopped goes on when it is started again.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from graph_builder import registry, stores
from graph_builder.errors import InputError, SettingsError, StoreError, UnknownName
from graph_builder.model import Contribution
from graph_builder.settings import Settings
from graph_builder.stores import DocumentRecord, Store

EMBEDDED, SERVER = "sqlite", "neo4j"
_SHOWN = 3
_TOGETHER = 1_000
"""How many chunks are written in one transaction at most, unless a document has more: both stores hold it in memory."""


@dataclass(frozen=True, slots=True)
class CopyProgress:
    """Where a copy is: so many of all documents are there, the last of them from ``source``."""

    done: int
    total: int
    source: str


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy did: ``documents`` were written, ``skipped`` were there already; both graphs have the fingerprint."""

    source: str
    target: str
    documents: int
    skipped: int
    fingerprint: str

    def as_json(self) -> dict[str, object]:
        """The JSON of the command line."""
        return {
            **{"from": self.source, "to": self.target},
            **{"documents": self.documents, "skipped": self.skipped, "fingerprint": self.fingerprint},
        }


def copy_graph(
    settings: Settings, to: str, *, embedding_model: str, dim: int, progress: Callable[[CopyProgress], None] | None = None
) -> Copied:
    """Copy between the embedded store in the home folder and the database that NEO4J_URI names.

    Parameters
    ----------
    to
        "neo4j" or "sqlite": the store that is written; the other is read.
    embedding_model, dim
        What both stores hold vectors of.

    Raises
    ------
    UnknownName, SettingsError, InputError
        There is no such store, NEO4J_URI is not set, nothing is there to copy, or the target holds other documents; nothing
        is written.
    EmbeddingMismatch
        A store holds vectors of another model.
    StoreError
        A store failed, or the fingerprints differ at the end; what was written stays, and the next copy goes on.
    """
    if to not in (EMBEDDED, SERVER):
        raise UnknownName(f'no store is "{to}"; use {SERVER} or {EMBEDDED}')
    if not settings.neo4j_uri:
        raise SettingsError("a copy needs a Neo4j server: set NEO4J_URI, such as NEO4J_URI=neo4j://localhost:7687")
    embedded = replace(settings, neo4j_uri="")
    source, target = (embedded, settings) if to == SERVER else (settings, embedded)
    if to == SERVER and not (Path(settings.home).expanduser() / "graph.db").exists():
        raise InputError(
            f"no graph to copy in {settings.home}: run `hoptrace ingest PATH` first, or name another folder with --home"
        )
    with _opened(source, embedding_model, dim) as here, _opened(target, embedding_model, dim) as there:
        documents, skipped = copy_documents(here, there, progress=progress)
        return Copied(source.store, to, documents, skipped, same_fingerprint(here, there))


@contextmanager
def _opened(settings: Settings, embedding_model: str, dim: int) -> Iterator[Store]:
    connect = registry.load(stores, settings.store, what="store").connect
    store: Store = connect(settings, embedding_model=embedding_model, dim=dim)
    try:
        yield store
    finally:
        store.close()


def copy_documents(source: Store, target: Store, *, progress: Callable[[CopyProgress], None] | None = None) -> tuple[int, int]:
    """Write each document of the source that the target does not hold; how many were written, and how many skipped.

    Raises
    ------
    InputError
        The source holds nothing, or the target documents that the source does not have.
    StoreError
        A store failed, or a document went away meanwhile.
    """
    records = source.documents()
    held = target.documents()
    _check(sorted({r.source for r in held} - {r.source for r in records}), empty=not records)
    there = {(record.id, record.recipe) for record in held}
    for first, bundle in _bundles(records):
        wanted = [record for record in bundle if (record.id, record.recipe) not in there]
        if wanted:
            target.write(*(_read(source, record) for record in wanted))
        for done, record in enumerate(bundle, first + 1):
            if progress:
                progress(CopyProgress(done, len(records), record.source))
    skipped = sum((record.id, record.recipe) in there for record in records)
    return len(records) - skipped, skipped


def _bundles(records: Sequence[DocumentRecord]) -> Iterator[tuple[int, Sequence[DocumentRecord]]]:
    """Documents that are written together, and how many came before: first one, then twice as many each time.

    What a copy can not do shows at once, and the statements of a transaction, about 40, are soon shared by many documents.
    """
    first, size = 0, 1
    while first < len(records):
        last = first + 1
        while last < min(first + size, len(records)) and sum(r.chunks for r in records[first : last + 1]) <= _TOGETHER:
            last += 1
        yield first, records[first:last]
        first, size = last, 2 * size


def _read(source: Store, record: DocumentRecord) -> Contribution:
    try:
        return source.contribution(record.id)
    except KeyError as error:
        raise StoreError(f"{record.source} was removed while the graph was copied: run the same command again") from error


def _check(strangers: list[str], *, empty: bool) -> None:
    if empty:
        raise InputError("the graph to copy holds no documents: run `hoptrace ingest PATH` first")
    if strangers:
        more = f" and {len(strangers) - _SHOWN} more" if len(strangers) > _SHOWN else ""
        raise InputError(
            f"the graph to copy into holds documents that the other does not: {', '.join(strangers[:_SHOWN])}{more}. "
            "Delete them with `hoptrace delete`, or copy into an empty store"
        )


def same_fingerprint(source: Store, target: Store) -> str:
    """The fingerprint of both graphs.

    Raises
    ------
    StoreError
        They differ.
    """
    ours, theirs = source.fingerprint(), target.fingerprint()
    if ours != theirs:
        raise StoreError(
            f"the copy is not the same graph (fingerprint {theirs}, not {ours}): if documents were written meanwhile, run the "
            "same command again; else copy into an empty store"
        )
    return ours
