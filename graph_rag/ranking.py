"""Graph retrieval's ranker: a linear sum of features, each scaled within the question, with weights fitted to data.

The weights are in `ranker.json`, with what they were fitted on and the command that fits them again. Passages are ranked, the
best become those from which the next hop starts, and all are ranked again: so the third hop finds the second.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np

from graph_builder.embedding import Embedder
from graph_builder.model import DECIMALS
from graph_rag.features import Features, hopped, plain, rewritten, scaled
from graph_rag.hops import Hops, Leading, Likeness, hops, likeness
from graph_rag.incidence import Numbers
from graph_rag.model import Lead
from graph_rag.pagerank import Weights
from graph_rag.pool import Pool
from graph_rag.rewriting import Names, Rewrite, by_arithmetic
from graph_rag.sources import Question

PASSES = 2
_LEADING = 8
_LENIENT = 3.0
"""Log-odds granted to a passage as one that leads: a hop may start from what is not sure to be wanted. 2 to 4 are alike."""
_ENCODED = 12
"""Rewritten questions that are encoded in the exact setting: those by which arithmetic gains most. Twice as many find no more."""
_REASONS = 3
STATING = 4.0
"""What a passage gains at most, in log-odds, where it states what may be answered. Set by hand: where the ranker was fitted,
no pack says what chains are good for, and they did not help to rank passages."""


@dataclass(frozen=True)
class Ranker:
    """Weights by feature, and the constant; made by `benchmarks/fit_ranker.py`."""

    weights: Mapping[str, float]
    constant: float

    def scores(self, features: Features) -> Weights:
        """The log-odds that each passage of the pool is wanted."""
        weights = np.array([self.weights.get(name, 0.0) for name in features])
        found: Weights = scaled(features) @ weights + self.constant
        return found


@lru_cache(maxsize=1)
def shipped() -> dict[str, list[Ranker]]:
    """The fitted rankers by setting, "fast" or "exact": one for each pass."""
    held = json.loads((files("graph_rag") / "ranker.json").read_text("utf-8"))
    return {name: [Ranker(r["weights"], r["constant"]) for r in passes] for name, passes in held["rankers"].items()}


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage of the pool with its score in (0, 1), what speaks for it, and what led to it."""

    chunk_id: str
    score: float
    reason: str
    lead: Lead | None


class Ranking:
    """One question's pool while it is ranked, pass by pass.

    Without an embedder rewrites are compared by arithmetic alone; with one, in the last pass, the most promising are encoded.
    """

    def __init__(self, question: Question, pool: Pool, names: Names, embedder: Embedder | None) -> None:
        self.pool = pool
        self._question = question
        self._names = names
        self._embedder = embedder
        self._fixed = plain(pool)
        self.restart()

    def restart(self) -> None:
        """Let those passages lead that have the most mass."""
        mass = self.pool.near.mass[self.pool.numbers]
        self.leading = Leading(range(min(_LEADING, len(self.pool))), mass[:_LEADING] / mass.max())

    def lead(self, scores: Weights) -> None:
        """Let the passages lead that score best."""
        best = np.argsort(-scores, kind="stable")[:_LEADING]
        weights = _probability(scores[best] + _LENIENT)
        self.leading = Leading([int(i) for i in best], weights / weights.max())

    def measure(self, *, exact: bool) -> tuple[Features, Likeness]:
        """All features, by the passages that lead now. ``exact``: encode what an embedder may."""
        found = hops(self.pool, self.leading)
        vectors = by_arithmetic(self._question, found.rewrites, self._names.vectors)
        alike = likeness(found, vectors)
        features = self._fixed | hopped(found) | rewritten(alike)
        if not (exact and self._embedder):
            return features, alike
        chosen = _promising(alike)
        if len(chosen):
            vectors[chosen] = self._embedder.encode(self._texts([found.rewrites[each] for each in chosen.tolist()]))
        alike = likeness(found, vectors)
        told = rewritten(alike.of(chosen))
        return features | {f"encoded {name}": values for name, values in told.items()}, alike

    def _texts(self, rewrites: Sequence[Rewrite]) -> list[str]:
        return [each.text(self._question.text, name) for each, name in zip(rewrites, self._names.of(rewrites), strict=True)]

    def leads(self, alike: Likeness, best: Sequence[int]) -> dict[int, Lead]:
        """By place in the pool: the rewritten question that finds a passage better than the question itself does.

        ``best`` are the places to say it of, best first; only a passage before another leads to it, and only where something in
        the question gave way to the bridge.
        """
        found, gain = alike.hops, alike.gain()
        order = np.full(len(self.pool), len(self.pool))
        order[list(best)] = np.arange(len(best))
        first, column, rewrite = np.array(self.leading.at)[found.ways[:, 0]], found.ways[:, 1], found.ways[:, 2]
        replaces = np.array([bool(kind) for kind in found.rewrites.kinds], dtype=bool)[found.rewrites.replaced[rewrite]]
        ways = np.flatnonzero((gain > 0) & (order[first] < order[column]) & (order[column] < len(best)) & replaces)
        last = {int(column[way]): way for way in ways[np.argsort(gain[ways], kind="stable")]}  # the last of a place is its best
        return {at: self._lead(found, *map(int, found.ways[way])) for at, way in last.items()}

    def _lead(self, found: Hops, row: int, _: int, rewrite: int) -> Lead:
        first, chosen = self.leading.at[row], found.rewrites[rewrite]
        (bridge,) = self._names.of([chosen])
        return Lead(self.pool.places[first].chunk_id, self.pool.titles[first], bridge, chosen.text(self._question.text, bridge))


def _promising(alike: Likeness) -> Numbers:
    """The rewrites by which arithmetic gains most."""
    promise = np.full(len(alike.hops.rewrites), -1.0)
    np.maximum.at(promise, alike.hops.ways[:, 2], alike.gain())
    return np.argsort(-promise, kind="stable")[:_ENCODED]


def rank(ranking: Ranking, rankers: Sequence[Ranker], *, k: int, stating: Mapping[str, float] | None = None) -> list[Ranked]:
    """The best k of the pool, best first, by the last ranker; those before it choose which passages lead.

    ``stating``: of passages that state what may be answered, how well in [0, 1], by their ids; it counts beside the ranker.
    """
    *earlier, ranker = rankers
    features, alike = ranking.measure(exact=not earlier)
    for number, each in enumerate(earlier, 1):
        ranking.lead(each.scores(features))
        features, alike = ranking.measure(exact=number == len(earlier))
    said = np.array([(stating or {}).get(place.chunk_id, 0.0) for place in ranking.pool.places], dtype=np.float32)
    scores, columns = ranker.scores(features) + STATING * said, scaled(features)
    best = [int(i) for i in np.argsort(-scores, kind="stable")[:k]]
    names, odds, leads = list(features), _probability(scores), ranking.leads(alike, best)
    return [
        Ranked(
            ranking.pool.places[i].chunk_id,
            round(float(odds[i]), DECIMALS),
            reason(dict(zip(names, map(float, columns[i]), strict=True)), ranker),
            leads.get(i),
        )
        for i in best
    ]


def _probability(scores: Weights) -> Weights:
    found: Weights = (1 / (1 + np.exp(-np.clip(scores, -30, 30)))).astype(np.float32)
    return found


def reason(features: Mapping[str, float], ranker: Ranker) -> str:
    """The features that speak most for a passage, the strongest first."""
    said = sorted(features.items(), key=lambda f: -ranker.weights.get(f[0], 0.0) * f[1])
    return ", ".join(name for name, value in said[:_REASONS] if ranker.weights.get(name, 0.0) * value > 0) or "near the question"
