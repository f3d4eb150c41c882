"""`hoptrace ingest`: documents into the graph."""
# ruff: noqa: PLC0415  # libraries are loaded when a verb runs, not for `hoptrace --help`

import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from graph_builder.errors import BudgetReached
from hoptrace import terminal
from hoptrace.commands import _options as options

if TYPE_CHECKING:
    from graph_builder.ingest import IngestReport, Progress
    from hoptrace.graph import Graph

PANEL = options.BUILD
ALIASES = ("index",)
EPILOG = (
    "Example: hoptrace ingest ~/papers notes.md 'reports/*.pdf'   Unchanged documents are skipped, so that the same command "
    "goes on after a stop. Exit code 6: finished, but some documents failed; each is told with its reason. Exit code 7: stopped "
    "by --max-cost."
)
SOME_FAILED = 6
_ROWS, _LINES = (".json", ".csv", ".tsv"), (".jsonl", ".ndjson")
"""Files of rows, and those of them in which a row is a line."""
_SLOWEST = 4
"""How many steps of the time are told."""


def command(
    paths: options.Paths,
    pack: options.Pack = "auto",
    chunker: options.Chunker = "structure",
    extractor: Annotated[
        str, typer.Option("--extractor", help="rules, llm, recorded or both; else llm with LLM_MODEL.", show_default=False)
    ] = "",
    size: options.Size = 1000,
    overlap: options.Overlap = 0,
    gleanings: options.Gleanings = 0,
    max_cost: Annotated[
        float | None,
        typer.Option("--max-cost", metavar="DOLLARS", min=0, help="Stop before a language model costs more.", show_default=False),
    ] = None,
    replay: options.Replay = "",
    field: options.Field = None,
    as_json: options.Json = False,
    home: options.Home = "",
) -> None:
    """Read documents into the graph: chunks, entities, and relations with their sentences."""
    fields = options.fields(field or [])
    with options.graph_at(home, make=True, replay=replay) as graph, progress_bar(paths) as progress, _stopping(graph):
        report = graph.ingest(
            paths,
            pack=pack,
            chunker=chunker,
            extractor=extractor,
            size=size,
            overlap=overlap,
            fields=fields,
            gleanings=gleanings,
            max_cost=max_cost,
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
    if report.stopped:
        raise BudgetReached(f"{report.stopped}. What was written is safe; the same command with a higher --max-cost goes on")
    if report.failed:
        raise typer.Exit(SOME_FAILED)


@contextmanager
def _stopping(graph: "Graph") -> Iterator[None]:
    """Say what the first Ctrl-C waits for, where a language model is asked; the second one does not wait."""

    def stop(*_: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        terminal.notice("stopping: waiting for answers that are being paid for; Ctrl-C again does not wait")
        raise KeyboardInterrupt

    if graph.llm is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


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
        TextColumn("{task.fields[gives]}"),
        TimeRemainingColumn(compact=True, elapsed_when_finished=True),
        TextColumn("{task.fields[document]}", markup=False, style="dim"),
    )
    with Bar(*columns, console=terminal.console(error=True), transient=True) as bar:
        files = expected(paths)
        task = bar.add_task("", total=files or None, rate="", gives="", document="loading the models")

        def show(progress: "Progress") -> None:
            rate = f"{progress.done / progress.seconds:.1f} documents/s" if progress.seconds > 0 else ""
            name = terminal.one_line(progress.source.rsplit("/", 1)[-1], longest=40)
            total = files if files >= progress.done else 0
            bar.update(task, completed=progress.done, total=total or None, rate=rate, gives=_gives(progress), document=name)

        yield show


def _gives(progress: "Progress") -> str:
    """What the documents so far gave and cost, in short."""
    told = [f"{progress.chunks:,} chunks", f"{progress.relations:,} relations"]
    if progress.quarantined:
        told.append(f"{progress.quarantined:,} quarantined")
    used = progress.usage
    if used.calls or used.recalled:
        told += [f"{used.input_tokens + used.output_tokens:,} tokens", terminal.dollars(used.dollars)]
    return ", ".join(told)


def expected(paths: Sequence[str]) -> int:
    """How many documents the paths are likely to hold; 0 when a table, a JSON file or a pattern makes it anyone's guess."""
    found = 0
    for path in paths:
        files = [path] if os.path.isfile(path) else list(_shown(path))
        if not os.path.exists(path) or any(name.lower().endswith(_ROWS) for name in files):
            return 0
        found += sum(_lines(name) if name.lower().endswith(_LINES) else 1 for name in files)
    return found


def _shown(folder: str) -> Iterator[str]:
    """The files below a folder, without hidden ones."""
    for inner, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (os.path.join(inner, name) for name in files if not name.startswith("."))


def _lines(path: str) -> int:
    """The lines of a file that hold anything; 0 where it can not be read, which the ingest will tell."""
    try:
        with open(path, "rb") as file:
            return sum(not line.isspace() for line in file)
    except OSError:
        return 0


def say_report(report: "IngestReport") -> None:
    """Print how many documents were read and what the graph holds now."""
    total, statuses = report.seconds.get("total", 0.0), Counter(d.status for d in report.documents)
    read = ", ".join(f"{n:,} {status}" for status, n in statuses.items()) or "none found"
    rate = f", {len(report.documents) / total:.1f} a second" if total and report.documents else ""
    terminal.say(f"{terminal.counted(len(report.documents), 'document')} in {terminal.seconds(total)}{rate}: {read}")
    held = [f"{n:,} {name}" for name, n in report.counts._asdict().items()]
    terminal.say(f"the graph holds {', '.join(held)}")
    if report.usage.calls or report.usage.recalled:
        terminal.say(f"language model: {terminal.used(report.usage)}")
    kept = sum(bool(d.reason) for d in report.documents if d.status == "unchanged")
    if kept:
        terminal.notice(
            f"{terminal.counted(kept, 'document')} left as a language model read it; --extractor rules reads it by rules"
        )
    steps = sorted(((s, step) for step, s in report.seconds.items() if step != "total"), reverse=True)
    told = ", ".join(f"{step} {terminal.seconds(s)}" for s, step in steps[:_SLOWEST])
    terminal.say(Text(f"most time went into: {told} (summed over documents read side by side)", style="dim") if told else Text())
