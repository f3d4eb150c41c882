"""`hoptrace compare`: one question, several methods side by side."""
# ruff: noqa: PLC0415  # libraries are loaded when a verb runs, not for `hoptrace --help`

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from hoptrace import terminal
from hoptrace.commands import _options as options

if TYPE_CHECKING:
    from graph_rag.model import Answer, Comparison

PANEL = options.ASK
EPILOG = 'Example: hoptrace compare "Does clarithromycin interact with simvastatin?" --methods graph,hyde,vanilla'
METHODS = "graph,hyde,vanilla"
_NARROWEST = 34
"""Columns of a terminal that one method needs to stand beside others."""
_DOCUMENTS = 4


def command(
    question: Annotated[str, typer.Argument(help="The question, in quotes.")],
    methods: Annotated[str, typer.Option("--methods", "-m", help="Methods, divided by commas.")] = METHODS,
    k: options.Passages = 10,
    replay: options.Replay = "",
    as_json: options.Json = False,
    home: options.Home = "",
) -> None:
    """Answer a question by several methods at once: answers, seconds, passages, chains, overlap."""
    names = [name.strip() for name in methods.split(",") if name.strip()]
    with options.graph_at(home, replay=replay) as graph:
        comparison = graph.compare(question, methods=names, k=k)
    if as_json:
        terminal.say_json(asdict(comparison))
    else:
        say_comparison(comparison)


def say_comparison(comparison: "Comparison") -> None:
    """Print the answers side by side where they fit, else one below the other; then what the methods share."""
    rows = [_rows(answer) for answer in comparison.answers]
    to = terminal.console()
    if to.is_terminal and to.width >= _NARROWEST * len(rows):
        _say_table(comparison.answers, rows)
    else:
        _say_sections(comparison.answers, rows)
    for overlap in comparison.overlaps:
        shared = terminal.counted(overlap.shared, "shared passage")
        terminal.say(f"{overlap.left} and {overlap.right}: {shared}, {overlap.jaccard:.0%} of both")


def _rows(answer: "Answer") -> dict[str, Text]:
    from graph_rag.numbering import number

    drawn, chains = terminal.glyphs(), answer.chains[:1]
    numbered = number(answer, chains=chains)
    sources = list(dict.fromkeys(c.document for c in numbered.citations))
    short = terminal.places(list(dict.fromkeys([*sources, *(p.document for p in answer.passages)])))
    checked = sum(c.verified for c in numbered.citations)
    steps = "\n".join(f"{terminal.seconds(s)} {step}" for step, s in answer.seconds.items())
    passages = list(dict.fromkeys(short[p.document] for p in answer.passages))
    more = f" and {len(passages) - _DOCUMENTS} more" if len(passages) > _DOCUMENTS else ""
    return {
        "answer": terminal.answer_text(answer, numbered),
        "chain": terminal.chain_line(chains[0], drawn) if chains else Text("none", style="dim"),
        "cites": Text("\n".join(f"[{n}] {short[c.document]}:{c.start}-{c.end}" for n, c in enumerate(numbered.citations, 1))),
        "verified": Text(f"{checked} of {terminal.counted(len(numbered.citations), 'citation')}"),
        "passages": Text(f"{len(answer.passages)} from {', '.join(passages[:_DOCUMENTS])}{more}"),
        "cost": Text(terminal.used(answer.usage) if answer.usage.calls or answer.usage.recalled else "no calls, $0"),
        "seconds": Text(f"{terminal.seconds(sum(answer.seconds.values()))} in all\n{steps}"),
    }


def _say_table(answers: "Sequence[Answer]", rows: Sequence[dict[str, Text]]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, expand=True, pad_edge=False)
    table.add_column("", style="dim", no_wrap=True)
    for answer in answers:
        table.add_column(answer.method, ratio=1, overflow="fold", header_style="bold")
    for name in rows[0]:
        table.add_row(name, *(row[name] for row in rows), end_section=True)
    terminal.console().print(table)


def _say_sections(answers: "Sequence[Answer]", rows: Sequence[dict[str, Text]]) -> None:
    for answer, row in zip(answers, rows, strict=True):
        terminal.say(Text(answer.method, style="bold"))
        for name, text in row.items():
            joined = Text(", ").join(text.split("\n"))
            terminal.say(Text.assemble((f"{name}: ", "dim"), joined), indent=2)
        terminal.say()
