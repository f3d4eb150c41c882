"""`hoptrace show`: an entity or a document."""
# ruff: noqa: PLC0415  # libraries are loaded when a verb runs, not for `hoptrace --help`

import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from graph_builder.errors import InputError, UnknownEntity
from hoptrace import terminal
from hoptrace.commands import _options as options

if TYPE_CHECKING:
    from graph_builder.model import Document, Entity, Join
    from graph_rag.model import Hop
    from hoptrace.graph import EntityView, Graph

PANEL = options.ASK
EPILOG = (
    "Examples: hoptrace show CYP3A4; hoptrace show warfarin.md; hoptrace show warfarin.md --text   "
    "Offsets in citations count the characters that --text prints."
)
_REASONS = {"pack": "one name in the pack's lexicon", "declared": "a document says so", "similar": "similar names"}


def command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="An entity by any of its names, or a document.")],
    text: Annotated[bool, typer.Option("--text", help="Print a document's text exactly.")] = False,
    as_json: options.Json = False,
    home: options.Home = "",
) -> None:
    """Show an entity with its relations and their sentences, or a document."""
    from graph_builder.model import Document

    with options.graph_at(home) as graph:
        found = graph.document(name) if text else _entity_or_document(graph, name)
        spellings = {} if isinstance(found, Document) else _spellings(graph, found.entity)
    if isinstance(found, Document):
        _show_document(found, text=text, as_json=as_json)
    elif as_json:
        terminal.say_json(asdict(found))
    else:
        _say_entity(found, spellings)


def _entity_or_document(graph: "Graph", name: str) -> "EntityView | Document":
    try:
        return graph.entity(name)
    except UnknownEntity as unknown:
        try:
            return graph.document(name)
        except InputError:
            raise InputError(f"{unknown}. Nor is it a document: `hoptrace status --documents` lists them") from unknown


def _spellings(graph: "Graph", entity: "Entity") -> dict[str, str]:
    return graph.store.fetch_aliases(sorted({end for join in entity.joins for end in (join.left, join.right)}))


def _show_document(document: "Document", *, text: bool, as_json: bool) -> None:
    if as_json:
        terminal.say_json(asdict(document))
    elif text:
        _write_exactly(document.text)
    else:
        rows = {"name": document.name, "source": document.source, "id": document.id, "characters": f"{len(document.text):,}"}
        for key, value in {**rows, **document.metadata}.items():
            terminal.say(Text.assemble((f"{terminal.one_line(key)}: ", "dim"), terminal.one_line(str(value))))
        terminal.notice("`--text` prints the text")


def _write_exactly(text: str) -> None:
    """Bytes, so that no line end is translated; a terminal alone gets what could steer it replaced one for one."""
    shown = terminal.clean(text) if sys.stdout.isatty() else text
    sys.stdout.flush()
    sys.stdout.buffer.write(shown.encode("utf-8", "surrogatepass"))
    sys.stdout.buffer.flush()


def _say_entity(view: "EntityView", spellings: dict[str, str]) -> None:
    entity = view.entity
    terminal.say(Text.assemble((terminal.one_line(entity.name), "bold"), (f"  {entity.type}", "magenta")))
    others = [alias for alias in entity.aliases if alias != entity.name]
    if others:
        terminal.say(terminal.one_line(f"also called: {', '.join(others)}"), indent=2)
    for join in entity.joins:
        terminal.say(Text(_why(join, spellings), style="dim"), indent=4)
    if entity.description:
        terminal.say(terminal.one_line(entity.description), indent=2)
    terminal.say()
    _say_relations(view.relations)


def _why(join: "Join", spellings: dict[str, str]) -> str:
    left, right = spellings.get(join.left, join.left), spellings.get(join.right, join.right)
    sure = "" if join.score >= 1 else f" ({join.score:.2f})"
    return terminal.one_line(f"{left} = {right}: {_REASONS.get(join.reason, join.reason)}{sure}")


def _say_relations(hops: "Sequence[Hop]") -> None:
    from graph_builder.predicates import normalised

    drawn, short = terminal.glyphs(), terminal.places(sorted({hop.document for hop in hops}))
    terminal.say(terminal.counted(len(hops), "relation"))
    for hop in hops:
        ends = (terminal.one_line(hop.subject), terminal.arrow(hop, drawn), terminal.one_line(hop.object))
        mark = (drawn.verified, "green") if hop.verified else (drawn.unverified, "bold red")
        support = f"   {hop.support} sentences" if hop.support > 1 else ""
        terminal.say(Text.assemble(ends[0], " ", ends[1], " ", ends[2], "      ", mark, (support, "dim")), indent=2)
        if hop.said and (why := normalised(hop.said).reason):
            terminal.say(Text(terminal.one_line(f'called "{hop.said}": {why}'), style="dim"), indent=6)
        place = f"  {short[hop.document]}:{hop.start}-{hop.end}"
        terminal.say(Text.assemble(f'"{terminal.one_line(hop.quote)}"', (place, "dim")), indent=6)
