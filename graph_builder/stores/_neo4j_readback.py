"""What the Neo4j store holds of one document, read in one transaction."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graph_builder.model import Alias, Chunk, Document, Mention, Rejected, Sentence
from graph_builder.stores._neo4j_session import run
from graph_builder.stores._neo4j_transaction import evidence_of
from graph_builder.stores._readback import Held, named_in

if TYPE_CHECKING:
    from neo4j import ManagedTransaction


def chunk_of(held: Mapping[str, Any]) -> Chunk:
    """The chunk of a map of its properties."""
    place = (held["document_id"], held["index"], held["start"], held["end"], held["text"], held["heading"])
    return Chunk(held["id"], *place, sentences=tuple(Sentence(*s) for s in json.loads(held["sentences"])))


def held_in(transaction: "ManagedTransaction", document_id: str) -> Held:
    """All of one document.

    Raises
    ------
    KeyError
        There is no such document.
    """
    given = {"document_id": document_id}
    documents = run(transaction, "reads/contribution_document", **given)
    if not documents:
        raise KeyError(document_id)
    id_, name, source, text, metadata, recipe = documents[0]
    mentions = [
        Mention(r["alias_id"], r["chunk_id"], *span)
        for r in run(transaction, "reads/contribution_mentions", **given)
        for span in zip(r["starts"], r["ends"], strict=True)
    ]
    found = run(transaction, "reads/contribution_evidence", **given)
    evidence = [(evidence_of(r["evidence"]), r["vector"]) for r in found]
    aliases = run(transaction, "reads/contribution_aliases", ids=sorted(named_in(mentions, evidence)))
    chunks = run(transaction, "reads/contribution_chunks", **given)
    return Held(
        Document(id_, name, source, text, json.loads(metadata)),
        recipe,
        chunks=[(chunk_of(r["chunk"]), r["vector"], r["sentence_vectors"]) for r in chunks],
        aliases=[(Alias(*r[:4]), r["vector"]) for r in aliases],
        mentions=mentions,
        evidence=evidence,
        rejected=[Rejected(*r) for r in run(transaction, "reads/contribution_rejected", **given)],
    )
