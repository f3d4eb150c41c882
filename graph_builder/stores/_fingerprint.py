"""The fingerprint of a graph, and the rows of text that it is a hash of: the same for every store and writing order."""

import hashlib
import json
from collections.abc import Iterable

from graph_builder.model import Chunk, Document, Entity, Evidence, Mention, Rejected, Relation

Row = tuple[str, ...]
_MODULUS = 1 << 256


def fingerprint(rows: Iterable[Row]) -> str:
    """32 hexadecimal digits of the sum of the rows' SHA-256 hashes: a hash of the multiset, whatever the order.

    Adding hashes of a multiset: Clarke et al., "Incremental Multiset Hash Functions" (2003), section 5 (MSet-Add-Hash).
    """
    total = 0
    for row in rows:
        hashed = hashlib.sha256(json.dumps(row, ensure_ascii=True).encode()).digest()
        total = (total + int.from_bytes(hashed, "big")) % _MODULUS
    return f"{total:064x}"[:32]


def document_row(document: Document) -> Row:
    """A document's row."""
    return "document", document.id, document.name, document.source, json.dumps(dict(document.metadata), sort_keys=True)


def chunk_row(chunk: Chunk) -> Row:
    """A chunk's row."""
    sentences = json.dumps([list(s) for s in sentence_triples(chunk)])
    return (
        "chunk",
        chunk.id,
        chunk.document_id,
        str(chunk.index),
        str(chunk.start),
        str(chunk.end),
        chunk.heading,
        sentences,
    )


def sentence_triples(chunk: Chunk) -> list[tuple[int, int, int]]:
    """A chunk's sentences as (number, start, end)."""
    return [(s.number, s.start, s.end) for s in chunk.sentences]


def mention_row(mention: Mention) -> Row:
    """A mention's row."""
    return "mention", mention.alias_id, mention.chunk_id, str(mention.start), str(mention.end)


def evidence_row(evidence: Evidence, relation_id: str) -> Row:
    """An evidence's row, with the relation it counts for."""
    e = evidence
    spans = json.dumps([e.start, e.end, list(e.antecedent or ())])
    claim = (e.subject, e.predicate, e.object, str(e.polarity), str(e.modality), e.qualifiers, f"{e.confidence:.6f}")
    return "evidence", e.id, e.document_id, e.chunk_id, spans, e.quote, *claim, e.said, e.extractor, relation_id


def rejected_row(rejected: Rejected) -> Row:
    """A quarantined record's row."""
    return "rejected", rejected.chunk_id, rejected.record, rejected.reason


def entity_row(entity: Entity) -> Row:
    """An entity's row, with its aliases and the reasons that join them."""
    joins = json.dumps([[j.left, j.right, j.reason, j.evidence_id] for j in entity.joins])
    return (
        "entity",
        entity.id,
        entity.type,
        entity.name,
        json.dumps(entity.aliases),
        json.dumps(entity.alias_ids),
        joins,
    )


def relation_row(relation: Relation) -> Row:
    """A relation's row."""
    r = relation
    claim = (r.subject, r.predicate, r.object, str(r.polarity), str(r.modality), r.qualifiers, f"{r.confidence:.6f}")
    return "relation", r.id, *claim, r.extractor, json.dumps(r.evidence_ids)
