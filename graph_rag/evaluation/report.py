"""What an evaluation found, as one JSON.

The same run twice gives the same file, apart from the section ``timing`` (seconds, and what was paid: a journal makes the second
run cheaper) and from the two numbers of it that each method repeats, ``seconds_p50`` and ``seconds_p95``. ``digest`` is a hash of
all else, so that two runs are compared by one line. Means are in [0, 1], intervals are ``[low, high]``, seconds are in seconds.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import combinations
from typing import Any

import numpy as np

from graph_builder.llm import Usage
from graph_rag.evaluation.bootstrap import Difference, Mean, Resamples
from graph_rag.evaluation.reading import GoldQuestion
from graph_rag.evaluation.risk import Abstention, Judged, abstention
from graph_rag.evaluation.running import EMBED, Outcome
from graph_rag.evaluation.scoring import MEASURES, Scorer, Values, ranking_values

PLACES = 6
"""Decimals of a mean in the report."""
TOTAL = "total"
RETRIEVAL = "retrieval"
"""All steps but embedding the question, answering and verifying."""
_NOT_RETRIEVAL = {EMBED, "answer", "verify"}
_TIMING = ("seconds_p50", "seconds_p95")


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Median and 95th percentile of seconds over questions, each with its 95 % interval."""

    p50: Mean
    p95: Mean


@dataclass(frozen=True)
class MethodReport:
    """A method's measures, how it abstains, what it cited, its seconds by step, and what it cost."""

    name: str
    means: Mapping[str, Mean | None]
    values: Sequence[Values]
    outcomes: Sequence[Outcome]
    abstention: Abstention | None = None
    citations: tuple[int, int] = (0, 0)
    seconds: Mapping[str, Percentiles] = field(default_factory=dict)
    usage: Usage = Usage()

    def as_json(self) -> dict[str, Any]:
        """The method's part of the JSON, with the two times that scripts look for here."""
        found: dict[str, Any] = {name: None if mean is None else mean.mean for name, mean in self.means.items()}
        if TOTAL in self.seconds:
            found |= {"seconds_p50": self.seconds[TOTAL].p50.mean, "seconds_p95": self.seconds[TOTAL].p95.mean}
        found["intervals"] = {name: [m.low, m.high] for name, m in self.means.items() if m}
        found["questions"] = {name: m.n for name, m in self.means.items() if m}
        found["citations"] = dict(zip(("shown", "verified"), self.citations, strict=True))
        found["abstention"] = _abstention(self.abstention) if self.abstention else None
        return found

    def timing(self) -> dict[str, Any]:
        """The method's part of the section ``timing``."""
        steps = {step: _percentiles(p) for step, p in self.seconds.items()}
        return {"seconds": steps, "usage": asdict(self.usage)}


@dataclass(frozen=True, slots=True)
class Paired:
    """How much better ``left`` is than ``right`` by a measure, over the same questions."""

    left: str
    right: str
    measure: str
    difference: Difference


@dataclass(frozen=True)
class Report:
    """An evaluation: what it was made with (``facts``), the methods, their differences, and each question."""

    facts: Mapping[str, Any]
    questions: Sequence[GoldQuestion]
    methods: Mapping[str, MethodReport]
    differences: Sequence[Paired]
    building: Mapping[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The JSON of the command line."""
        said: dict[str, Any] = dict(self.facts)
        said["methods"] = {name: method.as_json() for name, method in self.methods.items()}
        said["differences"] = [
            {"left": d.left, "right": d.right, "measure": d.measure, **d.difference._asdict()} for d in self.differences
        ]
        said["questions"] = [self._question(row) for row in range(len(self.questions))]
        said["timing"] = {
            "building": dict(self.building),
            "methods": {name: method.timing() for name, method in self.methods.items()},
            "questions": [self._seconds(row) for row in range(len(self.questions))],
        }
        rounded: dict[str, Any] = _rounded(said)
        return {"digest": digest(rounded)} | rounded

    def difference(self, left: str, right: str, measure: str) -> Difference | None:
        """How much better ``left`` is than ``right``; None where one of them lacks the measure."""
        for paired in self.differences:
            if paired.measure == measure and {paired.left, paired.right} == {left, right}:
                return paired.difference if paired.left == left else paired.difference.turned
        return None

    def _question(self, row: int) -> dict[str, Any]:
        question = self.questions[row]
        by_method = {name: (m.outcomes[row], m.values[row]) for name, m in self.methods.items()}
        answers = {name: o.answer for name, (o, _) in by_method.items() if o.answer}
        return {
            "id": question.id,
            "question": question.text,
            "gold_doc_ids": list(question.gold),
            "rankings": {name: list(outcome.ranking) for name, (outcome, _) in by_method.items()},
            "measures": {name: {m: v for m, v in values.items() if v is not None} for name, (_, values) in by_method.items()},
            "answers": {name: {"answer": a.answer, "abstained": a.abstained} for name, a in answers.items()},
            "confidence": {name: outcome.confidence for name, (outcome, _) in by_method.items() if outcome.seconds},
        }

    def _seconds(self, row: int) -> dict[str, Any]:
        seconds = {name: dict(m.outcomes[row].seconds) for name, m in self.methods.items() if m.outcomes[row].seconds}
        return {"id": self.questions[row].id, "seconds": seconds}


def digest(report: Mapping[str, Any]) -> str:
    """A hash of what is the same when a run is done twice."""
    kept = {key: value for key, value in report.items() if key not in {"timing", "digest"}}
    kept["methods"] = {name: {k: v for k, v in m.items() if k not in _TIMING} for name, m in report["methods"].items()}
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:16]


def measured(
    name: str, questions: Sequence[GoldQuestion], outcomes: Sequence[Outcome], scorer: Scorer, resamples: Resamples
) -> MethodReport:
    """Score a method that ran."""
    values = scorer.score(questions, outcomes)
    judged = [scorer.judge(question, outcome) for question, outcome in zip(questions, outcomes, strict=True)]
    bets = [j for j in judged if isinstance(j, Judged)]
    cited = [scorer.citations(outcome) for outcome in outcomes]
    usage = sum((outcome.usage for outcome in outcomes), Usage())
    return MethodReport(
        name,
        _means(values, resamples),
        values,
        outcomes,
        abstention(bets, resamples) if len(bets) == len(questions) else None,
        (sum(shown for shown, _ in cited), sum(verified for _, verified in cited)),
        seconds_of(outcomes, resamples),
        usage,
    )


def recorded(
    name: str, questions: Sequence[GoldQuestion], rankings: Mapping[str, tuple[str, ...]], resamples: Resamples
) -> MethodReport:
    """Score rankings that were made elsewhere."""
    outcomes = [Outcome(rankings[question.id]) for question in questions]
    nothing: Values = dict.fromkeys(MEASURES)
    values = [
        {**nothing, **ranking_values(question.gold, outcome.ranking)} if question.gold else nothing
        for question, outcome in zip(questions, outcomes, strict=True)
    ]
    return MethodReport(name, _means(values, resamples), values, outcomes)


def differences(methods: Sequence[MethodReport], resamples: Resamples) -> list[Paired]:
    """Each two methods by each measure that both have, paired by question."""
    found = []
    for left, right in combinations(methods, 2):
        drawn = resamples.differences(_matrix(left.values), _matrix(right.values))
        found += [Paired(left.name, right.name, m, d) for m, d in zip(MEASURES, drawn, strict=True) if d]
    return found


def seconds_of(outcomes: Sequence[Outcome], resamples: Resamples) -> dict[str, Percentiles]:
    """Percentiles by step, over the questions in which a method took it, then of retrieval and in all."""
    steps = list(dict.fromkeys(step for outcome in outcomes for step in outcome.seconds))
    by_step = {step: [o.seconds[step] for o in outcomes if step in o.seconds] for step in steps}
    by_step[TOTAL] = [sum(o.seconds.values()) for o in outcomes]
    by_step[RETRIEVAL] = [sum(s for step, s in o.seconds.items() if step not in _NOT_RETRIEVAL) for o in outcomes]
    return {step: _spread(values, resamples) for step, values in by_step.items()}


def _spread(values: Sequence[float], resamples: Resamples) -> Percentiles:
    times = np.array(values)
    rows = np.random.default_rng(resamples.seed).integers(0, len(times), (min(resamples.times, 1000), len(times)))
    drawn = np.percentile(times[rows], (50, 95), axis=1)
    low, high = np.percentile(drawn, (2.5, 97.5), axis=1)
    there = np.percentile(times, (50, 95))
    p50, p95 = (Mean(float(there[i]), float(low[i]), float(high[i]), len(times)) for i in range(2))
    return Percentiles(p50, p95)


def _means(values: Sequence[Values], resamples: Resamples) -> dict[str, Mean | None]:
    return dict(zip(MEASURES, resamples.means(_matrix(values)), strict=True))


def _matrix(values: Sequence[Values]) -> "np.ndarray[Any, np.dtype[np.float64]]":
    """Shape (questions, measures); NaN for None."""
    return np.array([[np.nan if value[m] is None else value[m] for m in MEASURES] for value in values], dtype=np.float64)


def _percentiles(percentiles: Percentiles) -> dict[str, Any]:
    p50, p95 = percentiles.p50, percentiles.p95
    return {"p50": p50.mean, "p95": p95.mean, "intervals": {"p50": [p50.low, p50.high], "p95": [p95.low, p95.high]}}


def _abstention(found: Abstention) -> dict[str, Any]:
    said = asdict(found)
    area = found.area
    said["area"] = area.mean if area else None
    said["area_interval"] = [area.low, area.high] if area else None
    return said


def _rounded(value: object) -> Any:  # noqa: ANN401  # JSON in, JSON out
    if isinstance(value, float):
        return round(value, PLACES)
    if isinstance(value, Mapping):
        return {key: _rounded(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(part) for part in value]
    return value
