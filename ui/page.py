"""The page: a question, the answers side by side, the chains drawn, each hop's sentence marked in its document."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import streamlit as st

from graph_builder.errors import HoptraceError
from graph_builder.model import Document
from graph_builder.stores import DocumentRecord, Store
from graph_rag.model import Answer, Chain, Comparison
from graph_rag.numbering import Numbered, number
from ui import answers, chain_view
from ui.highlight import safe

CHAINS = 3
_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path d="M8 23 16 9l8 14" fill="none" stroke="#2f6db5" '
    'stroke-width="2.4"/><circle cx="8" cy="23" r="4" fill="#2f6db5"/><circle cx="16" cy="9" r="4" fill="#2e7d4f"/>'
    '<circle cx="24" cy="23" r="4" fill="#2f6db5"/></svg>'
)
METHODS = ("graph", "hyde", "vanilla")
EXAMPLES = {
    "Does clarithromycin interact with simvastatin, and why?": ("clarithromycin.md", "simvastatin.md"),
    "Why is simvastatin risky with clarithromycin?": ("clarithromycin.md", "note-statin-myopathy.md"),
    "What is the mechanism by which omeprazole interferes with clopidogrel?": ("omeprazole.md", "clopidogrel.md"),
    "Does azithromycin inhibit CYP3A4?": ("azithromycin.md", "cyp3a4.md"),
    "Does metformin interact with omeprazole?": ("metformin.md", "omeprazole.md"),
}
"""Questions for the bundled corpus, each with documents without which it makes no sense."""
_FRESH = 30
"""Seconds for which what the graph holds is not counted again."""


class OpenGraph(Protocol):
    """What the page asks of a graph."""

    @property
    def methods(self) -> list[str]:
        """The methods that answer."""

    @property
    def store(self) -> Store:
        """The store."""

    def compare(self, question: str, *, methods: Sequence[str]) -> Comparison:
        """The question answered by each method."""

    def document(self, source: str) -> Document:
        """A document with its text."""

    def documents(self) -> list[DocumentRecord]:
        """All documents."""

    def status(self) -> Any:  # noqa: ANN401  # a dataclass of the front door, shown field by field
        """What the graph holds."""


Opener = Callable[[str | None], OpenGraph]


@st.cache_resource(show_spinner="Opening the graph …")
def _opened(_open_graph: Opener, home: str) -> OpenGraph:
    return _open_graph(home or None)


@st.cache_data(ttl=_FRESH, show_spinner=False)
def _held(_graph: OpenGraph, home: str) -> tuple[dict[str, Any], frozenset[str]]:  # noqa: ARG001  # home: the cache's key
    """What the graph holds, and the file names of its documents."""
    status = _graph.status()
    fields = {name: getattr(status, name) for name in status.__dataclass_fields__}
    return fields, frozenset(Path(record.source).name for record in _graph.documents())


def show(open_graph: Opener, *, home: str = "") -> None:
    """Draw the page. ``open_graph`` opens the graph of a home folder; it is called once."""
    st.set_page_config(page_title="Hoptrace", page_icon=_ICON, layout="wide")
    st.html(f"<style>{Path(__file__).with_name('style.css').read_text('utf-8')}</style>")
    st.html('<div class="ht-title"><h1>Hoptrace</h1><span>Answers whose every hop quotes its source</span></div>')
    try:
        graph = _opened(open_graph, home)
        status, files = _held(graph, home)
        _sidebar(status)
        if not status["documents"]:
            _nothing_yet()
            return
        asked = _ask(graph.methods, files)
        if asked:
            _answer(graph, *asked)
    except HoptraceError as error:
        _notice("ht-error", safe(str(error)))


def _notice(kind: str, html: str) -> None:
    st.html(f'<div class="ht-notice {kind}">{html}</div>')


def _nothing_yet() -> None:
    _notice(
        "ht-empty",
        "<h3>There is no document in this graph yet</h3><p>Read some, then reload this page:</p>"
        "<pre>hoptrace ingest ~/papers</pre><p>or build the bundled corpus about drug interactions:</p>"
        "<pre>hoptrace demo</pre>",
    )


def _sidebar(status: Mapping[str, Any]) -> None:
    counts = [(name, status[name]) for name in ("documents", "chunks", "entities", "relations", "evidence", "quarantined")]
    tiles = "".join(f"<div><b>{n:,}</b><span>{name}</span></div>" for name, n in counts)
    rows = {"Store": status["store"], "Embedding model": status["embedding_model"], "Fingerprint": status["fingerprint"][:12]}
    told = "".join(f"<dt>{name}</dt><dd>{safe(str(value))}</dd>" for name, value in rows.items())
    with st.sidebar:
        st.html(f'<div class="ht-side"><h3>The graph</h3><div class="ht-tiles">{tiles}</div><dl>{told}</dl></div>')


# ------------------------------------------------------------------------------------------------------------ question
def _ask(known: Sequence[str], files: frozenset[str]) -> tuple[str, list[str]] | None:
    """The question and the methods, once they are asked; they stay when something else on the page is touched."""
    if "question" not in st.session_state:
        st.session_state.question = st.query_params.get("q", "")
        st.session_state.asked = st.session_state.question
    with st.form("ask", border=False):
        left, right = st.columns([6, 1], vertical_alignment="bottom")
        left.text_input("Question", key="question", placeholder="Ask the documents …", label_visibility="collapsed")
        pressed = right.form_submit_button("Ask", type="primary", width="stretch")
        defaults = [method for method in METHODS if method in known]
        methods = st.pills("Methods", known, selection_mode="multi", default=defaults, key="methods")
    _examples(files)
    if pressed:
        st.session_state.asked = st.session_state.question
    question = st.session_state.asked.strip()
    return (question, list(methods)) if question else None


def _examples(files: frozenset[str]) -> None:
    fitting = [question for question, needed in EXAMPLES.items() if files.issuperset(needed)]
    if not fitting:
        return
    with st.container(horizontal=True, gap="small"):
        for place, question in enumerate(fitting):
            st.button(question, key=f"example-{place}", type="tertiary", on_click=_take, args=(question,))


def _take(question: str) -> None:
    st.session_state.question = st.session_state.asked = question


# ------------------------------------------------------------------------------------------------------------- answers
def _answer(graph: OpenGraph, question: str, methods: list[str]) -> None:
    if not methods:
        _notice("ht-error", "Choose at least one method.")
        return
    key = (question, tuple(methods))
    if st.session_state.get("compared", (None,))[0] != key:
        with st.spinner("Reading …"):
            st.session_state.compared = (key, graph.compare(question, methods=methods))
    comparison: Comparison = st.session_state.compared[1]
    numbered = [number(answer, chains=answer.chains[:CHAINS]) for answer in comparison.answers]
    longest = max((s for answer in comparison.answers for s in answer.seconds.values()), default=0.0)
    for column, answer, own in zip(st.columns(len(numbered)), comparison.answers, numbered, strict=True):
        with column:
            _column(answer, own, longest)
    for answer, own in zip(comparison.answers, numbered, strict=True):
        _chains(graph, answer, own, several=len(numbered) > 1)
    if comparison.overlaps:
        st.html(f"<h2>Passages in common</h2>{answers.overlaps(comparison)}")


def _column(answer: Answer, numbered: Numbered, longest: float) -> None:
    st.html(answers.card(answer, numbered))
    if answer.hypotheses:
        with st.expander("Imagined text, never cited"):
            st.html(answers.hypotheses(answer))
    with st.expander(f"{len(answer.passages)} passages"):
        st.html(answers.passages(answer.passages) or "<p>None.</p>")
    st.html(answers.timings(answer, longest))


def _chains(graph: OpenGraph, answer: Answer, numbered: Numbered, *, several: bool) -> None:
    shown = answer.chains[:CHAINS]
    if not shown:
        return
    of = f" <small>by {safe(answer.method)}</small>" if several else ""
    title = "The nearest chain, which is no answer" if answer.abstained else "The chain"
    st.html(f"<h2>{title}{of}</h2>")
    texts, names = _texts(graph, shown), _names(graph, shown)
    st.html(_chain(shown[0], numbered, texts, names))
    if shown[1:]:
        with st.expander("One more chain" if len(shown) == 2 else f"{len(shown) - 1} more chains"):  # noqa: PLR2004
            for chain in shown[1:]:
                st.html(_chain(chain, numbered, texts, names))


def _chain(chain: Chain, numbered: Numbered, texts: Mapping[str, str], names: answers.Names) -> str:
    check = '<span class="ht-tick">verified ✓</span>' if chain.verified else '<span class="ht-cross">not verified</span>'
    parts = ", ".join(f"{name} {value:.2f}" for name, value in chain.parts.items())
    score = f'<span class="ht-small" title="{safe(parts)}">score {chain.score:.2f}</span>'
    head = f'<div class="ht-chain-head">{check}{score}{answers.legend(chain)}</div>'
    drawn = chain_view.image(chain, numbered.of)
    return f'<div class="ht-chain-box">{head}{drawn}{answers.hops(chain, numbered.of, texts, names)}</div>'


def _texts(graph: OpenGraph, chains: Sequence[Chain]) -> dict[str, str]:
    sources = sorted({hop.document for chain in chains for hop in chain.hops})
    return {source: graph.document(source).text for source in sources}


def _names(graph: OpenGraph, chains: Sequence[Chain]) -> dict[str, tuple[str, ...]]:
    hops = [hop for chain in chains for hop in chain.hops]
    entities = graph.store.fetch_entities(sorted({i for hop in hops for i in (hop.subject_id, hop.object_id) if i}))
    return {id_: entity.aliases for id_, entity in entities.items()}
