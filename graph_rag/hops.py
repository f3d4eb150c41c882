"""The hops from leading passages to those of the pool: by which entities, and how well the rewritten question finds its way."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from graph_builder.model import Vectors
from graph_rag.incidence import Numbers, matches
from graph_rag.pagerank import Weights
from graph_rag.pool import Pool
from graph_rag.rewriting import Rewrites, covered

_BRIDGES = 2
_UNDER_ITS_TITLE = (0.3, 0.2)
"""How much an entity gains as a bridge where it is the title of the next passage, and of the first."""


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
    rewrites: Rewrites
    ways: Numbers

    @property
    def shape(self) -> tuple[int, int]:
        """(leading, pool)."""
        return len(self.leading.at), len(self.pool)

    @property
    def bridges(self) -> Numbers:
        """The bridge of each way, shape (ways,)."""
        return self.rewrites.bridges[self.ways[:, 2]]

    def rarest(self) -> Weights:
        """Rarity of the rarest bridge, shape (leading, pool); 0 where there is none."""
        return self.best(self.pool.near.rarity[self.bridges], none=0.0)

    def told(self) -> Weights:
        """The same, less where the sentence that names the bridge is not what the question asks the leading passage for."""
        told = self.pool.told(self.leading.at)[self.ways[:, 0], self.bridges]
        return self.best(told * self.pool.near.rarity[self.bridges], none=0.0)

    def best(self, values: Weights, *, none: float) -> Weights:
        """The largest value of a way by leading passage and place in the pool, shape (leading, pool), or ``none``, the least."""
        found = np.full(self.shape, none, dtype=np.float32)
        row, column, _ = self.ways.T
        np.maximum.at(found, (row, column), values)
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

    def of(self, rewrites: Numbers) -> "Likeness":
        """That of the ways by some of the rewrites."""
        kept = np.isin(self.hops.ways[:, 2], rewrites)
        return Likeness(replace(self.hops, ways=self.hops.ways[kept]), self.whole[kept], self.sentence[kept])

    def best(self, values: Weights) -> Weights:
        """The largest value of a way by leading passage and place in the pool, shape (leading, pool); -1 where there is none."""
        return self.hops.best(values, none=-1.0)


def hops(pool: Pool, leading: Leading) -> Hops:
    """All ways by the best bridges."""
    replaced = [covered(pool.asked.spans, pool.held[first]) for first in leading.at]
    kinds = list(dict.fromkeys(replaced))
    kind = np.array([kinds.index(each) for each in replaced])
    row, column, bridge = _bridges(pool, np.array(leading.at))
    keys, rewrite = np.unique(kind[row] * len(pool.near.entities) + bridge, return_inverse=True)
    rewrites = Rewrites(kinds, *np.divmod(keys, max(len(pool.near.entities), 1)))
    return Hops(pool, leading, rewrites, np.stack([row, column, rewrite], axis=1))


def _bridges(pool: Pool, first: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """(which leading passage, place in the pool, entity) of the best bridges from each of the first passages to each other one.

    A bridge is an entity that both hold and that the question does not name; the best are the rarest and most titular.
    """
    shared = pool.held.sum(axis=0) > 1
    shared[pool.asked.named] = False
    entities = np.flatnonzero(shared)
    held, titled = pool.held[:, entities].T, pool.titled[:, entities].T
    of, row = np.nonzero(held[:, first])
    bridge, column = np.nonzero(held)
    at, to = matches(of, bridge)
    row, column, bridge = row[at], column[to], bridge[to]
    after, before = _UNDER_ITS_TITLE
    worth = pool.near.rarity[entities[bridge]] + after * titled[bridge, column] + before * titled[bridge, first[row]]
    order = np.lexsort((bridge, -worth, row * len(pool) + column))
    order = order[(first[row] != column)[order]]
    way = (row * len(pool) + column)[order]
    best = np.ones(len(way), dtype=np.bool_)
    best[_BRIDGES:] = way[_BRIDGES:] != way[:-_BRIDGES]
    return row[order[best]], column[order[best]], entities[bridge[order[best]]]


def likeness(found: Hops, vectors: Vectors) -> Likeness:
    """Compare the rewritten questions, whose vectors are of shape (rewrites, dim), with the passages that they lead to."""
    _, column, rewrite = found.ways.T
    whole = (vectors @ found.pool.vectors.T)[rewrite, column]
    return Likeness(found, whole, found.pool.best_sentences(vectors)[rewrite, column])
