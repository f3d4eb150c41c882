"""`hoptrace journal`: what language models were asked and said, and what that cost."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from graph_builder.errors import InputError
from hoptrace import terminal
from hoptrace.commands import _options as options

if TYPE_CHECKING:
    from graph_builder.llm.journal import Journal, Spent

PANEL = options.LOOK
EPILOG = (
    "Examples: hoptrace journal show   hoptrace journal export calls.jsonl, then hoptrace ingest PATH --replay calls.jsonl   "
    "hoptrace journal prune --older-than 30"
)


class Action(StrEnum):
    """What can be done with a journal."""

    SHOW = "show"
    EXPORT = "export"
    PRUNE = "prune"


def command(
    action: Annotated[Action, typer.Argument(help="show: calls, tokens, dollars. export: into a file. prune: forget calls.")],
    file: Annotated[str, typer.Argument(help="Where to export to; - or none is stdout.", show_default=False)] = "-",
    model: Annotated[str, typer.Option("--model", help="prune: only calls of this model.", show_default=False)] = "",
    older_than: Annotated[
        float, typer.Option("--older-than", metavar="DAYS", min=0, help="prune: only calls older than this.")
    ] = 0.0,
    everything: Annotated[bool, typer.Option("--all", help="prune: every call.")] = False,
    as_json: options.Json = False,
    home: options.Home = "",
) -> None:
    """Show, export or prune the record of calls: cache, resume point and bill in one file."""
    with options.graph_at(home, make=True) as graph:
        journal = graph.journal
        if action is Action.SHOW:
            _show(journal.spent(), as_json=as_json)
        elif action is Action.EXPORT:
            _export(journal, file)
        else:
            _prune(journal, model, older_than, everything=everything, as_json=as_json)


def _show(spent: "list[Spent]", *, as_json: bool) -> None:
    if as_json:
        from dataclasses import asdict  # noqa: PLC0415

        terminal.say_json({"spent": [asdict(one) for one in spent]})
        return
    for one in spent:
        terminal.say(f"{one.model}  {one.purpose}: {spent_line(one)}")
    if not spent:
        terminal.say("no calls of a language model yet")


def spent_line(one: "Spent") -> str:
    """Calls, tokens and dollars in one line."""
    cached = f" ({one.cached_tokens:,} of them from the provider's cache)" if one.cached_tokens else ""
    lost = f"; {terminal.counted(one.cut_off, 'call')} cut off, which may have been billed" if one.cut_off else ""
    tokens = f"{one.input_tokens:,} tokens read{cached}, {one.output_tokens:,} written"
    return f"{terminal.counted(one.calls, 'call')}, {tokens}, {terminal.dollars(one.dollars)}{lost}"


def _export(journal: "Journal", file: str) -> None:
    with _opened(file) as to:
        calls = 0
        for line in journal.export():
            calls += "key" in line
            to.write(json.dumps(line, ensure_ascii=False) + "\n")
    terminal.notice(f"{terminal.counted(calls, 'call')} exported; they hold the text of the documents that they were about")


@contextmanager
def _opened(file: str) -> Iterator[IO[str]]:
    if file == "-":
        yield sys.stdout
        return
    try:
        with Path(file).open("w", encoding="utf-8") as opened:
            yield opened
    except OSError as error:
        raise InputError(f"{file} can not be written: {error.strerror or error}") from error


def _prune(journal: "Journal", model: str, days: float, *, everything: bool, as_json: bool) -> None:
    if not (model or days or everything):
        raise InputError("say which calls to forget: --older-than DAYS, --model PROVIDER:MODEL, or --all")
    gone = journal.prune(model=model, days=days)
    if as_json:
        terminal.say_json({"pruned": gone})
    else:
        terminal.say(f"{terminal.counted(gone, 'call')} forgotten; asking them again costs again")
