"""A part of the bundled corpus in a real server, for tests that only read it."""

from collections.abc import Iterator
from dataclasses import replace

import neo4j
import pytest

from hoptrace import Graph, demo_corpus
from tests.contracts.places import Database
from tests.neo4j_server import Server

SUBJECTS = (
    "clarithromycin",
    "simvastatin",
    "cyp3a4",
    "warfarin",
    "fluvoxamine",
    "omeprazole",
    "clopidogrel",
    "digoxin",
    "cyp2c9",
)


@pytest.fixture(scope="package")
def neo4j_corpus(neo4j_place: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Where the documents of `SUBJECTS` lie, as `hoptrace ingest` writes them."""
    place = neo4j_place
    place.empty()
    place.run("MATCH (n) DETACH DELETE n")
    settings = replace(place.settings, home=str(tmp_path_factory.mktemp("home")))
    with Graph.open(settings=settings) as graph:
        graph.ingest([str(demo_corpus() / "documents" / f"{subject}.md") for subject in SUBJECTS])
    place.run("CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()")
    yield Server(settings.neo4j_uri, settings.neo4j_password, settings.neo4j_username, settings.neo4j_database)
    place.run("MATCH (n) DETACH DELETE n")
    place.open()  # an empty database is made anew, with indexes of the other tests' dimension


@pytest.fixture(scope="package")
def neo4j_graph(neo4j_corpus: Server) -> Iterator[neo4j.Driver]:
    """A driver to `neo4j_corpus`."""
    with neo4j_corpus.driver() as driver:
        yield driver
