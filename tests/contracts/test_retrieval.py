"""Every retrieval method that the folder holds keeps the contract of the folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from graph_builder.settings import Settings
from graph_rag.retrieval import methods, retriever
from graph_rag.sources import Question
from hoptrace import Graph

QUESTIONS = [
    "Does clarithromycin interact with simvastatin?",
    "storage of tablets",
    "zzz qqq",
    "5-FU/leucovorin AND (NOT",
    "Who is it?",
    "?",
]


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    folder: Path = tmp_path_factory.mktemp("documents")
    (folder / "a.md").write_text("# Clarithromycin\n\nClarithromycin inhibits CYP3A4.\n\nKeep tablets in dry storage.\n", "utf-8")
    (folder / "b.md").write_text("# Simvastatin\n\nSimvastatin is metabolised by CYP3A4. It lowers cholesterol.\n", "utf-8")
    with Graph.open(settings=Settings(home=str(tmp_path_factory.mktemp("home")))) as opened:
        opened.ingest(str(folder), pack="drug_interactions")
        yield opened


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("method", methods())
def test_passages_are_ranked_reasoned_and_without_repeats(graph: Graph, method: str, question: str) -> None:
    found = retriever(method)(Question(question, graph.embedder), graph.sources, k=3)
    scores = [passage.score for passage in found.passages]
    assert scores == sorted(scores, reverse=True)
    assert len({passage.chunk for passage in found.passages}) == len(found.passages) <= 3
    assert all(passage.reason and passage.document and passage.text for passage in found.passages)
    assert all(seconds >= 0 for seconds in found.seconds.values())
    assert all(hop.verified for chain in found.chains for hop in chain.hops)


@pytest.mark.parametrize("method", methods())
def test_the_same_question_gives_the_same_passages(graph: Graph, method: str) -> None:
    first, second = (retriever(method)(Question(QUESTIONS[0], graph.embedder), graph.sources, k=5) for _ in range(2))
    assert (first.passages, first.chains) == (second.passages, second.chains)


@pytest.mark.parametrize("method", methods())
def test_an_empty_graph_gives_an_empty_retrieval(graph: Graph, method: str, tmp_path: Path) -> None:
    with Graph.open(settings=Settings(home=str(tmp_path))) as empty:
        empty.__dict__["embedder"] = graph.embedder  # the same model, loaded once
        found = retriever(method)(Question(QUESTIONS[0], graph.embedder), empty.sources, k=3)
    assert (list(found.passages), list(found.chains)) == ([], [])
