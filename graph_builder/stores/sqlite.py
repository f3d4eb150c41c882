"""The embedded store: one SQLite file, WAL, FTS5 for the words, vectors as float32 blobs searched exactly.

Readers see the last committed document while a writer writes: each read is one snapshot, and so is all that is read together
(`consistently`).
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from graph_builder.errors import EmbeddingMismatch, StoreCorrupt, StoreUnavailable
from graph_builder.model import (
    Chunk,
    Contribution,
    Document,
    Entity,
    Evidence,
    Join,
    Kind,
    Mention,
    Modality,
    Polarity,
    Rejected,
    Relation,
    Vectors,
)
from graph_builder.names import normalise
from graph_builder.settings import Settings
from graph_builder.sqlite_file import SqliteFile
from graph_builder.stores import Counts, DocumentRecord, Expansion, Hit, Named, Result, Whereabouts
from graph_builder.stores import _fingerprint as content
from graph_builder.stores._readback import contribution_of
from graph_builder.stores._scoring import cosines
from graph_builder.stores._sqlite_readback import CHUNK_COLUMNS, chunk_of, held_in
from graph_builder.stores._sqlite_transaction import (
    EVIDENCE_COLUMNS,
    IN,
    SqliteTransaction,
    among,
    evidence_of,
    vector_of,
)
from graph_builder.stores._sqlite_words import Words
from graph_builder.upkeep import add, remove

LAYOUT = "4"
_SINGLE_PRECISION = 1e-5
_RELATION_COLUMNS = "id, subject, predicate, object, polarity, modality, qualifiers, confidence, extractor, evidence_ids"
_Rows = list[tuple[Any, ...]]


def connect(settings: Settings, *, embedding_model: str, dim: int) -> "SqliteStore":
    """Open, or make, the store in the settings' home folder.

    Raises
    ------
    EmbeddingMismatch
        The store holds vectors of another model.
    StoreCorrupt, StoreUnavailable, StoreFull
        The file is not a database of ours, can not be opened, or there is no space.
    """
    home = Path(settings.home).expanduser()
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailable(f"{home} can not be made ({error.strerror}): set HOPTRACE_HOME to another folder") from error
    store = SqliteStore(home / "graph.db", dim=dim)
    try:
        store.prepare(embedding_model)
    except BaseException:  # whatever it is, the file must not stay open
        store.close()
        raise
    return store


class SqliteStore:
    """`Store` over one SQLite file; `connect` opens one."""

    def __init__(self, path: Path, *, dim: int) -> None:
        self._file = SqliteFile(path)
        self._dim = dim
        self._matrices: dict[Kind, tuple[str, tuple[list[str], Vectors]]] = {}
        self._words: dict[Kind, tuple[str, Words]] = {}

    def prepare(self, embedding_model: str) -> None:
        """Make the tables in a new file; check that an old one is ours and holds vectors of this model."""
        tables = {name for (name,) in self._all("SELECT name FROM sqlite_master")}
        if not tables:
            self._create(embedding_model)
        elif not {"meta", "document", "relation"} <= tables:
            raise StoreCorrupt(f"{self._file.path} is another program's database: set HOPTRACE_HOME to another folder")
        held: dict[str, str] = dict(self._all("SELECT key, value FROM meta"))
        if held.get("layout") != LAYOUT:
            layout = held.get("layout", "none")
            raise StoreCorrupt(
                f"{self._file.path} was written by another version of Hoptrace (layout {layout}, not {LAYOUT}): "
                "move it away, then ingest again"
            )
        if (held["embedding_model"], held["dim"]) != (embedding_model, str(self._dim)):
            raise EmbeddingMismatch(
                f"{self._file.path} holds vectors of {held['embedding_model']} ({held['dim']} dimensions), not of "
                f"{embedding_model} ({self._dim}): set EMBEDDING_MODEL={held['embedding_model']}, "
                "or ingest into an empty store"
            )

    def _create(self, embedding_model: str) -> None:
        schema = (Path(__file__).parent / "schema.sql").read_text(encoding="utf-8")
        meta = [("layout", LAYOUT), ("embedding_model", embedding_model), ("dim", str(self._dim)), ("revision", "empty")]
        with self._file.writing() as db:
            if db.execute("SELECT 1 FROM sqlite_master").fetchone():
                return  # another process was faster
            for statement in _statements(schema):
                db.execute(statement)
            db.executemany("INSERT INTO meta VALUES (?, ?)", meta)

    def write(self, *contributions: Contribution) -> None:
        with self._file.writing() as db:
            add(SqliteTransaction(db), contributions)
            db.execute(_NEXT_REVISION)

    def remove(self, document_id: str) -> bool:
        with self._file.writing() as db:
            there = db.execute("SELECT 1 FROM document WHERE id = ?", (document_id,)).fetchone() is not None
            if there:
                remove(SqliteTransaction(db), document_id)
                db.execute(_NEXT_REVISION)
        return there

    def documents(self) -> list[DocumentRecord]:
        counted = "SELECT d.id, d.name, d.source, d.recipe, (SELECT count(*) FROM chunk c WHERE c.document_id = d.id)"
        return [DocumentRecord(*row) for row in self._all(f"{counted} FROM document d ORDER BY d.source, d.id")]

    def contribution(self, document_id: str) -> Contribution:
        with self._file.reading() as db:
            return contribution_of(held_in(db, document_id), dim=self._dim)

    def _all(self, query: str, parameters: Sequence[object] | dict[str, object] = ()) -> _Rows:
        with self._file.reading() as db:
            return db.execute(query, parameters).fetchall()

    def fetch_documents(self, ids: Sequence[str]) -> dict[str, Document]:
        found = self._all(f"SELECT id, name, source, text, metadata FROM document WHERE id {IN}", among(ids))
        return {i: Document(i, name, source, text, json.loads(metadata)) for i, name, source, text, metadata in found}

    def chunk_ids(self) -> list[str]:
        return [id_ for (id_,) in self._all("SELECT id FROM chunk ORDER BY id")]

    def fetch_chunks(self, ids: Sequence[str]) -> dict[str, Chunk]:
        return {chunk.id: chunk for chunk in self._chunks(f"WHERE id {IN}", among(ids))}

    def _chunks(self, where: str = "", parameters: Sequence[object] = ()) -> list[Chunk]:
        rows = self._all(f"SELECT {CHUNK_COLUMNS} FROM chunk {where}", parameters)
        return [chunk_of(row) for row in rows]

    def fetch_entities(self, ids: Sequence[str]) -> dict[str, Entity]:
        return {entity.id: entity for entity in self._entities(f"WHERE id {IN}", among(ids))}

    def _entities(self, where: str = "", parameters: Sequence[object] = ()) -> list[Entity]:
        members = defaultdict(list)
        with self._file.reading():
            rows = self._all(f"SELECT id, type, name, joins FROM entity {where}", parameters)
            query = f"SELECT id, name, entity_id FROM alias WHERE entity_id {IN}"
            for alias_id, name, entity_id in self._all(query, among(row[0] for row in rows)):
                members[entity_id].append((alias_id, name))
        return [_entity_of(row, members[row[0]]) for row in rows]

    def fetch_aliases(self, ids: Sequence[str]) -> dict[str, str]:
        return dict(self._all(f"SELECT id, name FROM alias WHERE id {IN}", among(ids)))

    def fetch_evidence(self, ids: Sequence[str]) -> dict[str, Evidence]:
        found = self._all(f"SELECT {EVIDENCE_COLUMNS} FROM evidence WHERE id {IN}", among(ids))
        return {row[0]: evidence_of(row) for row in found}

    def sentence_vectors(self, chunk_ids: Sequence[str]) -> dict[str, Vectors]:
        found = self._all(f"SELECT id, sentence_vectors FROM chunk WHERE id {IN}", among(chunk_ids))
        return {id_: vector_of(blob).reshape(-1, self._dim) for id_, blob in found}

    def terms(self, chunk_ids: Sequence[str]) -> dict[str, frozenset[str]]:
        found = self._all(
            f"SELECT c.id, f.terms FROM chunk c CROSS JOIN chunk_terms f ON f.rowid = c.row WHERE c.id {IN}", among(chunk_ids)
        )
        return {id_: frozenset(terms.split()) for id_, terms in found}

    def entities_named(self, names: Sequence[str], *, normalised: bool = False) -> dict[str, tuple[str, ...]]:
        wanted = {name: name if normalised else normalise(name) for name in names}
        ids = among(set(wanted.values()) - {""})
        found = self._all(
            f"SELECT normalised, entity_id FROM alias WHERE normalised {IN}"
            f" UNION SELECT referent, entity_id FROM alias WHERE referent {IN}",
            (*ids, *ids),
        )
        bearers = defaultdict(set)
        for form, entity_id in found:
            bearers[form].add(entity_id)
        return {name: tuple(sorted(bearers[form])) for name, form in wanted.items() if form in bearers}

    def vectors(self, kind: Kind, ids: Sequence[str]) -> dict[str, Vectors]:
        found = self._all(f"SELECT id, vector FROM {kind.value} WHERE id {IN}", among(ids))
        return {id_: vector_of(blob) for id_, blob in found}

    def mentions(self, chunk_ids: Sequence[str]) -> dict[str, tuple[Named, ...]]:
        found = defaultdict(set)
        for chunk_id, start, end, entity_id, name in self._all(
            "SELECT m.chunk_id, m.start, m.end, a.entity_id, a.normalised"
            f" FROM mention m JOIN alias a ON a.id = m.alias_id WHERE m.chunk_id {IN}",
            among(chunk_ids),
        ):
            found[chunk_id].add(Named(start, end, entity_id, name))
        return {chunk_id: tuple(sorted(named)) for chunk_id, named in found.items()}

    def mentioned(self, entity_ids: Sequence[str], *, cap: int) -> dict[str, Whereabouts]:
        found = defaultdict(list)
        for entity_id, chunk_id in self._all(
            "SELECT a.entity_id, m.chunk_id FROM alias a JOIN mention m ON m.alias_id = a.id"
            f" WHERE a.entity_id {IN} GROUP BY 1, 2 ORDER BY 1, max(m.start = m.end) DESC, 2",
            among(entity_ids),
        ):
            found[entity_id].append(chunk_id)
        return {entity_id: Whereabouts(tuple(ids[:cap]), len(ids)) for entity_id, ids in found.items()}

    def nearest(self, kind: Kind, vector: Vectors, *, k: int) -> list[Hit]:
        ids, matrix = self._matrix(kind)
        if not ids or k <= 0:
            return []
        scores = matrix @ vector
        worst = np.partition(scores, -k)[-k] if k < len(ids) else scores.min()
        near = np.flatnonzero(scores >= worst - _SINGLE_PRECISION)
        return cosines([ids[i] for i in near], matrix[near], vector)[:k]

    def _matrix(self, kind: Kind) -> tuple[list[str], Vectors]:
        """All vectors of a kind, kept until the graph changes: shape (n, dim), with their ids."""

        def read() -> tuple[list[str], Vectors]:
            rows = self._all(f"SELECT id, vector FROM {kind.value} ORDER BY id")
            joined = b"".join(blob for _, blob in rows)
            return [id_ for id_, _ in rows], vector_of(joined).reshape(-1, self._dim)

        with self._file.reading():
            return self._kept(self._matrices, kind, read)

    def search(self, kind: Kind, text: str, *, k: int) -> list[Hit]:
        if k <= 0:
            return []
        with self._file.reading():
            return self._kept(self._words, kind, lambda: Words(kind.value, self._all)).search(text, k=k)

    def _kept(self, held: dict[Kind, tuple[str, Result]], kind: Kind, make: Callable[[], Result]) -> Result:
        """What is made of the graph as it is now, and made anew only where that has changed; within one `reading`."""
        revision, found = self.revision(), held.get(kind)
        if found is None or found[0] != revision:
            found = held[kind] = revision, make()
        return found[1]

    def expand(self, entity_ids: Sequence[str], *, cap: int) -> Expansion:
        relations: dict[str, Relation] = {}
        capped = set()
        with self._file.reading():
            for (id_,) in self._all(f"SELECT id FROM entity WHERE id {IN}", among(entity_ids)):
                around = self._relations_around(id_, cap + 1)
                if len(around) > cap:
                    capped.add(id_)
                relations |= {r.id: r for r in around[:cap]}
        ordered = sorted(relations.values(), key=lambda r: (-r.confidence, -len(r.evidence_ids), r.id))
        return Expansion(tuple(ordered), frozenset(capped))

    def ties(self, pairs: Sequence[tuple[str, str]]) -> list[Relation]:
        rows = self._all(
            "WITH ends (one, other) AS (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?))"
            f" SELECT {_RELATION_COLUMNS} FROM ends JOIN relation ON subject = one AND object = other"
            f" UNION SELECT {_RELATION_COLUMNS} FROM ends JOIN relation ON subject = other AND object = one ORDER BY id",
            (json.dumps(pairs),),
        )
        return [_relation_of(row) for row in rows]

    def _relations_around(self, entity_id: str, limit: int) -> list[Relation]:
        best = "ORDER BY confidence DESC, support DESC, id LIMIT :limit"
        columns = f"{_RELATION_COLUMNS}, support"
        rows = self._all(
            f"SELECT {columns} FROM (SELECT * FROM relation WHERE subject = :id {best})"
            f" UNION SELECT {columns} FROM (SELECT * FROM relation WHERE object = :id {best}) {best}",
            {"id": entity_id, "limit": limit},
        )
        return [_relation_of(row) for row in rows]

    def rejected(self) -> list[Rejected]:
        return [Rejected(*row) for row in self._all("SELECT chunk_id, record, reason FROM rejected ORDER BY 1, 2, 3")]

    def revision(self) -> str:
        return str(self._all("SELECT value FROM meta WHERE key = 'revision'")[0][0])

    def counts(self) -> Counts:
        tables = ("document", "chunk", "entity", "relation", "evidence", "rejected")
        (row,) = self._all(f"SELECT {', '.join(f'(SELECT count(*) FROM {table})' for table in tables)}")
        return Counts(*row)

    def rows(self) -> Iterator[content.Row]:
        with self._file.reading():  # all of one state: read to the end before the first is given away
            return iter(list(self._rows()))

    def _rows(self) -> Iterator[content.Row]:
        documents = self._all("SELECT id, name, source, metadata FROM document")
        yield from (content.document_row(Document(i, n, s, "", json.loads(m))) for i, n, s, m in documents)
        yield from map(content.chunk_row, self._chunks())
        yield from (("alias", *row) for row in self._all("SELECT id, name, type, canonical FROM alias"))
        mentions = self._all("SELECT alias_id, chunk_id, start, end FROM mention")
        yield from (content.mention_row(Mention(*row)) for row in mentions)
        evidence = self._all(f"SELECT {EVIDENCE_COLUMNS}, relation_id FROM evidence")
        yield from (content.evidence_row(evidence_of(row), row[17]) for row in evidence)
        yield from map(content.rejected_row, self.rejected())
        yield from map(content.entity_row, self._entities())
        relations = self._all(f"SELECT {_RELATION_COLUMNS} FROM relation")
        yield from (content.relation_row(_relation_of(row)) for row in relations)

    def fingerprint(self) -> str:
        return content.fingerprint(self.rows())

    def consistently(self, work: Callable[[], Result]) -> Result:
        with self._file.reading():
            return work()

    def close(self) -> None:
        self._file.close()


_NEXT_REVISION = "UPDATE meta SET value = lower(hex(randomblob(16))) WHERE key = 'revision'"


def _entity_of(row: tuple[Any, ...], members: Sequence[tuple[str, str]]) -> Entity:
    id_, type_, name, joins = row
    names = tuple(sorted({alias for _, alias in members}))
    alias_ids = tuple(sorted(alias_id for alias_id, _ in members))
    return Entity(id_, type_, name, names, alias_ids, joins=tuple(Join(*j) for j in json.loads(joins)))


def _relation_of(row: tuple[Any, ...]) -> Relation:
    id_, subject, predicate, object_, polarity, modality, qualifiers, confidence, extractor, evidence_ids = row[:10]
    claim = (subject, predicate, object_, Polarity(polarity), Modality(modality))
    return Relation(id_, *claim, qualifiers, confidence, extractor, tuple(json.loads(evidence_ids)))


def _statements(script: str) -> Iterator[str]:
    """The statements of a script, one by one, so that they run inside our transaction."""
    for statement in "\n".join(line for line in script.splitlines() if not line.startswith("--")).split(";"):
        if statement.strip():
            yield statement
