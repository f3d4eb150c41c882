"""The hops from leading passages to those of the pool: by which entities, and how well the rewritten question finds its way."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_builder.model import Vectors
from graph_rag.pagerank import Weights
from graph_rag.pool import Pool
from graph_rag.rewriting import Rewrite, bridges, covered


@dataclass(frozen=True)
class Leading:
    """The places in the pool that a next hop may start from, with weights in (0, 1]."""

    at: Sequence[int]
    weights: Weights


@dataclass(frozen=True)
class Hops:
    """Ways from leading passages to others of the pool.

    ``ways``: rows of (which leading one, place in the pool, which rewrite), shape (ways, 3).
    """

    pool: Pool
    leading: Leading
    rewrites: list[Rewrite]
    ways: NDArray[np.int64]

    @property
    def shape(self) -> tuple[int, int]:
        """(leading, pool)."""
        return len(self.leading.at), len(self.pool)

    def rarest(self) -> Weights:
        """Rarity of the rarest bridge, shape (leading, pool); 0 where there is none."""
        found = np.zeros(self.shape, dtype=np.float32)
        rarity = self.pool.near.rarity[[rewrite.bridge for rewrite in self.rewrites]]
        row, column, rewrite = self.ways.T
        np.maximum.at(found, (row, column), rarity[rewrite])
        return found


@dataclass(frozen=True)
class Likeness:
    """How like the rewritten questions are to where they lead; each of shape (ways,): to the passage, to its best sentence."""

    hops: Hops
    whole: Weights
    sentence: Weights

    def gain(self) -> Weights:
        """How much nearer to the best sentence than the question itself, weighed by how leading the first passage is."""
        row, column, _ = self.hops.ways.T
        gained: Weights = (self.sentence - self.hops.pool.sentence[column]) * self.hops.leading.weights[row]
        return gained

    def best(self, values: Weights) -> Weights:
        """The largest value of a way by leading passage and place in the pool, shape (leading, pool); -1 where there is none."""
        found = np.full(self.hops.shape, -1.0, dtype=np.float32)
        row, column, _ = self.hops.ways.T
        np.maximum.at(found, (row, column), values)
        return found


def hops(pool: Pool, leading: Leading) -> Hops:
    """All ways by the best bridges."""
    near, number = pool.near, dict[Rewrite, int]()
    ways = []
    for row, first in enumerate(leading.at):
        replaced = covered(pool.asked.spans, pool.held[first])
        for column, then in enumerate(pool.numbers):
            if column != first:
                for bridge in bridges(near, pool.numbers[first], then, pool.asked.named):
                    ways.append((row, column, number.setdefault(Rewrite(replaced, bridge), len(number))))
    return Hops(pool, leading, list(number), np.array(ways, dtype=np.int64).reshape(-1, 3))


def likeness(found: Hops, vectors: Vectors) -> Likeness:
    """Compare the rewritten questions, whose vectors are of shape (rewrites, dim), with the passages that they lead to."""
    _, column, rewrite = found.ways.T
    whole = (vectors @ found.pool.vectors.T)[rewrite, column]
    return Likeness(found, whole, found.pool.best_sentences(vectors)[rewrite, column])
