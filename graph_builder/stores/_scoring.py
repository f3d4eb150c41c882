"""What is searched and how hits are ranked, the same in every store: exact scores to six decimals, ties by id."""

from collections.abc import Callable, Sequence

import numpy as np

from graph_builder.model import DECIMALS, Chunk, Entity, Vectors
from graph_builder.stores import Hit


def chunk_text(chunk: Chunk) -> str:
    """What of a chunk is searched by its words: the text under its headings."""
    return f"{chunk.heading} {chunk.text}"


def entity_text(entity: Entity) -> str:
    """What of an entity is searched by its words: all its names."""
    return " ".join(sorted({entity.name, *entity.aliases}))


def cosines(ids: Sequence[str], vectors: Vectors, vector: Vectors) -> list[Hit]:
    """All of the unit rows, shape (n, dim), by cosine with a unit vector, shape (dim,), best first, equal scores by id.

    Summed in double precision: in single precision the last decimals would depend on which rows stand together, and a
    store that scores a few candidates would not agree with one that scores everything.
    """
    scores = vectors.astype(np.float64) @ vector.astype(np.float64)
    hits = [Hit(id_, round(float(score), DECIMALS)) for id_, score in zip(ids, scores, strict=True)]
    return sorted(hits, key=lambda hit: (-hit.score, hit.id))


def widened(fetch: Callable[[int], list[Hit]], *, first: int, k: int) -> list[Hit]:
    """The k best of a ranking whose candidates come from an index that knows nothing of ids.

    ``fetch(limit)`` gives at most ``limit`` candidates, exactly ranked. While the last of them scores like the k-th,
    candidates of the same score may have been left out, and equal scores go by id: so more are asked for.
    """
    limit = first
    while True:
        hits = fetch(limit)
        if len(hits) < limit or hits[-1].score < hits[k - 1].score:
            return hits[:k]
        limit *= 4
