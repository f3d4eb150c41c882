"""The statements for people, each run on a real server with the parameters that its file names."""

import re
from collections.abc import Iterator
from dataclasses import replace

import neo4j
import pytest

import cypher
from hoptrace import Graph, demo_corpus
from tests.contracts.places import Database
from tests.neo4j_server import Server

pytestmark = pytest.mark.neo4j

SUBJECTS = [
    "clarithromycin",
    "simvastatin",
    "cyp3a4",
    "warfarin",
    "fluvoxamine",
    "omeprazole",
    "clopidogrel",
    "digoxin",
    "cyp2c9",
]
NONE = {"gallery/rejected"}  # rules reject nothing here
NAMES = cypher.names("gallery")


@pytest.fixture(scope="module")
def neo4j_graph(neo4j_place: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[neo4j.Driver]:
    place = neo4j_place
    place.empty()
    place.run("MATCH (n) DETACH DELETE n")
    settings = replace(place.settings, home=str(tmp_path_factory.mktemp("home")))
    with Graph.open(settings=settings) as graph:
        graph.ingest([str(demo_corpus() / "documents" / f"{subject}.md") for subject in SUBJECTS])
    place.run("CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()")
    with Server(settings.neo4j_uri, settings.neo4j_password, settings.neo4j_username).driver() as driver:
        yield driver
    place.run("MATCH (n) DETACH DELETE n")
    place.open()  # an empty database is made anew, with indexes of the other tests' dimension


def run(driver: neo4j.Driver, name: str, /, **values: object) -> list[neo4j.Record]:
    """The rows of a statement with the parameters that its file names, and with others in their place."""
    text = cypher.statement(name)
    named = re.search(r"^// :param (\{.*\})$", text, re.MULTILINE)
    parameters = driver.execute_query(f"RETURN {named[1]} AS p").records[0]["p"] if named else {}
    parameters |= values
    assert driver.execute_query(f"EXPLAIN {text}", parameters).summary.query_type == "r"
    return driver.execute_query(text, parameters).records


def test_there_are_many() -> None:
    assert len(NAMES) >= 16
    assert all(cypher.statement(name).startswith("// ") and ";" not in cypher.statement(name) for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_it_reads_and_finds_on_neo4j(neo4j_graph: neo4j.Driver, name: str) -> None:
    assert bool(run(neo4j_graph, name)) is (name not in NONE)


def test_paths_quote_each_hop_on_neo4j(neo4j_graph: neo4j.Driver) -> None:
    first = run(neo4j_graph, "gallery/paths_between_two_drugs")[0]
    assert [node["name"] for node in first["path"].nodes] == ["clarithromycin", "CYP3A4", "simvastatin"]
    assert ["CYP3A4" in sentence for sentence in first["sentences"]] == [True, True]


def test_a_contradiction_is_quoted_on_both_sides_on_neo4j(neo4j_graph: neo4j.Driver) -> None:
    (row,) = run(neo4j_graph, "gallery/contradictions")
    assert (row["subject"], row["predicate"], row["object"]) == ("fluvoxamine", "INHIBITS", "CYP2D6")
    assert "weak" in row["affirmed"]
    assert "not a clinically important inhibitor" in row["denied"]


def test_degrees_count_each_entity_once_on_neo4j(neo4j_graph: neo4j.Driver) -> None:
    degrees = run(neo4j_graph, "gallery/degrees")
    entities = neo4j_graph.execute_query("MATCH (e:__Entity__) RETURN count(e) AS n").records[0]["n"]
    assert sum(row["entities"] for row in degrees) == entities
    assert degrees[0]["relations"] == 0


@pytest.mark.parametrize("words", ["5-FU/leucovorin", 'a"b', "(warfarin", "[x TO", "back\\", "AND OR", "*:*"])
def test_signs_in_searched_words_are_no_syntax_on_neo4j(neo4j_graph: neo4j.Driver, words: str) -> None:
    assert len(run(neo4j_graph, "gallery/evidence_by_text", words=words)) <= 10
