"""What the embedded store holds of one document, read from its tables."""

import json
import sqlite3
from typing import Any

from graph_builder.model import Alias, Chunk, Document, Mention, Rejected, Sentence
from graph_builder.stores._readback import Held, named_in
from graph_builder.stores._sqlite_transaction import EVIDENCE_COLUMNS, IN, among, evidence_of

CHUNK_COLUMNS = "id, document_id, position, start, end, text, heading, sentences"
_DOCUMENT = "SELECT id, name, source, text, metadata, recipe FROM document WHERE id = ?"
_CHUNKS = f"SELECT {CHUNK_COLUMNS}, vector, sentence_vectors FROM chunk WHERE document_id = ?"
_MENTIONS = "SELECT alias_id, chunk_id, start, end FROM mention WHERE document_id = ?"
_EVIDENCE = f"SELECT {EVIDENCE_COLUMNS}, vector FROM evidence WHERE document_id = ?"
_ALIASES = f"SELECT id, name, type, canonical, vector FROM alias WHERE id {IN}"
_REJECTED = "SELECT chunk_id, record, reason FROM rejected WHERE document_id = ?"


def chunk_of(row: tuple[Any, ...]) -> Chunk:
    """The chunk of a row of `CHUNK_COLUMNS`."""
    id_, document_id, index, start, end, text, heading, sentences = row[:8]
    numbered = tuple(Sentence(*sentence) for sentence in json.loads(sentences))
    return Chunk(id_, document_id, index, start, end, text, heading, numbered)


def held_in(db: sqlite3.Connection, document_id: str) -> Held:
    """All of one document, in one snapshot where the caller holds one.

    Raises
    ------
    KeyError
        There is no such document.
    """
    given = (document_id,)
    found = db.execute(_DOCUMENT, given).fetchone()
    if found is None:
        raise KeyError(document_id)
    id_, name, source, text, metadata, recipe = found
    mentions = [Mention(*row) for row in db.execute(_MENTIONS, given)]
    evidence = [(evidence_of(row), row[17]) for row in db.execute(_EVIDENCE, given)]
    aliases = db.execute(_ALIASES, among(named_in(mentions, evidence)))
    return Held(
        Document(id_, name, source, text, json.loads(metadata)),
        recipe,
        chunks=[(chunk_of(row), row[8], row[9]) for row in db.execute(_CHUNKS, given)],
        aliases=[(Alias(*row[:4]), row[4]) for row in aliases],
        mentions=mentions,
        evidence=evidence,
        rejected=[Rejected(*row) for row in db.execute(_REJECTED, given)],
    )
