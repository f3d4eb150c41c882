"""Thirty labels of the FDA in both stores: one fingerprint and the same answers. HOPTRACE_FDA names the folder of the texts."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from graph_rag.retrieval import methods
from hoptrace import Graph
from tests.conftest import skip_loudly
from tests.contracts.places import Database

LABELS = 30
"""The shortest labels, so that the test takes a minute: real text, with its lists, tables and odd letters."""

QUESTIONS = ["Which drugs inhibit CYP3A4?", "Why does warfarin need monitoring with other drugs?", "What does rifampin do?"]
LOOKED_FOR = ["warfarin", "digoxin", "ketoconazole", "CYP3A4", "rifampin"]

pytestmark = [pytest.mark.neo4j, pytest.mark.slow]


@pytest.fixture(scope="module")
def labels(request: pytest.FixtureRequest) -> list[str]:
    """The shortest texts of the folder."""
    folder = os.environ.get("HOPTRACE_FDA", "")
    found = sorted(Path(folder).glob("*.txt"), key=lambda path: (path.stat().st_size, path.name)) if folder else []
    if len(found) < LABELS:
        skip_loudly(request.config, f"STORES ARE NOT COMPARED ON LABELS: HOPTRACE_FDA names no folder with {LABELS}")
    return [str(path) for path in found[:LABELS]]


@pytest.fixture(scope="module")
def graphs(labels: list[str], neo4j_place: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Graph, Graph]]:
    """The labels in the embedded store, and what they gave in Neo4j in the opposite order: both need not read them."""
    neo4j_place.empty()
    neo4j_place.run("MATCH (n) DETACH DELETE n")
    server = replace(neo4j_place.settings, home=str(tmp_path_factory.mktemp("home")))
    with Graph.open(settings=replace(server, neo4j_uri="")) as embedded, Graph.open(settings=server) as shared:
        shared.__dict__["embedder"] = embedded.embedder  # the same model, loaded once
        assert not embedded.ingest(labels).failed
        for document in reversed(embedded.documents()):
            shared.store.write(embedded.store.contribution(document.id))
        yield embedded, shared
    neo4j_place.run("MATCH (n) DETACH DELETE n")
    neo4j_place.open()  # an empty database is made anew, with indexes of the other tests' dimension


def test_thirty_labels_have_one_fingerprint(graphs: tuple[Graph, Graph]) -> None:
    embedded, shared = (replace(graph.status(), store="") for graph in graphs)
    assert embedded == shared
    assert embedded.documents == LABELS
    assert embedded.relations > 100


@pytest.mark.parametrize("method", methods())
def test_thirty_labels_give_one_answer(graphs: tuple[Graph, Graph], method: str) -> None:
    for question in QUESTIONS:
        embedded, shared = (replace(graph.ask(question, method=method), seconds={}) for graph in graphs)
        assert embedded == shared


def test_thirty_labels_connect_alike(graphs: tuple[Graph, Graph]) -> None:
    there = [name for name in LOOKED_FOR if graphs[0].store.entities_named([name])]
    assert len(there) > 2
    for source, target in zip(there, there[1:], strict=False):
        embedded, shared = (replace(graph.connect(source, target), seconds={}) for graph in graphs)
        assert embedded == shared
