"""The statements for people, each run on a real server as it stands in its file."""

import re
from datetime import timedelta

import neo4j
import pytest

import cypher
from tests.cypher.conftest import SUBJECTS

pytestmark = pytest.mark.neo4j

ROWS = {
    "around_an_enzyme": 5,
    "best_supported": 20,
    "changed_since": 9,
    "chunks_naming_both": 1,
    "contradictions": 1,
    "degrees": 9,
    "denied": 5,
    "documents_and_recipes": 9,
    "evidence_by_text": 9,
    "facts_of_a_document": 6,
    "fullest_sentences": 20,
    "hubs": 10,
    "joined_names": 15,
    "names_of_an_entity": 2,
    "orphans": 28,
    "paths_between_two_drugs": 1,
    "perpetrators_and_victims": 4,
    "possible": 4,
    "proof_of_a_relation": 2,
    "rejected": 0,
    "shared_enzymes": 1,
    "similar_entities": 10,
}
"""How many rows each gives on the corpus of `conftest.py`; rules reject nothing there."""
NAMES = cypher.names("gallery")


def run(driver: neo4j.Driver, name: str, /, **values: object) -> list[neo4j.Record]:
    """The rows of a statement, with other values in the place of those that its first line names."""
    text = cypher.statement(name)
    for value in values:
        text, found = re.subn(rf"(?<=WITH ).+(?= AS {value}$)", f"${value}", text, flags=re.MULTILINE)
        assert found == 1
    assert driver.execute_query(f"EXPLAIN {text}", values).summary.query_type == "r"
    return driver.execute_query(text, values).records


@pytest.mark.parametrize("name", NAMES)
def test_it_can_be_pasted_as_it_stands(name: str) -> None:
    """It says first what it shows, is one statement, and needs no parameter that would have to be set before."""
    text = cypher.statement(name)
    assert re.match(r"// [A-Z].+\.\n", text)
    assert not re.search(r"[;$]", text)


def test_each_has_its_count() -> None:
    assert {name.removeprefix("gallery/") for name in NAMES} == set(ROWS)


@pytest.mark.parametrize("name", NAMES)
def test_it_reads_and_finds_on_neo4j(neo4j_graph: neo4j.Driver, name: str) -> None:
    assert len(run(neo4j_graph, name)) == ROWS[name.removeprefix("gallery/")]


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


def test_changes_are_those_since_a_moment_on_neo4j(neo4j_graph: neo4j.Driver) -> None:
    everything = run(neo4j_graph, "gallery/changed_since")
    # A little before the fourth: equal instants with their zone spelled otherwise are not equal in Cypher.
    moment = sorted(row["written"] for row in everything)[3] - timedelta(milliseconds=1)
    rows = run(neo4j_graph, "gallery/changed_since", since=moment)
    assert len(everything) == len(SUBJECTS)
    assert [row["written"] for row in rows] == sorted((r["written"] for r in everything if r["written"] > moment), reverse=True)
    older = {row["document"] for row in everything} - {row["document"] for row in rows}
    assert len(older) == 3
    stated = neo4j_graph.execute_query(
        "MATCH (v:Evidence)-[:IN_CHUNK]->(:Chunk)-[:PART_OF]->(d:Document) WHERE d.name IN $older RETURN v.statement AS s",
        older=sorted(older),
    ).records
    new = {statement for row in rows for statement in row["new_statements"]}
    assert new
    assert not new & {row["s"] for row in stated}
    assert run(neo4j_graph, "gallery/changed_since", since=max(r["written"] for r in everything) + timedelta(seconds=1)) == []


def test_passages_that_name_both_on_neo4j(neo4j_graph: neo4j.Driver) -> None:
    (row,) = run(neo4j_graph, "gallery/chunks_naming_both")
    assert row["document"] == "Clarithromycin"
    assert "Clarithromycin inhibits CYP3A4 and P-glycoprotein" in row["text"]
    assert "Clarithromycin inhibits CYP3A4" in row["statements"]


def test_a_relation_is_proven_down_to_its_document_on_neo4j(neo4j_graph: neo4j.Driver) -> None:
    for row in run(neo4j_graph, "gallery/proof_of_a_relation"):
        document, chunk = row["path"].nodes[:2]
        assert row["quote"] == document["text"][row["start"] : row["end"]]
        assert row["quote"] in chunk["text"]
        assert row["relation"].type == "INHIBITS"
