"""An evaluation as one HTML file that opens without a network: style and charts are inside, and nothing is loaded or run."""

from html import escape
from pathlib import Path

from graph_rag.evaluation import charts
from graph_rag.evaluation.report import Report
from graph_rag.evaluation.tables import Table, facts, tables

_CHARTED = ("recall@5", "all_gold@5", "ndcg@10", "f1", "chain_recall")
_CHARTS = {
    "Passages": lambda report: "".join(charts.means(report, measure) for measure in _CHARTED[:3]),
    "Answers and chains": lambda report: "".join(charts.means(report, measure) for measure in _CHARTED[3:]),
    "Abstention": charts.risk,
    "Differences": charts.paired,
    "Time and money": charts.milliseconds,
}
"""What is drawn under which table's title."""


def in_html(report: Report) -> str:
    """The whole report."""
    style = (Path(__file__).parent / "report.css").read_text("utf-8")
    made = "".join(f"<li>{escape(line)}</li>" for line in facts(report))
    parts = "".join(_section(report, table) for table in tables(report))
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Evaluation</title>'
    head += f"<style>{style}</style>"
    return (
        f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body><h1>Evaluation</h1><ul>{made}</ul>\n{parts}</body></html>\n'
    )


def _section(report: Report, table: Table) -> str:
    drawn = _CHARTS[table.title](report) if table.title in _CHARTS else ""
    note = f"<p>{escape(table.note)}</p>" if table.note else ""
    return f"<section><h2>{escape(table.title)}</h2>{note}{drawn}{_table(table)}</section>\n"


def _table(table: Table) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in table.header)
    rows = "".join(
        f"<tr><th>{escape(row[0])}</th>{''.join(f'<td>{escape(cell)}</td>' for cell in row[1:])}</tr>" for row in table.rows
    )
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
