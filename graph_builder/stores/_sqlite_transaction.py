"""The write side of the embedded store: `upkeep.Transaction` over one SQLite connection."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np

from graph_builder.model import (
    SAME_AS,
    Alias,
    Contribution,
    Entity,
    Evidence,
    Join,
    Modality,
    Polarity,
    Relation,
    Span,
    Vectors,
)
from graph_builder.resolution import block
from graph_builder.stores._fingerprint import sentence_triples
from graph_builder.stores._scoring import chunk_text, entity_text
from graph_builder.terms import terms
from graph_builder.upkeep import Claim, Placed, aliases_in

EVIDENCE_COLUMNS = (
    "id, document_id, chunk_id, start, end, quote, subject, predicate, object, polarity, modality, qualifiers, "
    "confidence, extractor, antecedent_start, antecedent_end, said"
)


def among(ids: Iterable[str] | Iterable[int]) -> tuple[str]:
    """The parameter of ``IN (SELECT value FROM json_each(?))``: any number of ids as one value."""
    return (json.dumps(sorted(ids)),)


IN = "IN (SELECT value FROM json_each(?))"


def evidence_of(row: Sequence[object]) -> Evidence:
    """The evidence of a row of `EVIDENCE_COLUMNS`."""
    *values, start, end, said = row[:17]
    antecedent = Span(start, end) if isinstance(start, int) and isinstance(end, int) else None
    values[9], values[10] = Polarity(str(values[9])), Modality(str(values[10]))
    return Evidence(*values, antecedent, said)  # type: ignore[arg-type, call-arg]  # columns are in the order of the fields


def vector_of(blob: bytes) -> Vectors:
    """The float32 vector in a blob."""
    return np.frombuffer(blob, dtype=np.float32)


class SqliteTransaction:
    """One write transaction; the store begins and ends it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def documents_of(self, sources: Collection[str]) -> dict[str, list[tuple[str, str]]]:
        found = defaultdict(list)
        query = f"SELECT source, id, recipe FROM document WHERE source {IN} ORDER BY id"
        for source, *held in self._db.execute(query, among(sources)):
            found[source].append((held[0], held[1]))
        return found

    def insert(self, contributions: Sequence[Contribution]) -> None:
        for contribution in contributions:
            self._insert(contribution)

    def _insert(self, c: Contribution) -> None:
        document = c.document
        metadata = json.dumps(dict(document.metadata), sort_keys=True)
        self._db.execute(
            "INSERT INTO document VALUES (?, ?, ?, ?, ?, ?)",
            (document.id, document.name, document.source, document.text, metadata, c.recipe),
        )
        self._insert_chunks(c)
        self._db.executemany(
            "INSERT OR IGNORE INTO alias VALUES (?, ?, ?, ?, ?, ?, ?, ?, '')",
            [
                (a.id, a.name, a.type, a.canonical, a.normalised, a.referent, block(a), vector.tobytes())
                for a, vector in aliases_in(c)
            ],
        )
        self._db.executemany(
            "INSERT INTO mention VALUES (?, ?, ?, ?, ?)",
            [(document.id, m.chunk_id, m.alias_id, m.start, m.end) for m in c.mentions],
        )
        self._insert_evidence(c)
        self._db.executemany(
            "INSERT INTO rejected VALUES (?, ?, ?, ?)",
            [(document.id, r.chunk_id, r.record, r.reason) for r in c.rejected],
        )

    def _insert_chunks(self, c: Contribution) -> None:
        first = 0
        for chunk, vector in zip(c.chunks, c.chunk_vectors, strict=True):
            last = first + len(chunk.sentences)
            row = self._db.execute(
                "INSERT INTO chunk VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(chunk.id, chunk.document_id, chunk.index, chunk.start, chunk.end, chunk.text, chunk.heading),
                    json.dumps(sentence_triples(chunk)),
                    c.sentence_vectors[first:last].tobytes(),
                    vector.tobytes(),
                ),
            ).lastrowid
            self._index("chunk", row, chunk_text(chunk))
            first = last

    def _insert_evidence(self, c: Contribution) -> None:
        for e, vector in zip(c.evidence, c.evidence_vectors, strict=True):
            antecedent = e.antecedent or (None, None)
            claim = (e.subject, e.predicate, e.object, e.polarity, e.modality, e.qualifiers, e.confidence, e.extractor)
            row = self._db.execute(
                f"INSERT INTO evidence (row, {EVIDENCE_COLUMNS}, vector) VALUES (NULL{', ?' * 18})",
                (e.id, e.document_id, e.chunk_id, e.start, e.end, e.quote, *claim, *antecedent, e.said, vector.tobytes()),
            ).lastrowid
            self._index("evidence", row, e.quote)

    def _index(self, kind: str, row: int | None, text: str) -> None:
        self._db.execute(f"INSERT INTO {kind}_terms (rowid, terms) VALUES (?, ?)", (row, " ".join(terms(text))))

    def _unindex(self, kind: str, rows: Sequence[int]) -> None:
        self._db.executemany(f"DELETE FROM {kind}_terms WHERE rowid = ?", [(row,) for row in rows])

    def delete(self, document_id: str) -> None:
        aliases = self.aliases_of(document_id)
        for kind in ("chunk", "evidence"):
            query = f"SELECT row FROM {kind} WHERE document_id = ?"
            self._unindex(kind, [row for (row,) in self._db.execute(query, (document_id,))])
        for table in ("chunk", "evidence", "mention", "rejected"):
            self._db.execute(f"DELETE FROM {table} WHERE document_id = ?", (document_id,))
        self._db.execute("DELETE FROM document WHERE id = ?", (document_id,))
        self._db.execute(
            f"DELETE FROM alias WHERE id {IN} AND id NOT IN (SELECT alias_id FROM mention WHERE alias_id = alias.id)"
            " AND NOT EXISTS (SELECT 1 FROM evidence WHERE subject = alias.id OR object = alias.id)",
            among(aliases),
        )

    def aliases_of(self, document_id: str) -> set[str]:
        found = self._db.execute(
            "SELECT alias_id FROM mention WHERE document_id = :id"
            " UNION SELECT subject FROM evidence WHERE document_id = :id"
            " UNION SELECT object FROM evidence WHERE document_id = :id",
            {"id": document_id},
        )
        return {id_ for (id_,) in found}

    def related(self, alias_ids: Collection[str]) -> dict[str, Placed]:
        given = f"given AS (SELECT * FROM alias WHERE id {IN})"
        canonical = "SELECT referent FROM given WHERE referent <> ''"
        name = f"name AS (SELECT normalised AS name FROM given UNION {canonical})"
        found = self._db.execute(
            f"WITH {given}, {name} SELECT DISTINCT a.id, a.name, a.type, a.canonical, a.entity_id, a.vector FROM ("
            " SELECT id FROM given"
            " UNION SELECT a.id FROM alias a JOIN given g ON a.entity_id = g.entity_id WHERE g.entity_id <> ''"
            " UNION SELECT a.id FROM alias a JOIN given g ON a.normalised = g.normalised"
            " UNION SELECT a.id FROM alias a JOIN given g ON a.referent = g.referent"
            "  WHERE g.referent <> ''"
            " UNION SELECT a.id FROM alias a JOIN given g ON a.block = g.block WHERE g.block <> ''"
            " UNION SELECT e.object FROM evidence e JOIN given g ON e.subject = g.id WHERE e.predicate = :same"
            " UNION SELECT e.subject FROM evidence e JOIN given g ON e.object = g.id WHERE e.predicate = :same"
            ") near JOIN alias a ON a.id = near.id".replace(":same", f"'{SAME_AS}'"),
            among(alias_ids),
        )
        return {id_: Placed(Alias(id_, n, t, c), entity, vector_of(v)) for id_, n, t, c, entity, v in found}

    def declared(self, alias_ids: Collection[str]) -> list[Join]:
        found = self._db.execute(
            f"SELECT subject, object, id FROM evidence WHERE predicate = ? AND subject {IN} AND object {IN}",
            (SAME_AS, *among(alias_ids), *among(alias_ids)),
        )
        return [Join(left, right, "declared", evidence_id=id_) for left, right, id_ in found]

    def entities_at(self, alias_ids: Collection[str]) -> dict[str, str]:
        found = self._db.execute(f"SELECT id, entity_id FROM alias WHERE id {IN}", among(alias_ids))
        return dict(found.fetchall())

    def joins_of(self, entity_ids: Collection[str]) -> dict[str, list[Join]]:
        found = self._db.execute(f"SELECT id, joins FROM entity WHERE id {IN}", among(entity_ids))
        return {id_: [Join(*join) for join in json.loads(joins)] for id_, joins in found}

    def place(self, entities: Sequence[Entity], vectors: Mapping[str, Vectors], gone: Collection[str]) -> None:
        replaced = among([*gone, *(e.id for e in entities)])
        rows = [row for (row,) in self._db.execute(f"SELECT row FROM entity WHERE id {IN}", replaced)]
        self._unindex("entity", rows)
        self._db.execute(f"DELETE FROM entity WHERE id {IN}", replaced)
        for entity in entities:
            joins = json.dumps([[j.left, j.right, j.reason, j.score, j.evidence_id] for j in entity.joins])
            row = self._db.execute(
                "INSERT INTO entity VALUES (NULL, ?, ?, ?, ?, ?)",
                (entity.id, entity.type, entity.name, joins, vectors[entity.id].tobytes()),
            ).lastrowid
            self._index("entity", row, entity_text(entity))
            self._db.execute(f"UPDATE alias SET entity_id = ? WHERE id {IN}", (entity.id, *among(entity.alias_ids)))

    def claims_of(self, alias_ids: Collection[str]) -> list[Claim]:
        ids = among(alias_ids)
        return self._claims(f"predicate <> '{SAME_AS}' AND (subject {IN} OR object {IN})", (*ids, *ids))

    def claims_for(self, relation_ids: Collection[str]) -> list[Claim]:
        return self._claims(f"relation_id {IN}", among(relation_ids))

    def _claims(self, where: str, parameters: tuple[str, ...]) -> list[Claim]:
        found = self._db.execute(f"SELECT {EVIDENCE_COLUMNS}, relation_id FROM evidence WHERE {where}", parameters)
        return [Claim(evidence_of(row), row[17]) for row in found]

    def relations_of(self, document_id: str) -> set[str]:
        found = self._db.execute("SELECT DISTINCT relation_id FROM evidence WHERE document_id = ?", (document_id,))
        return {id_ for (id_,) in found}

    def assign(self, relation_of: Mapping[str, str]) -> None:
        self._db.executemany("UPDATE evidence SET relation_id = ? WHERE id = ?", [(r, e) for e, r in relation_of.items()])

    def replace_relations(self, relations: Sequence[Relation], gone: Collection[str]) -> None:
        self._db.execute(f"DELETE FROM relation WHERE id {IN}", among([*gone, *(r.id for r in relations)]))
        self._db.executemany(
            "INSERT INTO relation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    *(r.id, r.subject, r.predicate, r.object, r.polarity, r.modality, r.qualifiers, r.confidence),
                    *(r.extractor, len(r.evidence_ids), json.dumps(r.evidence_ids)),
                )
                for r in relations
            ],
        )
