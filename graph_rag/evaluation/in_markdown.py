"""An evaluation as Markdown, aligned so that it reads in a terminal too."""

from dataclasses import replace

from graph_rag.evaluation.report import Report
from graph_rag.evaluation.tables import Table, columns, facts, tables


def in_markdown(report: Report) -> str:
    """The whole report."""
    made = "\n".join(f"- {line}" for line in facts(report))
    parts = [f"## {table.title}\n\n{table.note}\n\n{markdown_table(table)}" for table in tables(report)]
    return "\n\n".join(["# Evaluation", made, *parts]).replace("\n\n\n\n", "\n\n") + "\n"


def markdown_table(table: Table) -> str:
    """One table without its title."""
    escaped = replace(table, header=_escaped(table.header), rows=tuple(map(_escaped, table.rows)))
    widths = list(columns(escaped))
    lines = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in (escaped.header, *escaped.rows)]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _escaped(row: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(" ".join(cell.replace("|", r"\|").split()) for cell in row)
