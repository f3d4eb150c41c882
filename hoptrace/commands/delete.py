"""`hoptrace delete`: a document leaves the graph."""

from typing import Annotated

import typer

from hoptrace import terminal
from hoptrace.commands import _options as options

PANEL = options.BUILD
EPILOG = "Example: hoptrace delete notes.md   The file itself stays where it is."


def command(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="A document by its source, file name or id.")],
    as_json: options.Json = False,
    home: options.Home = "",
) -> None:
    """Remove exactly what a document gave to the graph."""
    with options.graph_at(home) as graph:
        document = graph.document(source)
        deleted = graph.delete(document.id)
        counts = graph.store.counts()._asdict()
    if as_json:
        terminal.say_json({"source": document.source, "deleted": deleted, **counts})
        return
    held = ", ".join(f"{n:,} {name}" for name, n in counts.items())
    terminal.say(terminal.one_line(f"deleted {document.source}"))
    terminal.say(f"the graph holds {held}")
