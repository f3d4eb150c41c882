"""Abstention: whether a method knows when it does not know.

**Coverage** is the share of all questions that are answered, **risk** the share of wrong answers among those. Answering only
where the confidence is above a threshold moves both; the curve runs over all thresholds, surest first, and the area is its mean
risk (El-Yaniv and Wiener 2010; Geifman and El-Yaniv 2017), lower is better. An abstention covers nothing, so curves may end
early: an area is read beside its coverage.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_rag.evaluation.bootstrap import Mean, Resamples


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer as a bet: how sure (higher is surer), whether it is wrong, whether it was given, whether there is one."""

    confidence: float
    wrong: bool
    abstained: bool
    answerable: bool


@dataclass(frozen=True, slots=True)
class Abstention:
    """How a method abstains; ``points`` are (coverage, risk), surest first, one for each answer."""

    answerable: int
    abstained_answerable: int
    unanswerable: int
    abstained_unanswerable: int
    coverage: float
    risk: float
    area: Mean | None
    points: tuple[tuple[float, float], ...]


def abstention(judged: Sequence[Judged], resamples: Resamples) -> Abstention:
    """Risk and coverage of the answers; of equally sure ones each counts as wrong as all of them on average."""
    rows = ranked(judged)
    losses, sure = np.array([(float(j.wrong), j.confidence) for j in judged]).T
    points = curve(_shared(losses[rows], sure[rows]), len(judged))
    return Abstention(
        answerable=sum(j.answerable for j in judged),
        abstained_answerable=sum(j.answerable and j.abstained for j in judged),
        unanswerable=sum(not j.answerable for j in judged),
        abstained_unanswerable=sum(not j.answerable and j.abstained for j in judged),
        coverage=len(rows) / len(judged),
        risk=points[-1][1] if points else 0.0,
        area=resamples.risks(losses, rows, sure),
        points=points,
    )


def _shared(losses: NDArray[np.float64], sure: NDArray[np.float64]) -> NDArray[np.float64]:
    """The losses, of equally sure answers their mean."""
    _, alike, many = np.unique(sure, return_inverse=True, return_counts=True)
    shared: NDArray[np.float64] = (np.bincount(alike, losses) / many)[alike]
    return shared


def ranked(judged: Sequence[Judged]) -> NDArray[np.intp]:
    """The rows of the answered questions, surest first."""
    answered = [row for row, j in enumerate(judged) if not j.abstained]
    return np.array(sorted(answered, key=lambda row: -judged[row].confidence), dtype=np.intp)


def curve(losses: NDArray[np.float64], questions: int) -> tuple[tuple[float, float], ...]:
    """(coverage, risk) after each answer; ``losses`` in [0, 1], 1 for a wrong one, surest first."""
    risks = np.cumsum(losses) / np.arange(1, len(losses) + 1)
    return tuple((n / questions, float(risk)) for n, risk in enumerate(risks, 1))
