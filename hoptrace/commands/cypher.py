"""`hoptrace cypher`: the graph in Neo4j asked in Cypher, or in words that a language model turns into Cypher."""
# ruff: noqa: PLC0415  # libraries are loaded when a verb runs, not for `hoptrace --help`

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from graph_builder.errors import InputError
from hoptrace import terminal
from hoptrace.commands import _options as options

if TYPE_CHECKING:
    from graph_builder.querying import Table

PANEL = options.ASK
EPILOG = (
    "Example: hoptrace cypher 'Which drugs inhibit CYP3A4?'   or   hoptrace cypher --query \"$(cat inhibitors.cypher)\" --param "
    "name=CYP3A4   Needs NEO4J_URI. Only queries that read the graph are run: the server's plan is looked at first, and the "
    "transaction can not write. A question in words needs LLM_MODEL; the query that was made of it is shown."
)
_LONGEST = 300


def command(
    question: Annotated[str, typer.Argument(metavar="[QUESTION]", help="What a query is made for.", show_default=False)] = "",
    query: Annotated[str, typer.Option("--query", metavar="CYPHER", help="The query itself.", show_default=False)] = "",
    param: Annotated[
        list[str] | None,
        typer.Option("--param", metavar="NAME=VALUE", help="A parameter of the query; a value that is JSON is read as JSON."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many rows.")] = 100,
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, help="The server ends the query after so long.")] = 10.0,
    as_json: options.Json = False,
    home: options.Home = "",
) -> None:
    """Ask the graph in Neo4j by a Cypher query that only reads, or by a question in words."""
    parameters = _parameters(param or [])
    with options.graph_at(home, make=True) as graph:
        table = graph.cypher(question, query=query, parameters=parameters, limit=limit, seconds=seconds)
    if as_json:
        terminal.say_json(table.as_json())
    else:
        _say(table, by_model=bool(question))


def _parameters(pairs: Sequence[str]) -> dict[str, object]:
    found: dict[str, object] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not (name and equals):
            raise InputError(f'--param is "{pair}"; use NAME=VALUE, such as --param name=CYP3A4')
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found


def _say(table: "Table", *, by_model: bool) -> None:
    from rich.table import Table as Grid

    if by_model:
        terminal.say(Text(terminal.clean(table.query), style="cyan"))
        terminal.say(Text(terminal.one_line(table.explanation), style="dim"))
        terminal.say()
    grid = Grid(box=None, pad_edge=False, header_style="bold")
    for name in table.columns:
        grid.add_column(Text(terminal.one_line(name)), overflow="fold")
    for row in table.rows:
        grid.add_row(*(Text(_cell(value)) for value in row))
    terminal.console().print(grid)
    more = f"; there are more, --limit {2 * len(table.rows)} shows them" if table.cut else ""
    terminal.notice(f"{terminal.counted(len(table.rows), 'row')} in {terminal.seconds(table.seconds)}{more}")


def _cell(value: object) -> str:
    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return terminal.one_line(said, longest=_LONGEST)
