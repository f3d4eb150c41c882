"""The embedded store: one SQLite file, WAL, FTS5 for the words, vectors as float32 blobs searched exactly.

Readers see the last committed document while a writer writes. Each thread has its own connection.
"""

import json
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from graph_builder.errors import (
    EmbeddingMismatch,
    HoptraceError,
    StoreBusy,
    StoreCorrupt,
    StoreError,
    StoreFull,
    StoreUnavailable,
)
from graph_builder.model import (
    Alias,
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
    Sentence,
    Vectors,
)
from graph_builder.names import normalise
from graph_builder.settings import Settings
from graph_builder.stores import Counts, DocumentRecord, Expansion, Hit
from graph_builder.stores import _fingerprint as content
from graph_builder.stores._sqlite_transaction import (
    EVIDENCE_COLUMNS,
    IN,
    SqliteTransaction,
    among,
    evidence_of,
    vector_of,
)
from graph_builder.terms import Corpus, bm25, terms
from graph_builder.upkeep import add, remove

LAYOUT = "1"
_BUSY_SECONDS = 60.0
_CANDIDATES = 400
_RELATION_COLUMNS = "id, subject, predicate, object, polarity, modality, qualifiers, confidence, extractor, evidence_ids"


def connect(settings: Settings, *, embedding_model: str, dim: int) -> "SqliteStore":
    """Open, or make, the store in the settings' home folder.

    Raises
    ------
    EmbeddingMismatch
        The store holds vectors of another model.
    StoreCorrupt, StoreUnavailable, StoreFull
        The file is not a database of ours, can not be opened, or there is no space.
    """
    return SqliteStore(Path(settings.home) / "graph.db", embedding_model=embedding_model, dim=dim)


def _translated(error: sqlite3.Error, path: Path) -> HoptraceError:
    message = str(error)
    if "full" in message or "disk I/O" in message:
        return StoreFull(f"no space left for {path}: free some, then run the same command again; what was written is safe")
    if "locked" in message or "busy" in message:
        return StoreBusy(f"{path} is held by another writer for more than {_BUSY_SECONDS:.0f} s: wait for it, or stop it")
    if "not a database" in message or "malformed" in message:
        return StoreCorrupt(f"{path} is damaged or no Hoptrace graph ({message}): move it away, then ingest again")
    if "unable to open" in message or "readonly" in message:
        return StoreUnavailable(f"{path} can not be opened for writing ({message}): check the folder and its permissions")
    return StoreError(f"{path}: {message}")


class SqliteStore:
    """`Store` over one SQLite file."""

    def __init__(self, path: Path, *, embedding_model: str, dim: int) -> None:
        self._path = path
        self._dim = dim
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._matrices: dict[Kind, tuple[int, list[str], Vectors]] = {}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreUnavailable(f"{path.parent} can not be made: {error.strerror}; set HOPTRACE_HOME") from error
        with self._reading() as db:
            if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
                self._create(embedding_model)
            held = dict(db.execute("SELECT key, value FROM meta").fetchall())
        if held["layout"] != LAYOUT:
            raise StoreCorrupt(f"{path} was written by another version (layout {held['layout']}): ingest into a new folder")
        if (held["embedding_model"], int(held["dim"])) != (embedding_model, dim):
            raise EmbeddingMismatch(
                f"{path} holds vectors of {held['embedding_model']} ({held['dim']}), not of {embedding_model} ({dim}): "
                f"set EMBEDDING_MODEL={held['embedding_model']}, or make them anew with `hoptrace reembed`"
            )

    def _create(self, embedding_model: str) -> None:
        schema = (Path(__file__).parent / "schema.sql").read_text(encoding="utf-8")
        meta = [("layout", LAYOUT), ("embedding_model", embedding_model), ("dim", str(self._dim)), ("revision", "0")]
        with self._writing() as db:
            if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
                return  # another process was faster
            for statement in _statements(schema):
                db.execute(statement)
            db.executemany("INSERT INTO meta VALUES (?, ?)", meta)

    def _connection(self) -> sqlite3.Connection:
        held: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if held is None:
            held = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            with self._lock:
                self._opened.append(held)
            held.execute("PRAGMA journal_mode = WAL")
            held.execute("PRAGMA synchronous = NORMAL")
            self._local.connection = held
        return held

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        try:
            yield self._connection()
        except sqlite3.Error as error:
            raise _translated(error, self._path) from error

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._reading() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("UPDATE meta SET value = value + 1 WHERE key = 'revision'")
                db.execute("COMMIT")
            except BaseException:  # whatever stopped it, Ctrl-C too, nothing half-written may stay
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise

    def write(self, contribution: Contribution) -> None:
        with self._writing() as db:
            add(SqliteTransaction(db), contribution)

    def remove(self, document_id: str) -> bool:
        with self._writing() as db:
            if not db.execute("SELECT 1 FROM document WHERE id = ?", (document_id,)).fetchone():
                return False
            remove(SqliteTransaction(db), document_id)
        return True

    def documents(self) -> list[DocumentRecord]:
        return [
            DocumentRecord(*row)
            for row in self._all(
                "SELECT d.id, d.name, d.source, d.recipe, (SELECT count(*) FROM chunk c WHERE c.document_id = d.id)"
                " FROM document d ORDER BY d.source, d.id"
            )
        ]

    def _all(self, query: str, parameters: Sequence[object] = ()) -> list[tuple[str, ...]]:
        with self._reading() as db:
            return db.execute(query, parameters).fetchall()

    def fetch_documents(self, ids: Sequence[str]) -> dict[str, Document]:
        found = self._all(f"SELECT id, name, source, text, metadata FROM document WHERE id {IN}", among(ids))  # noqa: S608
        return {i: Document(i, name, source, text, json.loads(metadata)) for i, name, source, text, metadata in found}

    def fetch_chunks(self, ids: Sequence[str]) -> dict[str, Chunk]:
        return {chunk.id: chunk for chunk in self._chunks(f"WHERE id {IN}", among(ids))}

    def _chunks(self, where: str, parameters: Sequence[object] = ()) -> Iterator[Chunk]:
        columns = "id, document_id, position, start, end, text, heading, sentences"
        for *row, sentences in self._all(f"SELECT {columns} FROM chunk {where}", parameters):  # noqa: S608  # constants
            yield Chunk(*row, tuple(Sentence(*s) for s in json.loads(sentences)))  # type: ignore[arg-type]  # in field order

    def fetch_entities(self, ids: Sequence[str]) -> dict[str, Entity]:
        return {entity.id: entity for entity in self._entities(f"WHERE id {IN}", among(ids))}

    def _entities(self, where: str, parameters: Sequence[object] = ()) -> Iterator[Entity]:
        rows = self._all(f"SELECT id, type, name, joins FROM entity {where}", parameters)  # noqa: S608  # constants
        members = defaultdict(list)
        ids = among(row[0] for row in rows)
        for alias_id, name, entity_id in self._all(f"SELECT id, name, entity_id FROM alias WHERE entity_id {IN}", ids):  # noqa: S608
            members[entity_id].append((alias_id, name))
        for id_, type_, name, joins in rows:
            names = tuple(sorted({alias for _, alias in members[id_]}))
            alias_ids = tuple(sorted(alias_id for alias_id, _ in members[id_]))
            yield Entity(id_, type_, name, names, alias_ids, joins=tuple(Join(*j) for j in json.loads(joins)))

    def fetch_aliases(self, ids: Sequence[str]) -> dict[str, str]:
        return dict(self._all(f"SELECT id, name FROM alias WHERE id {IN}", among(ids)))  # noqa: S608  # type: ignore

    def fetch_evidence(self, ids: Sequence[str]) -> dict[str, Evidence]:
        found = self._all(f"SELECT {EVIDENCE_COLUMNS} FROM evidence WHERE id {IN}", among(ids))  # noqa: S608
        return {row[0]: evidence_of(row) for row in found}

    def sentence_vectors(self, chunk_ids: Sequence[str]) -> dict[str, Vectors]:
        found = self._all(f"SELECT id, sentence_vectors FROM chunk WHERE id {IN}", among(chunk_ids))  # noqa: S608
        return {id_: vector_of(blob).reshape(-1, self._dim) for id_, blob in found}  # type: ignore[arg-type]  # a BLOB

    def entities_named(self, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
        wanted = {name: normalise(name) for name in names}
        ids = among(set(wanted.values()) - {""})
        found = self._all(
            f"SELECT normalised, entity_id FROM alias WHERE normalised {IN}"  # noqa: S608
            f" UNION SELECT referent, entity_id FROM alias WHERE referent {IN}",
            (*ids, *ids),
        )
        bearers = defaultdict(set)
        for normalised, entity_id in found:
            bearers[normalised].add(entity_id)
        return {name: tuple(sorted(bearers[form])) for name, form in wanted.items() if form in bearers}

    def entities_in(self, chunk_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        found = defaultdict(list)
        for chunk_id, entity_id in self._all(
            "SELECT DISTINCT m.chunk_id, a.entity_id FROM mention m JOIN alias a ON a.id = m.alias_id"
            f" WHERE m.chunk_id {IN} ORDER BY 1, 2",  # noqa: S608
            among(chunk_ids),
        ):
            found[chunk_id].append(entity_id)
        return {chunk_id: tuple(entities) for chunk_id, entities in found.items()}

    def nearest(self, kind: Kind, vector: Vectors, *, k: int) -> list[Hit]:
        ids, matrix = self._matrix(kind)
        if not ids or k <= 0:
            return []
        scores = matrix @ vector
        best = np.argpartition(-scores, min(k, len(ids) - 1))[: k + 1] if len(ids) > k else np.arange(len(ids))
        worst = round(float(np.sort(scores[best])[::-1][: k][-1]), 6)
        near = np.flatnonzero(scores >= worst - 1e-6)  # all that tie with the k-th, so that ties go by id
        hits = [Hit(ids[i], round(float(scores[i]), 6)) for i in near]
        return sorted(hits, key=lambda hit: (-hit.score, hit.id))[:k]

    def _matrix(self, kind: Kind) -> tuple[list[str], Vectors]:
        """All vectors of a kind, kept until the graph changes: shape (n, dim), with their ids."""
        revision = int(self._all("SELECT value FROM meta WHERE key = 'revision'")[0][0])
        held = self._matrices.get(kind)
        if held is None or held[0] != revision:
            rows = self._all(f"SELECT id, vector FROM {kind.value} ORDER BY id")  # noqa: S608  # an enum's value
            joined = b"".join(blob for _, blob in rows)  # type: ignore[misc]  # a BLOB
            held = revision, [id_ for id_, _ in rows], vector_of(joined).reshape(-1, self._dim)
            self._matrices[kind] = held
        return held[1], held[2]

    def search(self, kind: Kind, text: str, *, k: int) -> list[Hit]:
        query = sorted(set(terms(text)))
        if not query or k <= 0:
            return []
        frequency = dict(
            self._all(f"SELECT term, doc FROM {kind.value}_vocabulary WHERE term {IN}", among(query))  # noqa: S608
        )
        match = " OR ".join(f'"{term}"' for term in query)
        candidates = self._all(
            f"SELECT t.id, f.terms FROM {kind.value}_terms f JOIN {kind.value} t ON t.row = f.rowid"  # noqa: S608
            f" WHERE {kind.value}_terms MATCH ? ORDER BY f.rank LIMIT ?",
            (match, max(_CANDIDATES, 4 * k)),
        )
        size, length = self._all("SELECT texts, terms FROM extent WHERE kind = ?", (kind.value,))[0]
        corpus = Corpus(int(size), int(length) / int(size) if int(size) else 1.0, {t: int(n) for t, n in frequency.items()})
        return [Hit(*hit) for hit in bm25(query, ((i, t.split()) for i, t in candidates), corpus)][:k]

    def expand(self, entity_ids: Sequence[str], *, cap: int) -> Expansion:
        relations: dict[str, Relation] = {}
        chunks: dict[str, tuple[str, ...]] = {}
        capped = set()
        for id_ in sorted(set(entity_ids)):
            around = self._relations_around(id_, cap + 1)
            mentioned = self._chunks_mentioning(id_, cap + 1)
            if len(around) > cap or len(mentioned) > cap:
                capped.add(id_)
            relations |= {r.id: r for r in around[:cap]}
            chunks[id_] = tuple(mentioned[:cap])
        ordered = sorted(relations.values(), key=lambda r: (-r.confidence, -len(r.evidence_ids), r.id))
        return Expansion(tuple(ordered), chunks, frozenset(capped))

    def _relations_around(self, entity_id: str, limit: int) -> list[Relation]:
        best = "ORDER BY confidence DESC, support DESC, id LIMIT :limit"
        rows = self._all_named(
            f"SELECT {_RELATION_COLUMNS}, support FROM (SELECT * FROM relation WHERE subject = :id {best})"  # noqa: S608
            f" UNION SELECT {_RELATION_COLUMNS}, support FROM (SELECT * FROM relation WHERE object = :id {best}) {best}",
            {"id": entity_id, "limit": limit},
        )
        return [_relation_of(row) for row in rows]

    def _all_named(self, query: str, parameters: dict[str, object]) -> list[tuple[str, ...]]:
        with self._reading() as db:
            return db.execute(query, parameters).fetchall()

    def _chunks_mentioning(self, entity_id: str, limit: int) -> list[str]:
        found = self._all(
            "SELECT DISTINCT m.chunk_id FROM alias a JOIN mention m ON m.alias_id = a.id WHERE a.entity_id = ?"
            " ORDER BY m.chunk_id LIMIT ?",
            (entity_id, limit),
        )
        return [chunk_id for (chunk_id,) in found]

    def rejected(self) -> list[Rejected]:
        return [Rejected(*row) for row in self._all("SELECT chunk_id, record, reason FROM rejected ORDER BY 1, 2, 3")]

    def counts(self) -> Counts:
        tables = ("document", "chunk", "entity", "relation", "evidence", "rejected")
        return Counts(*(int(self._all(f"SELECT count(*) FROM {table}")[0][0]) for table in tables))  # noqa: S608

    def rows(self) -> Iterator[content.Row]:
        documents = self._all("SELECT id, name, source, '', metadata FROM document")
        yield from (content.document_row(Document(i, n, s, t, json.loads(m))) for i, n, s, t, m in documents)
        yield from (content.chunk_row(chunk) for chunk in self._chunks(""))
        aliases = self._all("SELECT id, name, type, canonical FROM alias")
        yield from (("alias", *row) for row in aliases if Alias(*row))
        mentions = self._all("SELECT alias_id, chunk_id, start, end FROM mention")
        yield from (content.mention_row(Mention(a, c, int(s), int(e))) for a, c, s, e in mentions)
        evidence = self._all(f"SELECT {EVIDENCE_COLUMNS}, relation_id FROM evidence")  # noqa: S608
        yield from (content.evidence_row(evidence_of(row), row[16]) for row in evidence)
        yield from (content.rejected_row(rejected) for rejected in self.rejected())
        yield from (content.entity_row(entity) for entity in self._entities(""))
        relations = self._all(f"SELECT {_RELATION_COLUMNS} FROM relation")  # noqa: S608
        yield from (content.relation_row(_relation_of(row)) for row in relations)

    def fingerprint(self) -> str:
        return content.fingerprint(self.rows())

    def close(self) -> None:
        with self._lock:
            while self._opened:
                self._opened.pop().close()
        self._local = threading.local()


def _relation_of(row: Sequence[object]) -> Relation:
    id_, subject, predicate, object_, polarity, modality, qualifiers, confidence, extractor, evidence_ids = row[:10]
    return Relation(
        *(str(id_), str(subject), str(predicate), str(object_), Polarity(str(polarity)), Modality(str(modality))),
        *(str(qualifiers), float(str(confidence)), str(extractor), tuple(json.loads(str(evidence_ids)))),
    )


def _statements(script: str) -> Iterator[str]:
    """The statements of a script, one by one, so that they run inside our transaction."""
    for statement in "\n".join(line for line in script.splitlines() if not line.startswith("--")).split(";"):
        if statement.strip():
            yield statement
