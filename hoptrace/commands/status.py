"""`hoptrace status`: what the graph holds."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.text import Text

from hoptrace import terminal
from hoptrace.commands import _options as options
from hoptrace.commands.journal import spent_line

PANEL = options.LOOK


def command(
    documents: Annotated[bool, typer.Option("--documents", help="List the documents.")] = False,
    quarantine: Annotated[bool, typer.Option("--quarantine", help="List what failed a check, and why.")] = False,
    as_json: options.Json = False,
    home: options.Home = "",
) -> None:
    """Show what the graph holds, where it lies, and its fingerprint."""
    with options.graph_at(home) as graph:
        status = asdict(graph.status())
        listed = graph.documents() if documents else []
        rejected = graph.quarantine() if quarantine else []
        spent = graph.journal.spent()
    if as_json:
        shown = {"sources": [d._asdict() for d in listed]} if documents else {}
        status["spent"] = [asdict(one) for one in spent]
        terminal.say_json(status | shown | ({"rejected": [asdict(r) for r in rejected]} if quarantine else {}))
        return
    widest = max(map(len, status))
    for name, value in status.items():
        said = f"{value:,}" if isinstance(value, int) else terminal.one_line(str(value))
        terminal.say(Text.assemble((f"{name.replace('_', ' '):<{widest}}  ", "dim"), said))
    for one in spent:
        terminal.say(Text.assemble((f"{'spent':<{widest}}  ", "dim"), f"{one.model} {one.purpose}: {spent_line(one)}"))
    for record in listed:
        terminal.say(terminal.one_line(f"{record.source}  {terminal.counted(record.chunks, 'chunk')}  {record.name}"))
    for found in rejected:
        terminal.say(terminal.one_line(f"{found.reason}: {found.record}  (chunk {found.chunk_id})"))
    if status["quarantined"] and not quarantine:
        terminal.notice("`hoptrace status --quarantine` says what failed a check, and why")
