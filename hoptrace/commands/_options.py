"""What the verbs share: the options that all of them have, and opening the graph that these name."""

from collections.abc import Iterator, Sequence
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
Replay = Annotated[
    str,
    typer.Option(
        "--replay",
        metavar="JOURNAL",
        help="Answer calls of the language model from this journal alone; one that it does not hold is an error.",
        show_default=False,
    ),
]
Paths = Annotated[list[str], typer.Argument(metavar="PATH...", help="Files, folders and patterns.")]
Pack = Annotated[str, typer.Option("--pack", help="What is looked for: a pack's name or folder.")]
Chunker = Annotated[str, typer.Option("--chunker", help="How documents are cut; see `hoptrace chunk`.")]
Size = Annotated[int, typer.Option("--size", help="Characters of a chunk, at most.")]
Overlap = Annotated[int, typer.Option("--overlap", help="Characters that chunks share.")]
Gleanings = Annotated[
    int, typer.Option("--gleanings", min=0, help="How often a language model is asked again what it missed in a passage.")
]
Field = Annotated[
    list[str] | None,
    typer.Option("--field", metavar="ROLE=FIELD", help="For rows of JSON and CSV: which field is id, name, text."),
]
Passages = Annotated[int, typer.Option("-k", help="How many passages to retrieve.")]

_NOTHING_YET = "no graph here yet: run `hoptrace ingest PATH`, or `hoptrace demo` for the bundled corpus"


@contextmanager
def graph_at(home: str, *, make: bool = False, replay: str = "") -> Iterator["Graph"]:
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
    with Graph.open(home or None, settings=settings, replay=replay or None) as graph:
        yield graph


def fields(pairs: Sequence[str]) -> dict[str, str]:
    """What `--field` says: which field of a row plays which role."""
    found = {}
    for pair in pairs:
        role, equals, name = pair.partition("=")
        if not (role and equals and name):
            raise InputError(f'--field is "{pair}"; use ROLE=FIELD, such as --field text=abstract')
        found[role] = name
    return found
