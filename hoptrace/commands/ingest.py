"""`hoptrace ingest`: documents into the graph."""
# ruff: noqa: PLC0415  # libraries are loaded when a verb runs, not for `hoptrace --help`

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from graph_builder.errors import InputError
from hoptrace import terminal
from hoptrace.commands import _options as options

if TYPE_CHECKING:
    from graph_builder.ingest import IngestReport, Progress

PANEL = options.BUILD
ALIASES = ("index",)
EPILOG = (
    "Example: hoptrace ingest ~/papers notes.md 'reports/*.pdf'   Unchanged documents are skipped, so that the same command "
    "goes on after a stop. Exit code 6: finished, but some documents failed; each is told with its reason."
)
SOME_FAILED = 6
_ROWS = (".json", ".jsonl", ".ndjson", ".csv", ".tsv")
_SLOWEST = 4
"""How many steps of the time are told."""


def command(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Files, folders and patterns.")],
    pack: Annotated[str, typer.Option("--pack", help="What is looked for: a pack's name or folder.")] = "auto",
    chunker: Annotated[str, typer.Option("--chunker", help="How documents are cut; see `hoptrace chunk`.")] = "structure",
    extractor: Annotated[
        str, typer.Option("--extractor", help="rules or llm; else llm where LLM_MODEL is set.", show_default=False)
    ] = "",
    size: Annotated[int, typer.Option("--size", help="Characters of a chunk, at most.")] = 1000,
    overlap: Annotated[int, typer.Option("--overlap", help="Characters that chunks share.")] = 0,
    field: Annotated[
        list[str] | None,
        typer.Option("--field", metavar="ROLE=FIELD", help="For rows of JSON and CSV: which field is id, name, text."),
    ] = None,
    as_json: options.Json = False,
    home: options.Home = "",
) -> None:
    """Read documents into the graph: chunks, entities, and relations with their sentences."""
    fields = _fields(field or [])
    with options.graph_at(home, make=True) as graph, progress_bar(paths) as progress:
        report = graph.ingest(
            paths,
            pack=pack,
            chunker=chunker,
            extractor=extractor,
            size=size,
            overlap=overlap,
            fields=fields,
            progress=progress,
        )
    if as_json:
        terminal.say_json(report.as_json())
    else:
        say_report(report)
    for document in report.documents:
        if document.status == "failed":
            said = Text.assemble(("failed: ", "red"), terminal.one_line(f"{document.source}: {document.reason}"))
            terminal.say(said, error=True)
    if report.failed:
        raise typer.Exit(SOME_FAILED)


def _fields(pairs: Sequence[str]) -> dict[str, str]:
    fields = {}
    for pair in pairs:
        role, equals, name = pair.partition("=")
        if not (role and equals and name):
            raise InputError(f'--field is "{pair}"; use ROLE=FIELD, such as --field text=abstract')
        fields[role] = name
    return fields


@contextmanager
def progress_bar(paths: Sequence[str]) -> Iterator[Callable[["Progress"], None] | None]:
    """A function that shows progress on stderr with rate and time left; None where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        SpinnerColumn(),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(compact=True, elapsed_when_finished=True),
        TextColumn("{task.fields[document]}", markup=False, style="dim"),
    )
    with Bar(*columns, console=terminal.console(error=True), transient=True) as bar:
        files = expected(paths)
        task = bar.add_task("", total=files or None, rate="", document="loading the models")

        def show(progress: "Progress") -> None:
            rate = f"{progress.done / progress.seconds:.1f} documents/s" if progress.seconds > 0 else ""
            name = terminal.one_line(progress.source.rsplit("/", 1)[-1], longest=40)
            total = files if files >= progress.done else 0
            bar.update(task, completed=progress.done, total=total or None, rate=rate, document=name)

        yield show


def expected(paths: Sequence[str]) -> int:
    """How many documents the paths are likely to hold; 0 when files of rows or patterns make it anyone's guess."""
    found = 0
    for path in paths:
        for folder, folders, files in os.walk(path):
            folders[:] = [name for name in folders if not name.startswith(".")]
            shown = [os.path.join(folder, name) for name in files if not name.startswith(".")]
            if any(name.lower().endswith(_ROWS) for name in shown):
                return 0
            found += len(shown)
        if not os.path.isdir(path):
            if not os.path.isfile(path) or path.lower().endswith(_ROWS):
                return 0
            found += 1
    return found


def say_report(report: "IngestReport") -> None:
    """Print how many documents were read and what the graph holds now."""
    total, statuses = report.seconds.get("total", 0.0), Counter(d.status for d in report.documents)
    read = ", ".join(f"{n:,} {status}" for status, n in statuses.items()) or "none found"
    rate = f", {len(report.documents) / total:.1f} a second" if total and report.documents else ""
    terminal.say(f"{terminal.counted(len(report.documents), 'document')} in {terminal.seconds(total)}{rate}: {read}")
    held = [f"{n:,} {name}" for name, n in report.counts._asdict().items()]
    terminal.say(f"the graph holds {', '.join(held)}")
    steps = sorted(((s, step) for step, s in report.seconds.items() if step != "total"), reverse=True)
    told = ", ".join(f"{step} {terminal.seconds(s)}" for s, step in steps[:_SLOWEST])
    terminal.say(Text(f"most time went into: {told}", style="dim") if told else Text())
