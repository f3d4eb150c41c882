"""`hoptrace copy`: a graph from the embedded store to Neo4j, or back."""
# ruff: noqa: PLC0415  # libraries are loaded when a verb runs, not for `hoptrace --help`

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from hoptrace import terminal
from hoptrace.commands import _options as options

if TYPE_CHECKING:
    from graph_builder.copying import CopyProgress

PANEL = options.LOOK
EPILOG = (
    "Example: NEO4J_URI=neo4j://localhost:7687 hoptrace copy --to neo4j   No model is asked anything. Documents that are there "
    "already are skipped, so that the same command goes on after a stop. At the end both graphs are compared by fingerprint."
)


def command(
    to: Annotated[str, typer.Option("--to", metavar="STORE", help="neo4j, or sqlite for the embedded store.")],
    as_json: options.Json = False,
    home: options.Home = "",
) -> None:
    """Copy the graph between the embedded store and Neo4j, and check that both are the same."""
    with options.graph_at(home, make=True) as graph, _progress_bar() as progress:
        copied = graph.copy_to(to, progress=progress)
    if as_json:
        terminal.say_json(copied.as_json())
        return
    skipped = f", {copied.skipped:,} were there already" if copied.skipped else ""
    terminal.say(f"{terminal.counted(copied.documents, 'document')} copied from {copied.source} to {copied.target}{skipped}")
    terminal.say(f"both graphs have the fingerprint {copied.fingerprint}")


@contextmanager
def _progress_bar() -> Iterator[Callable[["CopyProgress"], None] | None]:
    """A function that shows progress on stderr; None where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=terminal.console(error=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def show(at: "CopyProgress") -> None:
            shown = terminal.one_line(at.source, longest=60)
            bar.update(task, total=at.total, completed=at.done, description=shown)

        yield show
