"""What the verbs share: the options that all of them have, and opening the graph that these name."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from graph_builder.errors import InputError

if TYPE_CHECKING:
    from hoptrace.graph import Graph

BUILD, ASK, LOOK = "Build the graph", "Ask it", "Look after it"
"""The panels of `hoptrace --help`."""

Home = Annotated[
    str,
    typer.Option("--home", metavar="DIR", help="Folder of the graph; else HOPTRACE_HOME, else .hoptrace.", show_default=False),
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON, and nothing else, on stdout.")]
Passages = Annotated[int, typer.Option("-k", help="How many passages to retrieve.")]

_NOTHING_YET = "no graph here yet: run `hoptrace ingest PATH`, or `hoptrace demo` for the bundled corpus"


@contextmanager
def graph_at(home: str, *, make: bool = False) -> Iterator["Graph"]:
    """The graph in a folder, or where the environment says. ``make``: it need not exist yet.

    Raises
    ------
    InputError
        There is no graph yet; said at once, before a model is loaded and without making one.
    """
    from graph_builder.settings import Settings  # noqa: PLC0415  # what `hoptrace --help` need not load
    from hoptrace.graph import Graph  # noqa: PLC0415

    settings = Settings.from_environment()
    place = Path(home or settings.home).expanduser()
    if not make and settings.store == "sqlite" and not (place / "graph.db").exists():
        raise InputError(f"{_NOTHING_YET} (looked in {place})")
    with Graph.open(home or None, settings=settings) as graph:
        yield graph
