"""Four ingests at once into one Neo4j that is new to all of them; and an ingest that finds nothing to do, and does nothing."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hoptrace import Graph, Settings
from tests.contracts.places import Database
from tests.forked import Host, state
from tests.hoptrace.conftest import NOTES, Undisturbed

pytestmark = pytest.mark.neo4j


@pytest.fixture(scope="module")
def settings(neo4j_place: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """What leads to a database without a graph, and without a schema."""
    _forget(neo4j_place)
    yield replace(neo4j_place.settings, home=str(tmp_path_factory.mktemp("home")))
    _forget(neo4j_place)
    neo4j_place.open()  # with the schema and the dimension of the other tests


def _forget(place: Database) -> None:
    place.empty()
    place.run("MATCH (n) DETACH DELETE n")
    for found in place.run("SHOW CONSTRAINTS YIELD name"):
        place.run(f"DROP CONSTRAINT {found['name']}")
    for found in place.run("SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP'"):
        place.run(f"DROP INDEX {found['name']}")


def environment(settings: Settings) -> dict[str, str]:
    found = {name: str(getattr(settings, f"neo4j_{name}")) for name in ("uri", "username", "password", "database")}
    return {"HOPTRACE_HOME": settings.home, **{f"NEO4J_{name.upper()}": value for name, value in found.items()}}


@pytest.fixture(scope="module")
def folders(notes: Path) -> list[list[str]]:
    """For each of four ingests its documents, in an order of its own; each document is wanted by two or more."""
    paths = [str(path) for path in sorted(notes.iterdir())]
    third = NOTES // 3
    return [paths[: 2 * third], paths[third:], [*paths[2 * third :], *paths[:third]], list(reversed(paths))]


def test_four_ingests_at_once_make_the_graph_of_one(
    settings: Settings, host: Host, notes: Path, folders: list[list[str]], undisturbed: Undisturbed
) -> None:
    running = [host.start("ingest", "--json", *paths, **environment(settings)) for paths in folders]
    ended = [each.ended() for each in running]
    assert [(each.code, each.error) for each in ended] == [(0, "")] * 4
    read = [document for each in ended for document in json.loads(each.out)["documents"]]
    assert {document["status"] for document in read} <= {"ingested", "updated", "unchanged"}
    sources, fingerprint = state(host, **environment(settings))
    assert len(sources) == NOTES
    assert fingerprint == undisturbed([str(notes)])


def test_an_ingest_of_unchanged_documents_commits_nothing(
    settings: Settings, host: Host, notes: Path, neo4j_place: Database
) -> None:
    assert host.run("ingest", str(notes), **environment(settings)).code == 0
    before = neo4j_place.last_written()
    again = host.run("ingest", "--json", str(notes), **environment(settings))
    assert {document["status"] for document in json.loads(again.out)["documents"]} == {"unchanged"}
    assert neo4j_place.last_written() == before
    with Graph.open(settings=settings) as graph:
        graph.delete(graph.documents()[0].source)
    assert neo4j_place.last_written() != before  # and it does tell when something is written
