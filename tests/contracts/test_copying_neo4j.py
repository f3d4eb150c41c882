"""A graph is copied to a real Neo4j and back: one fingerprint everywhere, also after a kill in the middle."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from graph_builder.copying import CopyProgress
from graph_builder.errors import InputError, SettingsError, StoreError
from graph_builder.model import Contribution
from hoptrace import Graph, Settings, demo_corpus
from tests.contracts.contributions import corpus
from tests.contracts.places import Database
from tests.contracts.test_parity_neo4j import SUBJECTS

COPY = [sys.executable, "-c", "from hoptrace.main import run; run()", "copy", "--to", "neo4j", "--json"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    with Graph.open(settings=Settings(home=str(home))) as graph:
        graph.ingest([str(demo_corpus() / "documents" / f"{subject}.md") for subject in SUBJECTS])
    return home


@pytest.fixture
def settings(neo4j_place: Database, home: Path) -> Iterator[Settings]:
    """The graph in the home folder beside an empty database."""
    neo4j_place.empty()
    neo4j_place.run("MATCH (n) DETACH DELETE n")
    yield replace(neo4j_place.settings, home=str(home))
    neo4j_place.run("MATCH (n) DETACH DELETE n")
    neo4j_place.open()  # an empty database is made anew, with indexes of the other tests' dimension


def fingerprint(settings: Settings) -> str:
    with Graph.open(settings=settings) as graph:
        return graph.status().fingerprint


def test_there_and_back_and_again(settings: Settings, tmp_path: Path) -> None:
    seen: list[CopyProgress] = []
    embedded = fingerprint(replace(settings, neo4j_uri=""))
    with Graph.open(settings=settings) as graph:
        there = graph.copy_to("neo4j", progress=seen.append)
        again = graph.copy_to("neo4j")
    assert there.as_json() == {"from": "sqlite", "to": "neo4j", "documents": 9, "skipped": 0, "fingerprint": embedded}
    assert [(at.done, at.total) for at in seen] == [(n, 9) for n in range(1, 10)]
    assert (again.documents, again.skipped) == (0, 9)
    assert fingerprint(settings) == embedded
    fresh = replace(settings, home=str(tmp_path / "fresh"))
    with Graph.open(settings=fresh) as graph:
        assert graph.copy_to("sqlite").documents == 9
    assert fingerprint(replace(fresh, neo4j_uri="")) == embedded


def test_killed_in_the_middle_and_run_again(settings: Settings, neo4j_place: Database, repository: Path) -> None:
    environment = {
        **os.environ,
        **{"PYTHONPATH": str(repository), "HOPTRACE_HOME": settings.home, "NEO4J_URI": settings.neo4j_uri},
        **{"NEO4J_USERNAME": settings.neo4j_username, "NEO4J_PASSWORD": settings.neo4j_password},
        "NEO4J_DATABASE": settings.neo4j_database,
    }
    process = subprocess.Popen(COPY, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 90
    while process.poll() is None and time.monotonic() < deadline and not _documents(neo4j_place):
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert 0 < _documents(neo4j_place) < 9
    out = subprocess.run(COPY, env=environment, capture_output=True, check=True, timeout=120).stdout
    copied = json.loads(out)
    assert copied["skipped"] > 0
    assert copied["skipped"] + copied["documents"] == 9
    assert copied["fingerprint"] == fingerprint(replace(settings, neo4j_uri=""))


def _documents(place: Database) -> int:
    return int(place.run("MATCH (d:Document) RETURN count(d) AS n")[0]["n"])


def test_a_changed_copy_is_an_error(settings: Settings, neo4j_place: Database) -> None:
    with Graph.open(settings=settings) as graph:
        graph.copy_to("neo4j")
        neo4j_place.run("MATCH (v:Evidence) WITH v LIMIT 1 SET v.quote = 'forged'")
        with pytest.raises(StoreError, match="not the same graph"):
            graph.copy_to("neo4j")


def test_a_target_with_other_documents_is_left_alone(settings: Settings, neo4j_place: Database) -> None:
    with Graph.open(settings=settings) as graph:
        graph.store.write(_stranger(graph))
        with pytest.raises(InputError, match=r"documents that the other does not: empty\.md"):
            graph.copy_to("neo4j")
    assert _documents(neo4j_place) == 1


def _stranger(graph: Graph) -> Contribution:
    empty = corpus()[-1]
    texts = graph.embedder.encode([empty.document.text])
    none = texts[:0]
    return replace(empty, chunk_vectors=texts, sentence_vectors=texts, alias_vectors=none, evidence_vectors=none)


def test_what_can_not_be_copied_is_said_before_any_work(settings: Settings, tmp_path: Path, neo4j_place: Database) -> None:
    nowhere = replace(settings, home=str(tmp_path / "nowhere"))
    with Graph.open(settings=nowhere) as graph, pytest.raises(InputError, match="no graph to copy in"):
        graph.copy_to("neo4j")
    with Graph.open(settings=nowhere) as graph, pytest.raises(InputError, match="use neo4j or sqlite"):
        graph.copy_to("postgres")
    with Graph.open(settings=replace(nowhere, neo4j_uri="")) as graph, pytest.raises(SettingsError, match="set NEO4J_URI"):
        graph.copy_to("neo4j")
    assert not (tmp_path / "nowhere").exists()
    assert _documents(neo4j_place) == 0
