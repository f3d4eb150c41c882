"""The write side of the Neo4j store: `upkeep.Transaction` over one transaction of the driver."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from graph_builder.model import (
    SAME_AS,
    Alias,
    Contribution,
    Entity,
    Evidence,
    Join,
    Kind,
    Modality,
    Polarity,
    Relation,
    Span,
    Vectors,
)
from graph_builder.names import normalise
from graph_builder.resolution import block
from graph_builder.stores._fingerprint import sentence_triples
from graph_builder.stores._neo4j_session import run
from graph_builder.stores._scoring import chunk_text, entity_text
from graph_builder.terms import terms
from graph_builder.upkeep import Claim, Placed, aliases_in

if TYPE_CHECKING:
    from neo4j import ManagedTransaction, Record

_BATCH = 1_000
_SHORT = 40
_LONGEST_TOKEN = 200
_LONGEST_KEY = 1_000
KEPT = 101
"""So many of an entity's relations are kept as its best, where it has as many; an expansion with a cap above 100 sorts all."""

_OWN_LABELS = frozenset({"Document", "Chunk", "__Entity__", "Evidence", "Alias", "Rejected", "Hoptrace"})
_OWN_TYPES = frozenset(
    {"PART_OF", "FIRST_CHUNK", "NEXT_CHUNK", "HAS_ENTITY", "IN_CHUNK", "MENTIONS", "SUBJECT", "OBJECT"}
    | {"ALIAS_OF", "JOINED_WITH", "REJECTED_FROM"}
)


def label_of(type_: str) -> str:
    """The label of an entity type, which may come from a document: never one that the store reads as its own."""
    return _token(type_, _OWN_LABELS, "Entity")


def relationship_of(predicate: str) -> str:
    """The relationship type of a predicate, which may come from a document: never one that the store reads as its own."""
    return _token(predicate, _OWN_TYPES, "RELATION")


def _token(name: str, own: Collection[str], stand_in: str) -> str:
    """Neo4j takes any name but an empty one, one with a null byte and a very long one; the exact name is kept as a property."""
    cleaned = name.replace("\0", "").strip()[:_LONGEST_TOKEN].strip()
    if not cleaned:
        return stand_in
    return f"{stand_in}_{cleaned}" if cleaned in own else cleaned


def key_of(text: str) -> str:
    """A text as an index takes it, which refuses more than 8,000 bytes: of a long one the beginning and a hash of it all."""
    return text if len(text) <= _LONGEST_KEY else f"{text[:_SHORT]}… {hashlib.sha256(text.encode()).hexdigest()}"


def evidence_of(held: Mapping[str, Any]) -> Evidence:
    """The evidence of a map of its properties."""
    antecedent = Span(*held["antecedent"]) if held["antecedent"] else None
    claim = (held["subject"], held["predicate"], held["object"], Polarity(held["polarity"]), Modality(held["modality"]))
    place = (held["document_id"], held["chunk_id"], held["start"], held["end"], held["quote"])
    return Evidence(
        held["id"], *place, *claim, held["qualifiers"], held["confidence"], held["extractor"], antecedent, held["said"]
    )


def vector_of(held: bytes) -> Vectors:
    """The float32 vector in a byte array."""
    return np.frombuffer(held, dtype=np.float32)


class Neo4jTransaction:
    """One write transaction, which holds the writers' lock; the store begins and ends it."""

    def __init__(self, transaction: "ManagedTransaction") -> None:
        self._transaction = transaction
        self._ends: dict[str, tuple[str, str]] = {}
        self._extent: Counter[str] = Counter()
        self._inserted: list[str] = []

    def _run(self, name: str, /, **parameters: object) -> "list[Record]":
        return run(self._transaction, name, **parameters)

    def _run_for(self, name: str, /, ids: Collection[str], **parameters: object) -> "list[Record]":
        """The records of a statement about some ids; without any there is nothing to ask."""
        return self._run(name, ids=sorted(ids), **parameters) if ids else []

    def _run_batched(self, name: str, /, rows: Sequence[object], **parameters: object) -> None:
        for first in range(0, len(rows), _BATCH):
            self._run(name, rows=rows[first : first + _BATCH], **parameters)

    def _measure(self, kind: Kind, texts: int, words: int) -> None:
        self._extent[f"{kind}_texts"] += texts
        self._extent[f"{kind}_terms"] += words

    def _forget(self, kind: Kind, extent: "Sequence[Record]") -> None:
        for texts, words in extent:
            self._measure(kind, -texts, -words)

    def _searchable(self, kind: Kind, text: str, vector: Vectors) -> dict[str, object]:
        """The properties by which a node is searched; its text counts from now on."""
        found = terms(text)
        self._measure(kind, 1, len(found))
        held = vector.tobytes()
        key = hashlib.blake2b(held, digest_size=8).hexdigest()
        return {"terms": " ".join(found), "term_count": len(found), "vector": held, "vector_key": key}

    def finish(self) -> None:
        """Write what was counted on the way, and what follows from new mentions of entities that stayed as they were."""
        self._run_for("writes/document_entities", self._inserted)
        extents = {f"{kind}_{what}": self._extent[f"{kind}_{what}"] for kind in Kind for what in ("texts", "terms")}
        self._run("writes/extents", **extents)

    def has(self, document_id: str) -> bool:
        """Whether there is such a document."""
        return bool(self._run("reads/has_document", document_id=document_id))

    def documents_of(self, sources: Collection[str]) -> dict[str, list[tuple[str, str]]]:
        found = defaultdict(list)
        for r in self._run("reads/documents_of", sources=list(sources)):
            found[r["source"]].append((r["id"], r["recipe"]))
        return found

    def insert(self, contributions: Sequence[Contribution]) -> None:
        self._run_batched("writes/documents", [_document_row(c) for c in contributions])
        self._inserted += [c.document.id for c in contributions]
        self._run_batched("writes/chunks", [row for c in contributions for row in self._chunk_rows(c)])
        order = [{"before": before.id, "after": after.id} for c in contributions for before, after in pairwise(c.chunks)]
        self._run_batched("writes/chunk_order", order)
        aliases = {alias.id: (alias, vector) for c in reversed(contributions) for alias, vector in aliases_in(c)}
        self._run_batched("writes/aliases", [_alias_row(alias, vector) for alias, vector in aliases.values()])
        self._run_batched("writes/mentions", [row for c in contributions for row in _mention_rows(c)])
        self._run_batched("writes/evidence", [row for c in contributions for row in self._evidence_rows(c)])
        self._run_batched("writes/rejected", [row for c in contributions for row in _rejected_rows(c)])

    def _chunk_rows(self, c: Contribution) -> list[dict[str, object]]:
        rows: list[dict[str, object]] = []
        first = 0
        for chunk, vector in zip(c.chunks, c.chunk_vectors, strict=True):
            last = first + len(chunk.sentences)
            properties = {
                **{"id": chunk.id, "document_id": chunk.document_id, "index": chunk.index, "heading": chunk.heading},
                **{"start": chunk.start, "end": chunk.end, "text": chunk.text, "name": shortened(chunk.text)},
                "sentences": json.dumps(sentence_triples(chunk)),
                "sentence_vectors": c.sentence_vectors[first:last].tobytes(),
                **self._searchable(Kind.CHUNK, chunk_text(chunk), vector),
            }
            rows.append({"properties": properties, "embedding": vector.tolist(), "first": not rows})
            first = last
        return rows

    def _evidence_rows(self, c: Contribution) -> list[dict[str, object]]:
        names = {alias.id: alias.name for alias in c.aliases}
        rows: list[dict[str, object]] = []
        for e, vector in zip(c.evidence, c.evidence_vectors, strict=True):
            statement = _statement(e, names)
            properties = {
                **{"id": e.id, "document_id": e.document_id, "chunk_id": e.chunk_id, "start": e.start, "end": e.end},
                **{"name": shortened(statement), "statement": statement, "quote": e.quote, "subject": e.subject},
                **{"predicate": e.predicate, "object": e.object, "polarity": str(e.polarity)},
                **{"modality": str(e.modality), "qualifiers": e.qualifiers, "confidence": float(e.confidence)},
                **{"extractor": e.extractor, "antecedent": list(e.antecedent) if e.antecedent else None},
                **{"said": e.said},
                **self._searchable(Kind.EVIDENCE, e.quote, vector),
            }
            rows.append({"properties": properties, "embedding": vector.tolist()})
        return rows

    def delete(self, document_id: str) -> None:
        aliases = self.aliases_of(document_id)
        self._forget(Kind.EVIDENCE, self._run("writes/delete_evidence", document_id=document_id))
        self._forget(Kind.CHUNK, self._run("writes/delete_chunks", document_id=document_id))
        self._run("writes/delete_document", document_id=document_id)
        self._run_for("writes/delete_unnamed", aliases)

    def aliases_of(self, document_id: str) -> set[str]:
        return {r["id"] for r in self._run("reads/aliases_of", document_id=document_id)}

    def related(self, alias_ids: Collection[str]) -> dict[str, Placed]:
        found = self._run_for("reads/related", alias_ids, same_as=SAME_AS)
        return {
            r["id"]: Placed(Alias(r["id"], r["name"], r["type"], r["canonical"]), r["entity_id"], vector_of(r["vector"]))
            for r in found
        }

    def declared(self, alias_ids: Collection[str]) -> list[Join]:
        found = self._run_for("reads/declared", alias_ids, same_as=SAME_AS)
        return [Join(r["left"], r["right"], "declared", evidence_id=r["evidence_id"]) for r in found]

    def entities_at(self, alias_ids: Collection[str]) -> dict[str, str]:
        return {r["alias_id"]: r["entity_id"] for r in self._run_for("reads/entities_at", alias_ids)}

    def joins_of(self, entity_ids: Collection[str]) -> dict[str, list[Join]]:
        joins = defaultdict(list)
        for r in self._run_for("reads/joins_of", entity_ids):
            joins[r["entity_id"]].append(Join(r["left"], r["right"], r["reason"], r["score"], r["evidence_id"]))
        return joins

    def place(self, entities: Sequence[Entity], vectors: Mapping[str, Vectors], gone: Collection[str]) -> None:
        ids = [entity.id for entity in entities]
        self._forget(Kind.ENTITY, self._run_for("reads/entity_extent", {*gone, *ids}))
        rows = [self._entity_row(entity, vectors[entity.id]) for entity in entities]
        self._run_batched("writes/entities", rows)
        places = [{"entity_id": entity.id, "alias_ids": list(entity.alias_ids)} for entity in entities]
        self._run_batched("writes/alias_places", places)
        self._run_for("writes/delete_joins", {id_ for entity in entities for id_ in entity.alias_ids})
        self._run_batched("writes/joins", [_join_row(join) for entity in entities for join in entity.joins])
        self._run_for("writes/delete_entities", gone)
        self._run_for("writes/delete_chunk_entities", ids)
        self._run_for("writes/chunk_entities", ids)

    def _entity_row(self, entity: Entity, vector: Vectors) -> dict[str, object]:
        properties = {
            **{"id": entity.id, "type": entity.type, "name": entity.name, "aliases": list(entity.aliases)},
            "description": entity.description,
            **self._searchable(Kind.ENTITY, entity_text(entity), vector),
        }
        return {"properties": properties, "label": label_of(entity.type), "embedding": vector.tolist()}

    def claims_of(self, alias_ids: Collection[str]) -> list[Claim]:
        return self._claims(self._run_for("reads/claims_of", alias_ids, same_as=SAME_AS))

    def claims_for(self, relation_ids: Collection[str]) -> list[Claim]:
        return self._claims(self._run_for("reads/claims_for", relation_ids))

    def _claims(self, found: "Sequence[Record]") -> list[Claim]:
        claims = []
        for held in (r["evidence"] for r in found):
            relation_id = held["relation_id"] or ""
            self._ends[relation_id] = (held["relation_subject"], held["relation_object"])
            claims.append(Claim(evidence_of(held), relation_id))
        return claims

    def relations_of(self, document_id: str) -> set[str]:
        found = self._run("reads/relations_of", document_id=document_id)
        self._ends |= {r["id"]: (r["subject"], r["object"]) for r in found}
        return {r["id"] for r in found}

    def assign(self, relation_of: Mapping[str, str]) -> None:
        rows = [{"evidence_id": id_, "relation_id": relation or None} for id_, relation in relation_of.items()]
        self._run_batched("writes/assign", rows)

    def replace_relations(self, relations: Sequence[Relation], gone: Collection[str]) -> None:
        # A relation that is gone was seen with its ends when the evidence that counted for it was read. Relationships have no
        # index over all types by which to find one by its id alone.
        ended = [{"id": id_, "subject": self._ends[id_][0], "object": self._ends[id_][1]} for id_ in gone]
        self._run_batched("writes/delete_relations", ended)
        self._run_batched("writes/relations", [relation_row(relation) for relation in relations])
        # An entity that went has taken its relations along, but whatever they led to must learn of it too.
        ends = {end for row in ended for end in (row["subject"], row["object"])}
        self._run_for("writes/best", ends | {end for r in relations for end in (r.subject, r.object)}, limit=KEPT)


def shortened(text: str) -> str:
    """The caption of a node: the first words of a text."""
    line = " ".join(text.split())
    return line if len(line) <= _SHORT else line[: _SHORT - 1].rstrip() + "…"


def _document_row(contribution: Contribution) -> dict[str, object]:
    document = contribution.document
    return {
        **{"id": document.id, "name": document.name, "source": document.source, "text": document.text},
        **{"recipe": contribution.recipe, "chunks": len(contribution.chunks)},
        "metadata": json.dumps(dict(document.metadata), sort_keys=True),
    }


def _rejected_rows(contribution: Contribution) -> list[dict[str, object]]:
    return [
        {
            "document_id": contribution.document.id,
            "properties": {"name": shortened(r.record), "chunk_id": r.chunk_id, "record": r.record, "reason": r.reason},
        }
        for r in contribution.rejected
    ]


def _alias_row(alias: Alias, vector: Vectors) -> dict[str, object]:
    return {
        **{"id": alias.id, "name": alias.name, "type": alias.type, "canonical": alias.canonical},
        "normalised": key_of(alias.normalised),
        "normalised_canonical": key_of(normalise(alias.canonical)) or None,  # absent, so that it is equal to nothing
        "block": key_of(block(alias)) or None,
        "vector": vector.tobytes(),
    }


def _mention_rows(contribution: Contribution) -> list[dict[str, object]]:
    places: dict[tuple[str, str], list[Span]] = defaultdict(list)
    for mention in contribution.mentions:
        places[mention.chunk_id, mention.alias_id].append(Span(mention.start, mention.end))
    return [
        {"chunk_id": chunk_id, "alias_id": alias_id, "starts": [s.start for s in spans], "ends": [s.end for s in spans]}
        for (chunk_id, alias_id), spans in places.items()
    ]


def _join_row(join: Join) -> dict[str, object]:
    return {
        **{"left": join.left, "right": join.right, "reason": join.reason, "score": float(join.score)},
        "evidence_id": join.evidence_id,
    }


def relation_row(relation: Relation) -> dict[str, object]:
    """What ``writes/relations`` takes: the ends, the type, and the properties of the relationship."""
    properties = {
        # The caption in Browser, which draws what is denied with an arrow like any other.
        "name": " ".join([*_reservations(relation), _words(relation)]),
        **{"id": relation.id, "predicate": relation.predicate, "polarity": str(relation.polarity)},
        **{"modality": str(relation.modality), "qualifiers": relation.qualifiers, "extractor": relation.extractor},
        **{"confidence": float(relation.confidence), "support": len(relation.evidence_ids)},
        "evidence_ids": list(relation.evidence_ids),
    }
    ends = {"subject": relation.subject, "object": relation.object}
    return {**ends, "type": relationship_of(relation.predicate), "properties": properties}


def _statement(evidence: Evidence, names: Mapping[str, str]) -> str:
    """What the evidence states, in a line for people: "omeprazole inhibits CYP2C19"."""
    return " ".join([*_reservations(evidence), names[evidence.subject], _words(evidence), names[evidence.object]])


def _words(stated: Evidence | Relation) -> str:
    return stated.predicate.replace("_", " ").lower()


def _reservations(stated: Evidence | Relation) -> list[str]:
    denied = ["not:"] if stated.polarity is Polarity.NEGATED else []
    possible = ["possibly"] if stated.modality is Modality.POSSIBLE else []
    return denied + possible
