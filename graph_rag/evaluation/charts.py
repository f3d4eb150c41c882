"""The charts of a report as SVG: means with intervals, paired differences, risk over coverage, milliseconds.

Colours are of the page's style (``.c0`` to ``.c7``), so that they change with light and dark. Every mark has a title that says
its numbers, and every chart a table beside it that says the same.
"""

from collections.abc import Iterable, Sequence
from html import escape

from graph_rag.evaluation.report import RETRIEVAL, MethodReport, Report
from graph_rag.evaluation.tables import gain, label, percent, shown_pairs

COLOURS = 8
_LABELS, _PLOT, _ROW, _TOP, _RIGHT = 320, 400, 26, 30, 150
"""Pixels: the room for names, the plot, a row, what stands above the rows, and the room for numbers."""
_SQUARE = 300
_DIFFERENCES = "recall@5"


def means(report: Report, measure: str) -> str:
    """A dot with its interval for each method, 0 to 100 %; empty where no method has the measure."""
    shown = [(row, m, mean) for row, m in enumerate(report.methods.values()) if (mean := m.means.get(measure))]
    if not shown:
        return ""
    marks = [_ticks(len(shown), [(f"{at}", at / 100) for at in range(0, 101, 20)])]
    for row, (colour, method, mean) in enumerate(shown):
        ends = (_x(mean.low), _x(mean.mean), _x(mean.high))
        marks.append(_row(row, method.name, percent(mean), _whisker(row, ends, colour, f"{method.name}: {percent(mean)} %")))
    return _svg(len(shown), f"{label(measure)}, %", marks)


def paired(report: Report) -> str:
    """The differences in recall@5 with their intervals, around the line of no difference."""
    shown = [(pair, d) for pair in shown_pairs(report) if (d := report.difference(*pair, _DIFFERENCES))]
    if not shown:
        return ""
    reach = max(0.05, *(abs(end) for _, d in shown for end in (d.low, d.high)))

    def place(value: float) -> float:
        return _x(0.5 + value / reach / 2)

    marks = [_ticks(len(shown), [(f"{100 * at:+.0f}", 0.5 + at / reach / 2) for at in (-reach, 0, reach)])]
    for row, ((left, right), d) in enumerate(shown):
        sure = 0 if d.low > 0 or d.high < 0 else -1
        line = _whisker(row, (place(d.low), place(d.mean), place(d.high)), sure, f"{left} − {right}: {gain(d)}")
        marks.append(_row(row, f"{left} − {right}", f"{100 * d.mean:+.1f}", line))
    return _svg(len(shown), f"difference in {_DIFFERENCES}, points; coloured where the interval excludes 0", marks)


def milliseconds(report: Report) -> str:
    """Median (bar) and 95th percentile (line) of the milliseconds of retrieval, without embedding the question."""
    timed = [(colour, m) for colour, m in enumerate(report.methods.values()) if RETRIEVAL in m.seconds]
    if not timed:
        return ""
    most = max(m.seconds[RETRIEVAL].p95.mean for _, m in timed) or 1.0
    marks = [_ticks(len(timed), [(f"{1000 * most * at / 4:.0f}", at / 4) for at in range(5)])]
    for row, (colour, method) in enumerate(timed):
        p50, p95 = (1000 * at.mean for at in (method.seconds[RETRIEVAL].p50, method.seconds[RETRIEVAL].p95))
        bar, end = _x(p50 / most / 1000), _x(p95 / most / 1000)
        y, name = _y(row), f"<title>{escape(method.name)}: p50 {p50:.1f} ms, p95 {p95:.1f} ms</title>"
        marks_of = (
            f'<g class="{_class(colour)}">{name}<rect x="{_LABELS}" y="{y - 6:.0f}" width="{bar - _LABELS:.1f}" height="12"/>'
        )
        marks_of += f'<path d="M{bar:.1f} {y}H{end:.1f}M{end:.1f} {y - 5}V{y + 5}"/></g>'
        marks.append(_row(row, method.name, f"{p50:.1f} / {p95:.1f}", marks_of))
    return _svg(len(timed), "milliseconds of retrieval a question, p50 and p95, without embedding it", marks)


def risk(report: Report) -> str:
    """A curve of risk over coverage for each method that abstains or answers."""
    shown = [(c, m) for c, m in enumerate(report.methods.values()) if m.abstention and m.abstention.points]
    if not shown:
        return ""
    inner = [f'<rect class="frame" x="50" y="10" width="{_SQUARE}" height="{_SQUARE}"/>']
    for at in (0, 25, 50, 75, 100):
        place = _SQUARE * at / 100
        inner.append(f'<text class="tick" x="44" y="{14 + _SQUARE - place:.0f}" text-anchor="end">{at}</text>')
        inner.append(f'<text class="tick" x="{50 + place:.0f}" y="{_SQUARE + 26}" text-anchor="middle">{at}</text>')
    inner.append(
        f'<text class="tick" x="{50 + _SQUARE / 2}" y="{_SQUARE + 44}" text-anchor="middle">% of questions answered</text>'
    )
    inner += [_curve(colour, method) for colour, method in shown]
    inner += [_key(row, colour, method.name) for row, (colour, method) in enumerate(shown)]
    return _wrapped("wrong answers of those given, %, surest first", 50 + _SQUARE + 260, _SQUARE + 54, inner)


def _curve(colour: int, method: MethodReport) -> str:
    points = method.abstention.points if method.abstention else ()
    places = " ".join(f"{50 + _SQUARE * x:.1f},{10 + _SQUARE * (1 - y):.1f}" for x, y in points)
    return f'<g class="{_class(colour)}"><title>{escape(method.name)}</title><polyline points="{places}"/></g>'


def _key(row: int, colour: int, name: str) -> str:
    x, y = 50 + _SQUARE + 20, 24 + 22 * row
    return f'<g class="{_class(colour)}"><path d="M{x} {y}h22"/></g><text x="{x + 30}" y="{y + 4}">{escape(name)}</text>'


def _class(colour: int) -> str:
    """The class of a colour; -1 is grey, and so are methods beyond the colours."""
    return f"c{colour}" if 0 <= colour < COLOURS else "grey"


def _x(share: float) -> float:
    return _LABELS + _PLOT * share


def _y(row: int) -> int:
    return _TOP + _ROW * row + _ROW // 2


def _whisker(row: int, ends: tuple[float, float, float], colour: int, said: str) -> str:
    low, middle, high = ends
    y, title = _y(row), f"<title>{escape(said)}</title>"
    line = f'<path d="M{low:.1f} {y}H{high:.1f}M{low:.1f} {y - 4}v8M{high:.1f} {y - 4}v8"/>'
    return f'<g class="{_class(colour)}">{title}{line}<circle cx="{middle:.1f}" cy="{y}" r="5"/></g>'


def _row(row: int, name: str, number: str, mark: str) -> str:
    y, shown = _y(row) + 4, name if len(name) <= 44 else f"{name[:43]}…"  # noqa: PLR2004  # what the room for names holds
    left = f'<text x="{_LABELS - 10}" y="{y}" text-anchor="end"><title>{escape(name)}</title>{escape(shown)}</text>'
    return f'{left}{mark}<text class="number" x="{_x(1) + 14}" y="{y}">{escape(number)}</text>'


def _ticks(rows: int, ticks: Sequence[tuple[str, float]]) -> str:
    bottom = _TOP + _ROW * rows
    lines = "".join(f"M{_x(at):.1f} {_TOP}V{bottom}" for _, at in ticks)
    names = "".join(
        f'<text class="tick" x="{_x(at):.1f}" y="{_TOP - 8}" text-anchor="middle">{name}</text>' for name, at in ticks
    )
    return f'<path class="grid" d="{lines}"/>{names}'


def _svg(rows: int, title: str, marks: Iterable[str]) -> str:
    return _wrapped(title, _LABELS + _PLOT + _RIGHT, _TOP + _ROW * rows + 6, marks)


def _wrapped(title: str, width: int, height: int, inner: Iterable[str]) -> str:
    head = f'<figure><figcaption>{escape(title)}</figcaption><svg viewBox="0 0 {width} {height}" role="img" width="{width}"'
    return f'{head} aria-label="{escape(title)}">{"".join(inner)}</svg></figure>'
