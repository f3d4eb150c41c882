"""`hoptrace demo`: the whole path on the bundled corpus."""
# ruff: noqa: PLC0415  # libraries are loaded when a verb runs, not for `hoptrace --help`

import os
import time
from dataclasses import asdict, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING

from rich.text import Text

from hoptrace import terminal
from hoptrace.commands import _options as options
from hoptrace.commands.compare import METHODS, say_comparison
from hoptrace.commands.ingest import progress_bar, say_report
from hoptrace.commands.ui import HOW_TO_INSTALL, open_page

if TYPE_CHECKING:
    from graph_rag.model import Comparison
    from hoptrace.graph import Graph

PANEL = options.BUILD
EPILOG = "HOPTRACE_DEMO_UI=0 leaves the page out. The graph lies in HOPTRACE_HOME, else in .hoptrace/demo; never in a server."
QUESTION = "Does clarithromycin interact with simvastatin, and why?"
_HOME = ".hoptrace/demo"


def command(as_json: options.Json = False, home: options.Home = "") -> None:
    """Build the bundled drug corpus, ask it a question three ways, open the page."""
    from graph_builder.settings import Settings
    from hoptrace.graph import Graph

    start = time.perf_counter()
    settings = Settings.from_environment()
    place = home or os.environ.get("HOPTRACE_HOME", "").strip() or _HOME
    with Graph.open(settings=replace(settings, home=place, neo4j_uri="")) as graph:
        ingested, comparison = _build_and_ask(graph, place, quiet=as_json)
    if as_json:
        terminal.say_json({"ingest": ingested, "comparison": asdict(comparison), "seconds": time.perf_counter() - start})
        return
    _say_first_chain(comparison, time.perf_counter() - start)
    _open_page(place)


def _build_and_ask(graph: "Graph", place: str, *, quiet: bool) -> "tuple[dict[str, object], Comparison]":
    from hoptrace.graph import demo_corpus

    terminal.notice(f"building the bundled corpus into {place}")
    documents = str(demo_corpus() / "documents")
    with progress_bar([documents]) as progress:
        # Rules, also where a language model is set: nobody expects a demo to cost money.
        report = graph.ingest(documents, extractor="rules", progress=progress)
    if not quiet:
        say_report(report)
        terminal.say()
        terminal.say(Text(QUESTION, style="bold"))
        terminal.say()
    comparison = graph.compare(QUESTION, methods=METHODS.split(","))
    if not quiet:
        say_comparison(comparison)
    return report.as_json(), comparison


def _say_first_chain(comparison: "Comparison", seconds: float) -> None:
    from graph_rag.numbering import number

    for answer in comparison.answers:
        for chain in answer.chains[:1]:
            numbered = number(answer, chains=[chain])
            terminal.say()
            terminal.say(f"the first cited chain, {terminal.seconds(seconds)} after the start:")
            terminal.say_chain(chain, numbered, terminal.places(sorted({h.document for h in chain.hops})))
            return


def _open_page(place: str) -> None:
    terminal.say()
    terminal.say(f'go on with: hoptrace ask "{QUESTION}" --home {place}')
    if os.environ.get("HOPTRACE_DEMO_UI", "").strip() == "0":
        return
    if find_spec("streamlit") is None:
        terminal.notice(HOW_TO_INSTALL)
        return
    os.environ["NEO4J_URI"] = ""  # the page shows the demo's own graph; an empty variable wins over `.env`
    open_page(place)
