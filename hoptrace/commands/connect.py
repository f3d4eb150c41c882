"""`hoptrace connect`: the chains between two entities."""
# ruff: noqa: PLC0415  # libraries are loaded when a verb runs, not for `hoptrace --help`

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from hoptrace import terminal
from hoptrace.commands import _options as options

if TYPE_CHECKING:
    from graph_rag.model import Candidate, Connection

PANEL = options.ASK
ALIASES = ("path",)
EPILOG = (
    "Example: hoptrace connect clarithromycin simvastatin   "
    "Two entities that are not connected exit with 0; scripts read `connected` of --json."
)


def command(
    source: Annotated[str, typer.Argument(metavar="A", help="An entity by any of its names.")],
    target: Annotated[str, typer.Argument(metavar="B", help="Another one.")],
    k: Annotated[int, typer.Option("-k", help="How many chains.")] = 3,
    hops: Annotated[int, typer.Option("--hops", help="How many relations a chain may have.")] = 4,
    as_json: options.Json = False,
    home: options.Home = "",
) -> None:
    """Show how two entities are connected: chains whose every hop quotes its source."""
    with options.graph_at(home) as graph:
        connection = graph.connect(source, target, k=k, hops=hops)
    if as_json:
        terminal.say_json(asdict(connection))
    else:
        say_connection(connection, hops=hops)


def say_connection(connection: "Connection", *, hops: int) -> None:
    """Print the chains; else the entities that a name may mean; else what each end does reach."""
    if connection.candidates:
        for name, candidates in connection.candidates.items():
            _say_candidates(name, candidates)
    elif connection.chains:
        _say_chains(connection)
    else:
        ends = f"{connection.source} and {connection.target}"
        terminal.say(terminal.one_line(f"not connected within {terminal.counted(hops, 'hop')}: {ends}"))
        if connection.missing:
            terminal.say(terminal.one_line(connection.missing), indent=2)
        terminal.say(terminal.one_line(f"nearest: {'; '.join(connection.nearest) or 'nothing'}"), indent=2)


def _say_candidates(name: str, candidates: "tuple[Candidate, ...]") -> None:
    terminal.say(terminal.one_line(f'"{name}" names several entities; say which, as one of:'))
    for candidate in candidates:
        terminal.say(terminal.one_line(f'"{candidate.name} ({candidate.type})"'), indent=2)


def _say_chains(connection: "Connection") -> None:
    from graph_rag.model import unique
    from graph_rag.numbering import Numbered

    numbered = Numbered((), (), unique(hop.citation for chain in connection.chains for hop in chain.hops))
    short = terminal.places(sorted({c.document for c in numbered.citations}))
    for chain in connection.chains:
        terminal.say_chain(chain, numbered, short, indent=0)
        terminal.say()
    if legend := terminal.legend(connection.chains):
        terminal.say(Text(legend, style="dim"))
