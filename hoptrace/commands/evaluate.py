"""`hoptrace evaluate`: methods against gold, over a corpus and its questions."""
# ruff: noqa: PLC0415  # libraries are loaded when a verb runs, not for `hoptrace --help`

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from graph_builder.errors import InputError
from hoptrace import terminal
from hoptrace.commands import _options as options
from hoptrace.commands.ingest import expected

if TYPE_CHECKING:
    from rich.progress import TaskID

    from graph_builder.ingest import Progress
    from graph_rag.evaluation.report import Report

PANEL = options.LOOK
EPILOG = (
    "Example: hoptrace evaluate --corpus corpus.jsonl --questions questions.jsonl --methods vanilla,graph --html report.html   "
    "A line of the corpus has doc_id, title, text; one of the questions has question and gold_doc_ids, and may have id, answer, "
    "aliases, gold_triples. The graph has a home of its own and is found again. The same run twice writes the same JSON but for "
    "its times."
)
METHODS = "vanilla,hyde,graph"
_OUT = "-"


_Corpus = Annotated[str, typer.Option("--corpus", metavar="FILE", help="The documents: a JSONL file, or a folder.")]
_Questions = Annotated[str, typer.Option("--questions", metavar="FILE", help="The questions with their gold, as JSONL.")]
_Methods = Annotated[str, typer.Option("--methods", "-m", help="Methods, divided by commas.")]
_Triples = Annotated[
    str, typer.Option("--triples", metavar="FILE", help="Recorded triples that make the graph.", show_default=False)
]
_Extractor = Annotated[
    str, typer.Option("--extractor", help="rules, recorded, both or llm; else recorded with --triples.", show_default=False)
]
_PseudoDocs = Annotated[
    str,
    typer.Option("--pseudo-docs", metavar="FILE", help="Recorded hypothetical documents for hyde.", show_default=False),
]
_PseudoKey = Annotated[str, typer.Option("--pseudo-key", help="Which of them, such as model|mode; all makes each a method.")]
_Rankings = Annotated[
    list[str] | None, typer.Option("--rankings", metavar="NAME=FILE", help="Rankings made elsewhere, to compare with.")
]
_Limit = Annotated[int, typer.Option("--limit", min=0, help="The first questions only; 0 means all.")]
_Answers = Annotated[bool, typer.Option("--answers/--no-answers", help="Score answers where the questions have gold ones.")]
_Seed = Annotated[int, typer.Option("--seed", min=0, help="Of the bootstrap.")]
_Json = Annotated[str, typer.Option("--json", metavar="FILE", help="Write the report as JSON; - prints it.", show_default=False)]
_Markdown = Annotated[str, typer.Option("--markdown", metavar="FILE", help="Write it as Markdown.", show_default=False)]
_Html = Annotated[str, typer.Option("--html", metavar="FILE", help="Write it as one HTML file with charts.", show_default=False)]


def command(
    corpus: _Corpus,
    questions: _Questions,
    methods: _Methods = METHODS,
    triples: _Triples = "",
    extractor: _Extractor = "",
    pseudo_docs: _PseudoDocs = "",
    pseudo_key: _PseudoKey = "all",
    rankings: _Rankings = None,
    pack: options.Pack = "auto",
    limit: _Limit = 0,
    answers: _Answers = True,
    seed: _Seed = 0,
    as_json: _Json = "",
    markdown: _Markdown = "",
    html: _Html = "",
    replay: options.Replay = "",
    home: options.Home = "",
) -> None:
    """Measure methods on questions with gold: passages, answers, chains, citations, abstention, time, money."""
    from hoptrace.evaluating import Evaluation

    files = {"--json": as_json, "--markdown": markdown, "--html": html}
    _check_writable(files)
    names = [name.strip() for name in methods.split(",") if name.strip()]
    evaluation = Evaluation(
        corpus,
        questions,
        names,
        triples=triples,
        extractor=extractor,
        pseudo_docs=pseudo_docs,
        pseudo_key=pseudo_key,
        rankings=_named(rankings or []),
        pack=pack,
        limit=limit,
        answers=answers,
        seed=seed,
    )
    with _progress(corpus) as (building, asking):
        report = evaluation.run(home=home, replay=replay, building=building, asking=asking)
    _write(report, files)


def _write(report: "Report", files: dict[str, str]) -> None:
    """The files that are asked for; on stdout the JSON where that is asked for, else the tables."""
    from graph_rag.evaluation.in_html import in_html
    from graph_rag.evaluation.in_markdown import in_markdown

    shown, said = in_markdown(report), report.as_json()
    written = {"--json": json.dumps(said, ensure_ascii=False, indent=1) + "\n", "--markdown": shown, "--html": in_html(report)}
    failed = [why for option, file in files.items() if file and file != _OUT and (why := _failure(file, written[option]))]
    if files["--json"] == _OUT:
        terminal.say_json(said)
    elif sys.stdout.isatty():
        _say_tables(report)
    else:
        for line in shown.splitlines():
            terminal.say(terminal.clean(line))
    if failed:
        raise InputError("; ".join(failed))


def _failure(file: str, text: str) -> str:
    """Write a report, a lone surrogate in it as its escape; why that failed, or nothing. What is written beside it is kept."""
    try:
        Path(file).expanduser().write_text(text, "utf-8", errors="backslashreplace")
    except OSError as error:
        return f"{file} could not be written: {error.strerror or type(error).__name__}"
    return ""


def _say_tables(report: "Report") -> None:
    """The tables as a terminal can show them, whose width they keep to."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    from graph_rag.evaluation.tables import tables

    for found in tables(report):
        drawn = Table(box=SIMPLE_HEAD, pad_edge=False, title=found.title, title_justify="left", title_style="bold")
        for name in found.header:
            drawn.add_column(Text(name), overflow="fold")
        for row in found.rows:
            drawn.add_row(*(Text(terminal.one_line(cell)) for cell in row))
        terminal.console().print(drawn)


def _check_writable(files: dict[str, str]) -> None:
    """Find out before the work, not after it, that a report can not be written."""
    for option, file in files.items():
        place = Path(file).expanduser()
        if file and file != _OUT and (place.is_dir() or not place.parent.is_dir()):
            raise InputError(f'{option} is "{file}", which can not be written; name a file in a folder that is there')
        if file == _OUT and option != "--json":
            raise InputError(f"{option} is -; only --json can be printed, and the tables are when it is not")


def _named(pairs: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, file = pair.partition("=")
        if not (name and equals and file) or name in found:
            raise InputError(f'--rankings is "{pair}"; use NAME=FILE, each name once, such as --rankings peer=peer.json')
        found[name] = file
    return found


@contextmanager
def _progress(corpus: str) -> "Iterator[tuple[Callable[[Progress], None] | None, Callable[[str, int, int], None]]]":
    """What is told of documents and of questions: bars on a terminal, else a line for each method."""
    if not sys.stderr.isatty():
        yield None, _tell
        return
    from rich.progress import Progress as Bars

    with Bars(console=terminal.console(error=True), transient=True) as bars:
        documents = bars.add_task("documents", total=expected([corpus]) or None)
        tasks: dict[str, TaskID] = {}

        def build(progress: "Progress") -> None:
            bars.update(documents, completed=progress.done)

        def ask(method: str, done: int, questions: int) -> None:
            if method not in tasks:
                tasks[method] = bars.add_task(terminal.one_line(method, longest=40), total=questions)
            bars.update(tasks[method], completed=done)

        yield build, ask


def _tell(method: str, done: int, questions: int) -> None:
    if done == questions:
        terminal.notice(f"{method}: {terminal.counted(questions, 'question')}")
