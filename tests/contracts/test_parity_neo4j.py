"""The bundled corpus in both stores: one fingerprint, and by every method the same passages and chains in the same order."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from graph_rag.retrieval import methods
from hoptrace import Graph, demo_corpus
from tests.contracts.places import Database

SUBJECTS = [
    "clarithromycin",
    "azithromycin",
    "simvastatin",
    "cyp3a4",
    "warfarin",
    "fluconazole",
    "cyp2c9",
    "p-glycoprotein",
    "digoxin",
]
QUESTIONS = [
    "Does clarithromycin interact with simvastatin, and why?",
    "Why is warfarin risky with fluconazole?",
    "Does azithromycin inhibit CYP3A4?",
    "Which transporter carries digoxin?",
    "How should tablets be stored?",
]


@pytest.fixture(scope="module")
def graphs(neo4j_place: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Graph, Graph]]:
    neo4j_place.empty()
    neo4j_place.run("MATCH (n) DETACH DELETE n")
    documents = [str(demo_corpus() / "documents" / f"{subject}.md") for subject in SUBJECTS]
    home: Path = tmp_path_factory.mktemp("home")
    server = replace(neo4j_place.settings, home=str(home))
    with Graph.open(settings=replace(server, neo4j_uri="", home=str(home))) as embedded, Graph.open(settings=server) as shared:
        shared.__dict__["embedder"] = embedded.embedder  # the same model, loaded once
        embedded.ingest(documents)
        shared.ingest(list(reversed(documents)))
        yield embedded, shared
    neo4j_place.run("MATCH (n) DETACH DELETE n")
    neo4j_place.open()  # an empty database is made anew, with indexes of the other tests' dimension


def test_both_stores_hold_the_same_graph(graphs: tuple[Graph, Graph]) -> None:
    embedded, shared = (graph.status() for graph in graphs)
    assert embedded.store.startswith("sqlite")
    assert shared.store.startswith("neo4j")
    assert replace(embedded, store="") == replace(shared, store="")
    assert embedded.relations > 20


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("method", methods())
def test_both_stores_give_the_same_answer(graphs: tuple[Graph, Graph], method: str, question: str) -> None:
    embedded, shared = (replace(graph.ask(question, method=method), seconds={}) for graph in graphs)
    assert embedded == shared
