"""`hoptrace chunk`: where a strategy cuts a document."""
# ruff: noqa: PLC0415  # libraries are loaded when a verb runs, not for `hoptrace --help`

from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from hoptrace import terminal
from hoptrace.commands import _options as options

if TYPE_CHECKING:
    from graph_builder.model import Chunk, Document

PANEL = options.BUILD
EPILOG = "Example: hoptrace chunk notes.md --strategy recursive --size 500   No graph is needed, and none is touched."
_PREVIEW = 160


def command(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A document, or a folder of them.")],
    strategy: Annotated[
        str, typer.Option("--strategy", "-s", help="How to cut; an unknown one lists those there are.")
    ] = "structure",
    size: Annotated[int, typer.Option("--size", help="Characters of a chunk, at most.")] = 1000,
    overlap: Annotated[int, typer.Option("--overlap", help="Characters that chunks share.")] = 0,
    text: Annotated[bool, typer.Option("--text", help="Show the whole text of each chunk.")] = False,
    as_json: options.Json = False,
) -> None:
    """Show how a strategy cuts a document: offsets, headings, text."""
    from hoptrace.graph import chunk

    cut = chunk(file, strategy=strategy, size=size, overlap=overlap)
    if as_json:
        terminal.say_json({"strategy": strategy, "documents": [_as_json(document, chunks) for document, chunks in cut]})
        return
    for document, chunks in cut:
        _say_cuts(document, chunks, strategy, whole=text)


def _as_json(document: "Document", chunks: "list[Chunk]") -> dict[str, object]:
    cuts = [{"index": c.index, "start": c.start, "end": c.end, "heading": c.heading, "text": c.text} for c in chunks]
    return {"source": document.source, "characters": len(document.text), "chunks": cuts}


def _say_cuts(document: "Document", chunks: "list[Chunk]", strategy: str, *, whole: bool) -> None:
    counted = f"{terminal.counted(len(chunks), 'chunk')} by {strategy}, {len(document.text):,} characters"
    terminal.say(Text.assemble((terminal.one_line(document.source), "bold"), f"  {counted}"))
    for chunk in chunks:
        place = f"{chunk.index:>4}  {chunk.start}-{chunk.end}  {chunk.end - chunk.start} characters"
        heading = f"  {terminal.one_line(chunk.heading)}" if chunk.heading else ""
        terminal.say(Text.assemble((place, "cyan"), (heading, "bold")))
        if whole:
            for line in terminal.clean(chunk.text).split("\n"):
                terminal.say(line, indent=6)
        else:
            terminal.say(Text(terminal.one_line(chunk.text, longest=_PREVIEW), style="dim"), indent=6)
    terminal.say()
