"""An evaluation as tables of text, which Markdown, HTML and the terminal show in their ways.

Shares are in percent with their 95 % interval, times in milliseconds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from graph_rag.evaluation.bootstrap import Difference, Mean
from graph_rag.evaluation.report import RETRIEVAL, TOTAL, MethodReport, Report
from graph_rag.evaluation.scoring import ANSWER, CHAIN, CITATION, RANKING

NOTHING = "–"
PAIRED = ("recall@5", "all_gold@5", "ndcg@10", "f1")
"""The measures by which methods are compared in tables; the JSON has all."""
_MOST_PAIRS = 15
"""Of more methods than make so many pairs, each is compared with the first one only."""


@dataclass(frozen=True, slots=True)
class Table:
    """A titled table; ``note`` says how to read it."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def tables(report: Report) -> list[Table]:
    """The tables that have anything to say."""
    methods = list(report.methods.values())
    found = [
        _measures(
            "Passages", methods, RANKING, "Percent of questions' gold documents, over one ranking of documents a question."
        ),
        _measures(
            "Answers and chains",
            methods,
            (*ANSWER, *CHAIN, *CITATION),
            "Answers are compared as SQuAD does; contained: the gold answer stands in it. Chains: hops shown that join the "
            "two ends of a gold triple, and gold triples that a hop joins. Citations: places cited whose quote stands there.",
        ),
        _abstention(methods),
        _differences(report),
        _times(methods),
        _steps(methods),
    ]
    return [table for table in found if table.rows]


def shown_pairs(report: Report) -> list[tuple[str, str]]:
    """The pairs of methods that tables and charts compare."""
    pairs = list(dict.fromkeys((d.left, d.right) for d in report.differences))
    first = next(iter(report.methods), "")
    return pairs if len(pairs) <= _MOST_PAIRS else [pair for pair in pairs if first in pair]


def facts(report: Report) -> list[str]:
    """What the figures were made with, in lines."""
    run = report.facts["run"]
    corpus, graph, aligned = run["corpus"], run["graph"], run["recorded_triples"]
    lines = [
        f"{corpus['path']}: {corpus['documents']:,} documents, sha256 {corpus['sha256'][:16]}",
        f"{run['questions']['path']}: {run['questions']['questions']:,} questions, sha256 {run['questions']['sha256'][:16]}",
        f"graph by {graph['extractor']}: {graph['chunks']:,} chunks, {graph['entities']:,} entities, "
        f"{graph['relations']:,} relations, fingerprint {graph['fingerprint'][:16]}",
        f"hoptrace {run['hoptrace']}, embeddings {run['embedding_model']}, language model {run['llm_model'] or 'none'}, "
        f"seed {run['seed']}, {run['bootstrap']:,} draws",
    ]
    if aligned:
        reasons = ", ".join(f"{n:,} {reason}" for reason, n in aligned["unaligned"].items()) or "none"
        lines.append(f"recorded triples: {aligned['recorded']:,}, aligned {aligned['aligned']:,}; not aligned: {reasons}")
    return lines


def percent(mean: Mean | None) -> str:
    """A share with its interval: "61.5 [55.6, 67.2]"."""
    return NOTHING if mean is None else f"{100 * mean.mean:.1f} [{100 * mean.low:.1f}, {100 * mean.high:.1f}]"


def gain(difference: Difference | None) -> str:
    """A difference in points with its interval and p: "+6.6 [1.2, 12.0] p 0.018"."""
    if difference is None:
        return NOTHING
    mean, low, high = (round(100 * value, 1) + 0.0 for value in difference[:3])  # no "-0.0"
    p = f"p {difference.p:.3f}" if difference.p >= 0.001 else "p < 0.001"  # noqa: PLR2004  # three decimals are shown
    return f"{mean:+.1f} [{low:+.1f}, {high:+.1f}] {p}"


def label(measure: str) -> str:
    """A measure's name as people write it: "all_gold@5" is "all gold@5"."""
    return {"mrr": "MRR@10", "ndcg@10": "nDCG@10", "f1": "F1"}.get(measure, measure.replace("_", " "))


def _measures(title: str, methods: Sequence[MethodReport], names: Sequence[str], note: str) -> Table:
    """Methods that have any of the measures, and measures that any method has."""
    there = [name for name in names if any(m.means.get(name) for m in methods)]
    rows = [(m.name, *(percent(m.means.get(name)) for name in there)) for m in methods if any(m.means.get(n) for n in there)]
    return Table(title, ("method", *map(label, there)), tuple(rows), note)


def _abstention(methods: Sequence[MethodReport]) -> Table:
    rows = []
    for method in methods:
        if found := method.abstention:
            right = f"{found.abstained_unanswerable} of {found.unanswerable}"
            wrong = f"{found.abstained_answerable} of {found.answerable}"
            rates = (f"{100 * found.coverage:.1f}", f"{100 * found.risk:.1f}" if found.points else NOTHING, percent(found.area))
            rows.append((method.name, right, wrong, *rates))
    header = ("method", "abstains of unanswerable", "of answerable", "coverage", "risk", "area of risk over coverage")
    note = "Risk: wrong answers of those given. Area: the mean risk over all thresholds of confidence, lower is better."
    return Table("Abstention", header, tuple(rows), note)


def _differences(report: Report) -> Table:
    there = [name for name in PAIRED if any(paired.measure == name for paired in report.differences)]
    rows = [(f"{a} − {b}", *(gain(report.difference(a, b, name)) for name in there)) for a, b in shown_pairs(report)]
    note = "Points, paired by question, with the 95 % interval and the two-sided p of a bootstrap over questions."
    return Table("Differences", ("methods", *map(label, there)), tuple(rows), note)


def _times(methods: Sequence[MethodReport]) -> Table:
    rows = []
    for method in methods:
        if TOTAL in method.seconds:
            spent = [
                f"{1000 * at.mean:.1f}"
                for step in (RETRIEVAL, TOTAL)
                for at in (method.seconds[step].p50, method.seconds[step].p95)
            ]
            usage = method.usage
            dollars = "unknown" if usage.dollars is None else f"{usage.dollars:.4f}"
            rows.append((method.name, *spent, f"{usage.calls:,}", f"{usage.input_tokens:,}", f"{usage.output_tokens:,}", dollars))
    header = ("method", "retrieval p50", "p95", "total p50", "p95", "calls", "tokens read", "written", "dollars")
    return Table(
        "Time and money",
        header,
        tuple(rows),
        "Milliseconds a question; retrieval is all but embedding the question, answering and verifying.",
    )


def _steps(methods: Sequence[MethodReport]) -> Table:
    rows = [
        (method.name, step, f"{1000 * spread.p50.mean:.1f}", f"{1000 * spread.p95.mean:.1f}")
        for method in methods
        for step, spread in method.seconds.items()
        if step not in (TOTAL, RETRIEVAL)
    ]
    return Table("Time by step", ("method", "step", "p50 ms", "p95 ms"), tuple(rows))


def columns(table: Table) -> Iterable[int]:
    """The width of each column."""
    return [max(map(len, column)) for column in zip(table.header, *table.rows, strict=True)]
