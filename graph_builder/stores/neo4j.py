"""The shared store: Neo4j 5.26 or newer, without plug-ins. The statements are in `cypher/`, the model in ARCHITECTURE.md.

Every method is one statement, or one transaction. Neo4j shows a reader what other transactions have committed at each moment
("read committed"), so what takes several statements is read again when a document was written in between.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import cypher
from graph_builder.errors import EmbeddingMismatch, SettingsError, StoreCorrupt
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
from graph_builder.querying import ROWS, SECONDS, Pattern, Table
from graph_builder.settings import Settings
from graph_builder.stores import Counts, DocumentRecord, Expansion, Hit, Named, Result, Whereabouts
from graph_builder.stores import _fingerprint as content
from graph_builder.stores._neo4j_readback import chunk_of, held_in
from graph_builder.stores._neo4j_readonly import ask
from graph_builder.stores._neo4j_session import Neo4jSession, knows_search, run
from graph_builder.stores._neo4j_transaction import Neo4jTransaction, evidence_of, key_of, vector_of
from graph_builder.stores._readback import contribution_of
from graph_builder.stores._scoring import cosines, widened
from graph_builder.terms import Corpus, bm25, query_terms, telling
from graph_builder.upkeep import add, missing, remove

if TYPE_CHECKING:
    from neo4j import ManagedTransaction, Record

LAYOUT = "4"
_NEAR = 200
"""Fewest candidates of a vector index, which is approximate: it finds the first few the surer, the more it looks for."""

_SPARE = 50
"""Vectors beyond the k-th that are scored exactly; the index scores in single precision, so the order may change a little."""

_CANDIDATES = 400
_TRIES = 3


def connect(settings: Settings, *, embedding_model: str, dim: int) -> "Neo4jStore":
    """Open, or make, the graph in the database that the settings name.

    Raises
    ------
    EmbeddingMismatch
        The graph holds vectors of another model.
    SettingsError
        The database holds another program's graph under our labels.
    StoreUnavailable, StoreCorrupt
        No server answers, it refuses the user, or the graph was written by another version.
    """
    store = Neo4jStore(Neo4jSession(settings), place=settings.neo4j_uri, dim=dim)
    try:
        store.prepare(embedding_model)
    except BaseException:  # whatever it is, the connections must not stay open
        store.close()
        raise
    return store


class Neo4jStore:
    """`Store` over one Neo4j database; `connect` opens one."""

    def __init__(self, session: Neo4jSession, *, place: str, dim: int) -> None:
        self._session = session
        self._place = place
        self._dim = dim
        self._by_search = False

    def prepare(self, embedding_model: str) -> None:
        """Make the schema in a new database; check that an old graph is ours and holds vectors of this model."""
        agent = self._session.reach()
        held = self._run("reads/meta") or self._create(embedding_model)
        layout, model, dim = (held[0][key] for key in ("layout", "embedding_model", "dim"))
        if layout != LAYOUT:
            raise StoreCorrupt(
                f"the graph at {self._place} was written by another version of Hoptrace (layout {layout}, not {LAYOUT}): "
                "empty the database, then ingest again"
            )
        if (model, dim) != (embedding_model, self._dim):
            raise EmbeddingMismatch(
                f"the graph at {self._place} holds vectors of {model} ({dim} dimensions), not of {embedding_model} "
                f"({self._dim}): set EMBEDDING_MODEL={model}, or ingest into an empty store"
            )
        self._choose(agent)

    def _choose(self, agent: str) -> None:
        """Take the statements with the clause SEARCH where the server says that it is new enough, and does understand them."""
        given = {"vector": [1.0] * self._dim, "limit": 1, "distinct": 1}
        self._by_search = knows_search(agent) and self._session.understands("reads/nearest_by_search_chunk", **given)

    def _create(self, embedding_model: str) -> "list[Record]":
        for stranger in self._run("reads/strangers"):
            raise SettingsError(
                f"the database at {self._place} holds {stranger['label']} nodes that are not Hoptrace's: "
                "name an empty one with NEO4J_DATABASE"
            )
        self.lay_out(embedding_model)
        return self._run("reads/meta")

    def lay_out(self, embedding_model: str) -> None:
        """Make the schema, and the node that says what the graph is for."""
        for index in self._run("reads/vector_indexes"):
            if index["name"] in {f"{kind}_embedding" for kind in Kind} and index["dim"] != self._dim:
                self._session.command("writes/drop_index", name=index["name"])
        for name in cypher.names("schema"):
            self._session.make(name, dim=self._dim)
        self._session.command("reads/await_indexes")
        properties = {"name": "Hoptrace", "layout": LAYOUT, "embedding_model": embedding_model, "dim": self._dim}
        extents = {f"{kind}_{what}": 0 for kind in Kind for what in ("texts", "terms")}
        self._session.command("writes/meta", properties={**properties, **extents, "revision": "empty"})

    def _run(self, name: str, /, **parameters: object) -> "list[Record]":
        return self._session.records(name, **parameters)

    def _writing(self, needed: Callable[[Neo4jTransaction], bool], work: Callable[[Neo4jTransaction], None]) -> bool:
        """Run the work under the writers' lock if it is needed; whether it was.

        Where it is not, even the lock is left alone, which is a write: the transaction log shows nothing. What was true before
        the lock may not be so after it, since another writer may have come first: the work looks again.
        """

        def locked(transaction: "ManagedTransaction") -> bool:
            writing = Neo4jTransaction(transaction)
            if not needed(writing):
                return False
            self._lock(transaction)
            work(writing)
            writing.finish()
            return True

        return self._session.write(locked)

    def write(self, *contributions: Contribution) -> None:
        self._writing(
            lambda transaction: bool(missing(transaction, contributions)), lambda transaction: add(transaction, contributions)
        )

    def remove(self, document_id: str) -> bool:
        removed = [False]

        def work(transaction: Neo4jTransaction) -> None:
            removed[:] = [transaction.has(document_id)]
            if removed[0]:
                remove(transaction, document_id)

        return self._writing(lambda transaction: transaction.has(document_id), work) and removed[0]

    def documents(self) -> list[DocumentRecord]:
        found = self._run("reads/documents")
        return sorted((DocumentRecord(*record) for record in found), key=lambda d: (d.source, d.id))

    def contribution(self, document_id: str) -> Contribution:
        return contribution_of(self._settled(lambda transaction: held_in(transaction, document_id)), dim=self._dim)

    def fetch_documents(self, ids: Sequence[str]) -> dict[str, Document]:
        found = self._run("reads/fetch_documents", ids=_distinct(ids))
        return {r["id"]: Document(r["id"], r["name"], r["source"], r["text"], json.loads(r["metadata"])) for r in found}

    def chunk_ids(self) -> list[str]:
        return [record["id"] for record in self._run("reads/chunk_ids")]

    def fetch_chunks(self, ids: Sequence[str]) -> dict[str, Chunk]:
        found = self._run("reads/fetch_chunks", ids=_distinct(ids))
        return {chunk.id: chunk for chunk in (chunk_of(r["chunk"]) for r in found)}

    def fetch_entities(self, ids: Sequence[str]) -> dict[str, Entity]:
        return {r["id"]: _entity_of(r) for r in self._run("reads/fetch_entities", ids=_distinct(ids))}

    def fetch_aliases(self, ids: Sequence[str]) -> dict[str, str]:
        return {r["id"]: r["name"] for r in self._run("reads/fetch_aliases", ids=_distinct(ids))}

    def fetch_evidence(self, ids: Sequence[str]) -> dict[str, Evidence]:
        found = self._run("reads/fetch_evidence", ids=_distinct(ids))
        return {e.id: e for e in (evidence_of(r["evidence"]) for r in found)}

    def sentence_vectors(self, chunk_ids: Sequence[str]) -> dict[str, Vectors]:
        found = self._run("reads/sentence_vectors", ids=_distinct(chunk_ids))
        return {r["id"]: vector_of(r["vectors"]).reshape(-1, self._dim) for r in found}

    def terms(self, chunk_ids: Sequence[str]) -> dict[str, frozenset[str]]:
        return {r["id"]: frozenset(r["terms"].split()) for r in self._run("reads/chunk_terms", ids=_distinct(chunk_ids))}

    def entities_named(self, names: Sequence[str], *, normalised: bool = False) -> dict[str, tuple[str, ...]]:
        wanted = {name: key_of(name if normalised else normalise(name)) for name in names}
        found = self._run("reads/entities_named", names=sorted(set(wanted.values()) - {""}))
        bearers = {r["name"]: tuple(sorted(r["ids"])) for r in found}
        return {name: bearers[form] for name, form in wanted.items() if form in bearers}

    def vectors(self, kind: Kind, ids: Sequence[str]) -> dict[str, Vectors]:
        return {r["id"]: vector_of(r["vector"]) for r in self._run(f"reads/vectors_{kind}", ids=_distinct(ids))}

    def mentions(self, chunk_ids: Sequence[str]) -> dict[str, tuple[Named, ...]]:
        found: dict[str, set[Named]] = defaultdict(set)
        for r in self._run("reads/mentions", ids=_distinct(chunk_ids)):
            places = zip(r["starts"], r["ends"], strict=True)
            found[r["id"]] |= {Named(*place, r["entity_id"], r["name"]) for place in places}
        return {id_: tuple(sorted(named)) for id_, named in found.items()}

    def mentioned(self, entity_ids: Sequence[str], *, cap: int) -> dict[str, Whereabouts]:
        found = self._run("reads/mentioned", ids=_distinct(entity_ids), limit=cap)
        return {r["id"]: Whereabouts(tuple(r["chunk_ids"]), r["total"]) for r in found if r["total"]}

    def nearest(self, kind: Kind, vector: Vectors, *, k: int) -> list[Hit]:
        if k <= 0:
            return []
        limits = {"limit": max(10 * k, _NEAR), "distinct": k + _SPARE}
        name = f"reads/nearest_by_search_{kind}" if self._by_search else f"reads/nearest_{kind}"
        found = self._run(name, vector=vector.tolist(), **limits)
        vectors = vector_of(b"".join(r["vector"] for r in found)).reshape(-1, self._dim)
        return cosines([r["id"] for r in found], vectors, vector)[:k]

    def search(self, kind: Kind, text: str, *, k: int) -> list[Hit]:
        asked = query_terms(text)
        if not asked or k <= 0:
            return []

        def best(transaction: "ManagedTransaction") -> list[Hit]:
            found = run(transaction, "reads/frequencies", kind=str(kind), index=f"{kind}_terms", terms=asked)
            frequency = {r["term"]: r["frequency"] for r in found if r["frequency"]}
            if not frequency:
                return []
            texts = found[0]["texts"]
            corpus = Corpus(texts, found[0]["terms"] / texts if found[0]["terms"] else 1.0, frequency)
            query = telling(list(frequency), corpus)

            def fetch(limit: int) -> list[Hit]:
                found = run(transaction, "reads/candidates", index=f"{kind}_terms", words=" ".join(query), limit=limit)
                return [Hit(*hit) for hit in bm25(query, ((r["id"], r["terms"].split()) for r in found), corpus)]

            return widened(fetch, first=max(_CANDIDATES, 4 * k), k=k)

        return self._session.read(best)

    def expand(self, entity_ids: Sequence[str], *, cap: int) -> Expansion:
        relations: dict[str, Relation] = {}
        capped = set()
        for found in self._run("reads/expand", ids=_distinct(entity_ids), limit=cap + 1):
            if len(found["relations"]) > cap:
                capped.add(found["id"])
            relations |= {id_: _relation(id_, *rest) for id_, *rest in found["relations"][:cap]}
        ordered = sorted(relations.values(), key=lambda r: (-r.confidence, -len(r.evidence_ids), r.id))
        return Expansion(tuple(ordered), frozenset(capped))

    def ties(self, pairs: Sequence[tuple[str, str]]) -> list[Relation]:
        return [_relation(*found["relation"]) for found in self._run("reads/ties", pairs=[list(pair) for pair in pairs])]

    def rejected(self) -> list[Rejected]:
        return sorted(
            (Rejected(*record) for record in self._run("reads/rejected")),
            key=lambda r: (r.chunk_id, r.record, r.reason),
        )

    def counts(self) -> Counts:
        return Counts(*self._run("reads/counts")[0])

    def rows(self) -> Iterator[content.Row]:
        return iter(self._settled(_rows))

    def _settled(self, read: "Callable[[ManagedTransaction], Result]") -> Result:
        """What several statements read of one state of the graph; writers wait only when somebody writes all the time."""

        def locked(transaction: "ManagedTransaction") -> Result:
            self._lock(transaction)
            return read(transaction)

        for _ in range(_TRIES):
            before = self.revision()
            found = self._session.read(read)
            if self.revision() == before:
                return found
        return self._session.write(locked)

    def _lock(self, transaction: "ManagedTransaction") -> None:
        if not run(transaction, "writes/lock"):
            raise self._emptied()

    def revision(self) -> str:
        for record in self._run("reads/meta"):
            return str(record["revision"])
        raise self._emptied()

    def _emptied(self) -> StoreCorrupt:
        return StoreCorrupt(
            f"the graph at {self._place} was emptied while it was open: open it again, then run `hoptrace ingest`"
        )

    def fingerprint(self) -> str:
        return content.fingerprint(self.rows())

    def consistently(self, work: Callable[[], Result]) -> Result:
        before = self.revision()
        try:
            return work()
        except KeyError:  # no snapshot is to be had, so the work may know an id that is no longer there
            if self.revision() == before:
                raise
            return work()

    def query(self, text: str, parameters: Mapping[str, object], *, limit: int = ROWS, seconds: float = SECONDS) -> Table:
        """The rows of somebody else's query, which may only read; see `querying.CypherStore`."""
        return ask(self._session, text, parameters, limit=limit, seconds=seconds)

    def patterns(self, *, limit: int) -> list[Pattern]:
        """What relates to what in the graph, the most frequent first."""
        return [Pattern(*record) for record in self._run("reads/patterns", limit=limit)]

    def close(self) -> None:
        self._session.close()


def _distinct(ids: Iterable[str]) -> list[str]:
    return sorted(set(ids))


def _rows(transaction: "ManagedTransaction") -> list[content.Row]:
    def all_of(name: str) -> "list[Record]":
        return run(transaction, f"reads/{name}_rows")

    documents = (Document(r["id"], r["name"], r["source"], "", json.loads(r["metadata"])) for r in all_of("document"))
    mentions = (
        Mention(r["alias_id"], r["chunk_id"], start, end)
        for r in all_of("mention")
        for start, end in zip(r["starts"], r["ends"], strict=True)
    )
    evidence = (r["evidence"] for r in all_of("evidence"))
    rejected = (Rejected(*record) for record in run(transaction, "reads/rejected"))
    return [
        *map(content.document_row, documents),
        *(content.chunk_row(chunk_of(r["chunk"])) for r in all_of("chunk")),
        *(("alias", r["id"], r["name"], r["type"], r["canonical"]) for r in all_of("alias")),
        *map(content.mention_row, mentions),
        *(content.evidence_row(evidence_of(held), held["relation_id"] or "") for held in evidence),
        *map(content.rejected_row, rejected),
        *(content.entity_row(_entity_of(r)) for r in all_of("entity")),
        *(content.relation_row(_relation_of(r["relation"])) for r in all_of("relation")),
    ]


def _entity_of(record: "Record") -> Entity:
    return Entity(
        id=record["id"],
        type=record["type"],
        name=record["name"],
        aliases=tuple(sorted({name for _, name in record["members"]})),
        alias_ids=tuple(sorted(alias_id for alias_id, _ in record["members"])),
        description=record["description"],
        joins=tuple(sorted((Join(*j) for j in record["joins"]), key=lambda j: (j.left, j.right, j.reason))),
    )


def _relation_of(held: Mapping[str, Any]) -> Relation:
    claim = (held["id"], held["subject"], held["predicate"], held["object"], held["polarity"], held["modality"])
    return _relation(*claim, held["qualifiers"], held["confidence"], held["extractor"], held["evidence_ids"])


def _relation(*held: Any) -> Relation:  # noqa: ANN401  # a column is a text, a number or a list
    """The relation of its fields' values, in their order."""
    id_, subject, predicate, object_, polarity, modality, qualifiers, confidence, extractor, evidence_ids = held
    claim = (subject, predicate, object_, Polarity(polarity), Modality(modality))
    return Relation(id_, *claim, qualifiers, confidence, extractor, tuple(evidence_ids))
