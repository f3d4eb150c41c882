"""Intervals by the bootstrap (Efron 1979): questions are drawn with replacement, as many as there are, 10,000 times.

Every measure of every method sees the same draws, so that differences between methods are paired by question.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

TIMES = 10_000
_BLOCK = 500
_TAILS = (2.5, 97.5)
"""Percentiles between which 95 % of the means lie."""

Values = NDArray[np.float64]
"""Shape (questions, columns); NaN where a measure says nothing of a question, which is then left out of its mean."""


class Mean(NamedTuple):
    """A mean with its 95 % interval, and over how many questions it is taken."""

    mean: float
    low: float
    high: float
    n: int


class Difference(NamedTuple):
    """A difference of two means over the same questions; ``p`` is two-sided, for no difference."""

    mean: float
    low: float
    high: float
    p: float
    n: int

    @property
    def turned(self) -> "Difference":
        """The difference the other way round."""
        return Difference(-self.mean, -self.high, -self.low, self.p, self.n)


@dataclass(frozen=True)
class Resamples:
    """The draws: how often each of ``questions`` is drawn, in ``times`` draws."""

    questions: int
    seed: int = 0
    times: int = TIMES

    @cached_property
    def _counts(self) -> NDArray[np.uint16]:
        """Shape (times, questions)."""
        random, each = np.random.default_rng(self.seed), [1 / self.questions] * self.questions
        sizes = [min(_BLOCK, self.times - at) for at in range(0, self.times, _BLOCK)]
        return np.concatenate([random.multinomial(self.questions, each, size).astype(np.uint16) for size in sizes])

    def means(self, values: Values) -> list[Mean | None]:
        """The mean of each column; None for one without a value."""
        found, drawn = self._drawn(values)
        return [None if not n else Mean(mean, *_between(column), n) for (mean, n), column in zip(found, drawn.T, strict=True)]

    def differences(self, left: Values, right: Values) -> list[Difference | None]:
        """Left minus right by column, over the questions that both have; None where there is none.

        p is twice the smaller share of draws in which the difference lies on one side of 0 or at 0, at most 1, with one draw
        added to either side so that it is never 0 (Davison and Hinkley 1997, 4.2).
        """
        found, drawn = self._drawn(left - right)
        return [None if not n else _difference(mean, column, n) for (mean, n), column in zip(found, drawn.T, strict=True)]

    def risks(self, losses: NDArray[np.float64], rows: NDArray[np.intp], sure: NDArray[np.float64]) -> Mean | None:
        """The area under risk and coverage, of which `risk.py` tells; ``rows`` are the answered questions, surest first.

        ``losses`` and ``sure``, how sure an answer is, are by question; of equally sure ones each counts as all of them that
        are drawn do on average.
        """
        if not len(rows):
            return None
        alike = np.unique(sure[rows], return_inverse=True)[1]
        drawn = np.concatenate([_areas(block[:, rows].astype(float), losses[rows], alike) for block in self._blocks()])
        area = float(_areas(np.ones((1, len(rows))), losses[rows], alike)[0])
        return Mean(area, *_between(drawn), len(rows))

    def _blocks(self) -> list[NDArray[np.uint16]]:
        return [self._counts[at : at + _BLOCK] for at in range(0, self.times, _BLOCK)]

    def _drawn(self, values: Values) -> tuple[list[tuple[float, int]], Values]:
        """(mean, questions with a value) of each column, and its mean in each draw, shape (times, columns)."""
        there = ~np.isnan(values)
        filled, ones = np.where(there, values, 0.0), there.astype(float)
        drawn = []
        for block in self._blocks():
            counts = block.astype(float)
            with np.errstate(invalid="ignore", divide="ignore"):  # a draw without any question that has a value
                drawn.append((counts @ filled) / (counts @ ones))
        numbers = there.sum(axis=0)
        means = filled.sum(axis=0) / np.maximum(numbers, 1)
        return [(float(m), int(n)) for m, n in zip(means, numbers, strict=True)], np.concatenate(drawn)


def _between(drawn: NDArray[np.float64]) -> tuple[float, float]:
    """The ends of the interval, over the draws that have a value."""
    low, high = np.nanpercentile(drawn, _TAILS)
    return float(low), float(high)


def _difference(mean: float, drawn: NDArray[np.float64], n: int) -> Difference:
    kept = drawn[~np.isnan(drawn)]
    smaller = min(int((kept <= 0).sum()), int((kept >= 0).sum()))
    p = min(1.0, 2 * (smaller + 1) / (len(kept) + 1))
    return Difference(mean, *_between(kept), p, n)


def _areas(counts: NDArray[np.float64], losses: NDArray[np.float64], alike: NDArray[np.intp]) -> NDArray[np.float64]:
    """The mean risk over the coverages of each draw.

    ``counts``, shape (draws, answered), say how often each is drawn; answers of one number in ``alike`` are equally sure.
    """
    groups = np.eye(alike.max() + 1)[alike]
    covered = np.cumsum(counts, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):  # nothing covered yet, none of a group, or nothing drawn at all
        shared = np.nan_to_num((counts * losses) @ groups / (counts @ groups))[:, alike]
        risks = np.cumsum(counts * shared, axis=1) / covered
        weighted: NDArray[np.float64] = np.nansum(counts * risks, axis=1) / covered[:, -1]
    return weighted
