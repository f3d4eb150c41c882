"""A contribution put together again from what a store holds of its document, in one order whatever the store."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from graph_builder.model import Alias, Chunk, Contribution, Document, Evidence, Mention, Rejected, Vectors


class Held(NamedTuple):
    """What a store holds of one document; vectors are float32 bytes.

    ``chunks`` are (chunk, vector, vectors of its sentences), ``aliases`` and ``evidence`` are each with its vector.
    """

    document: Document
    recipe: str
    chunks: Sequence[tuple[Chunk, bytes, bytes]]
    aliases: Sequence[tuple[Alias, bytes]]
    mentions: Iterable[Mention]
    evidence: Sequence[tuple[Evidence, bytes]]
    rejected: Iterable[Rejected]


def named_in(mentions: Iterable[Mention], evidence: Iterable[tuple[Evidence, bytes]]) -> set[str]:
    """The ids of the aliases that a document names."""
    ends = {id_ for one, _ in evidence for id_ in (one.subject, one.object)}
    return ends | {mention.alias_id for mention in mentions}


def contribution_of(held: Held, *, dim: int) -> Contribution:
    """The contribution: chunks by index, aliases and evidence by id, mentions and the quarantine by place."""
    chunks = sorted(held.chunks, key=lambda each: each[0].index)
    aliases = sorted(held.aliases, key=lambda each: each[0].id)
    evidence = sorted(held.evidence, key=lambda each: each[0].id)
    return Contribution(
        document=held.document,
        recipe=held.recipe,
        chunks=tuple(chunk for chunk, _, _ in chunks),
        aliases=tuple(alias for alias, _ in aliases),
        mentions=tuple(sorted(held.mentions, key=lambda m: (m.chunk_id, m.start, m.end, m.alias_id))),
        evidence=tuple(one for one, _ in evidence),
        rejected=tuple(sorted(held.rejected, key=lambda r: (r.chunk_id, r.record, r.reason))),
        chunk_vectors=_rows([vector for _, vector, _ in chunks], dim),
        sentence_vectors=_rows([vectors for _, _, vectors in chunks], dim),
        alias_vectors=_rows([vector for _, vector in aliases], dim),
        evidence_vectors=_rows([vector for _, vector in evidence], dim),
    )


def _rows(held: Iterable[bytes], dim: int) -> Vectors:
    """The vectors one below the other, shape (n, dim)."""
    return np.frombuffer(b"".join(held), dtype=np.float32).reshape(-1, dim)
