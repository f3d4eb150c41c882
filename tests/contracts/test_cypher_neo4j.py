"""Foreign queries on a real Neo4j: what reads is answered, and nothing else gets through, however it is dressed."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import neo4j
import pytest

from graph_builder.errors import InputError, QueryRefused, QueryWrong, SettingsError, StoreError
from graph_builder.llm import LanguageModel, open_model
from graph_builder.settings import Settings
from graph_builder.stores._neo4j_bound import bounded
from graph_builder.stores.neo4j import Neo4jStore
from graph_rag.text2cypher import ask_in_cypher
from hoptrace import Graph
from tests.contracts.places import Database
from tests.hoptrace.test_commands import run, run_json
from tests.openai_server import OpenAIServer

INHIBITORS = "MATCH (d:Drug)-[r:INHIBITS]->(e {name: 'CYP3A4'}) WHERE r.polarity = 'affirmed' RETURN d.name AS drug"


@pytest.fixture
def store(neo4j_place: Database) -> Neo4jStore:
    filled = neo4j_place.filled()
    assert isinstance(filled, Neo4jStore)
    return filled


def everything(place: Database) -> list[object]:
    found = place.run(
        "MATCH (n) OPTIONAL MATCH (n)-[r]->() RETURN elementId(n) AS n, properties(n) AS p, collect(type(r)) AS t ORDER BY n"
    )
    return [*map(dict, found), *(r["name"] for r in place.run("SHOW INDEXES YIELD name RETURN name ORDER BY name"))]


def test_a_query_that_reads_is_answered(store: Neo4jStore) -> None:
    table = store.query(INHIBITORS, {})
    assert (table.columns, table.rows, table.cut) == (("drug",), (("clarithromycin",),), False)
    named = "MATCH (e:__Entity__) WHERE e.name IN $names RETURN e.name AS name ORDER BY name"
    assert store.query(named, {"names": ["myopathy", "CYP3A4"]}).rows == (("CYP3A4",), ("myopathy",))


def test_nodes_paths_and_values_are_shown_without_vectors(store: Neo4jStore) -> None:
    ((path, when),) = store.query("MATCH p = (:Drug {name: 'simvastatin'})-[:CAUSES]->() RETURN p, duration('P1D') AS d", {}).rows
    assert when == "P1D"
    nodes = json.loads(json.dumps(path))["nodes"]
    assert nodes[0]["labels"] == ["Drug", "__Entity__"]
    assert nodes[0]["properties"]["name"] == "simvastatin"
    assert not {"vector"} & set(nodes[0]["properties"])


@pytest.mark.parametrize(
    "query",
    [
        "CALL db.labels()",
        "CALL `db`.`relationshipTypes`() YIELD relationshipType RETURN relationshipType",
        "CALL db.index.fulltext.queryNodes('evidence_fulltext', 'inhibits') YIELD node RETURN node.quote",
        "/* CREATE (x) */ MATCH (n:Drug) // DELETE n\nRETURN n.name",
        "MATCH (n:Drug) RETURN n.name AS `LOAD CSV`, 'CREATE (x)' AS said",
        "MATCH (n:Drug) RETURN point.distance(point({x: 0, y: 0}), point({x: 1, y: 0})) AS d",
        "EXPLAIN MATCH (n) RETURN n",
    ],
)
def test_what_only_looks_dangerous_is_run(store: Neo4jStore, query: str) -> None:
    assert store.query(query, {}).columns


@pytest.mark.parametrize(
    "query",
    [
        "CREATE (n) RETURN n",
        "MATCH (n) DETACH DELETE n",
        "MERGE (n:Drug {name: 'x'})",
        "MATCH (n) SET n.name = 'x'",
        "MATCH (n) REMOVE n:Drug",
        "FOREACH (x IN [1] | CREATE (n))",
        "CRE/* hidden */ATE (n)",
        "/* only a comment */ CREATE (n)",
        "// MATCH (n) RETURN n\nCREATE (n)",
        r"\u0043REATE (n)",
        r"\u0043\u0052\u0045\u0041\u0054\u0045 (n)",
        "MATCH (n) RETURN n; CREATE (m)",
        "RETURN 1; MATCH (n) DETACH DELETE n",
        "EXPLAIN CREATE (n)",
        "PROFILE CREATE (n)",
        "PROFILE MATCH (n) RETURN n",
        "CYPHER runtime=slotted CREATE (n)",
        "MATCH (n) RETURN n.name AS name UNION CREATE (m) RETURN 'x' AS name",
        "CALL { CREATE (n) RETURN n } RETURN n",
        "MATCH (n) CALL (n) { SET n.x = 1 } IN TRANSACTIONS",
        "MATCH (n) CALL (n) { RETURN 1 AS x } IN TRANSACTIONS RETURN x",
        "LOAD CSV FROM 'file:///etc/passwd' AS row RETURN row",
        "LOAD CSV FROM 'http://127.0.0.1:1/x' AS row RETURN row",
        "LOAD /* x */ CSV FROM 'file:///x' AS row RETURN row",
        "CALL { LOAD CSV FROM 'file:///x' AS row RETURN row } RETURN row",
        "CALL dbms.components()",
        "CALL dbms.listConfig()",
        "CALL { CALL dbms.components() YIELD name RETURN name } RETURN name",
        "CALL db.createLabel('Forged')",
        "CALL `db`.`createLabel`('Forged')",
        "CALL db.create.setNodeVectorProperty(null, 'embedding', [1.0])",
        "CALL db.awaitIndexes()",
        "CALL db.resampleOutdatedIndexes()",
        "CALL db.stats.retrieve('GRAPH COUNTS')",
        "CALL db.clearQueryCaches()",
        "CALL tx.setMetaData({a: 1})",
        "CALL apoc.create.node(['Forged'], {})",
        "MATCH (n) RETURN apoc.cypher.runFirstColumnSingle('CREATE (n)', {})",
        "SHOW SETTINGS",
        "SHOW USERS",
        "SHOW DATABASES",
        "SHOW TRANSACTIONS",
        "SHOW PROCEDURES YIELD name RETURN name",
        "TERMINATE TRANSACTION 'neo4j-transaction-1'",
        "USE system SHOW USERS",
        "USE system MATCH (n) RETURN n",
        "ALTER USER neo4j SET PASSWORD 'other-password'",
        "CREATE USER forged SET PASSWORD 'other-password'",
        "CREATE INDEX forged FOR (n:Forged) ON (n.id)",
        "DROP INDEX chunk_fulltext",
        "STOP DATABASE neo4j",
        "INSERT (:Forged)",
        "MATCH (n:Nobody) DELETE n",
        "MATCH (n) CALL (n) { DELETE n } IN 2 CONCURRENT TRANSACTIONS OF 1 ROW",
        r"LOAD \u0043SV FROM 'file:///etc/passwd' AS row RETURN row",
        "WITH 'http://127.0.0.1:1/' AS place LOAD CSV WITH HEADERS FROM place AS row RETURN row",
        r"CALL db.\u0063reateLabel('Forged')",
        "CALL dbms.setConfigValue('server.databases.read_only', 'neo4j')",
        "CALL dbms.queryJmx('*:*')",
        "CALL dbms.killConnection('bolt-1')",
        "CALL db.info()",
        "CALL db.prepareForReplanning()",
        "CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()",
        "CALL { USE system MATCH (n) RETURN n } RETURN n",
        "USE graph.byName('system') MATCH (n) RETURN n",
        "SHOW CURRENT USER",
        "SHOW FUNCTIONS",
        "SHOW INDEXES",
        "SHOW TRANSACTIONS YIELD transactionId AS t TERMINATE TRANSACTIONS t YIELD message RETURN message",
        "TERMINATE TRANSACTIONS 'neo4j-transaction-1', 'neo4j-transaction-2' YIELD message RETURN message",
        "EXPLAIN PROFILE CREATE (n)",
        "/* read */ PROFILE MATCH (n) SET n.x = 1",
        "CYPHER planner=dp EXPLAIN CREATE (n)",
        "CYPHER 25 CREATE (n)",
        "",
        ";",
        "not Cypher at all",
    ],
)
def test_whatever_does_more_than_read_is_refused(store: Neo4jStore, neo4j_place: Database, query: str) -> None:
    before = everything(neo4j_place)
    with pytest.raises((QueryRefused, QueryWrong)) as refused:
        store.query(query, {})
    assert "\n" not in str(refused.value)
    assert everything(neo4j_place) == before


def test_the_transaction_can_not_write_either(store: Neo4jStore, monkeypatch: pytest.MonkeyPatch) -> None:
    from graph_builder.stores import _neo4j_readonly

    monkeypatch.setattr(_neo4j_readonly, "_check", lambda _: None)  # the lock before it is left open
    with pytest.raises(QueryRefused, match="only reading is allowed"):
        store.query("CREATE (n:Forged) RETURN n", {})


def test_many_rows_are_cut_and_said(store: Neo4jStore) -> None:
    table = store.query("UNWIND range(1, 1000000000) AS x RETURN x", {}, limit=3)
    assert (table.rows, table.cut) == (((1,), (2,), (3,)), True)
    assert not store.query("UNWIND range(1, 3) AS x RETURN x", {}, limit=3).cut


@pytest.mark.parametrize("many", ["RETURN range(0, 3000000)", "UNWIND range(1, 200) AS x RETURN range(0, 20000)"])
def test_rows_that_are_too_large_are_not_read(store: Neo4jStore, many: str) -> None:
    with pytest.raises(QueryRefused, match="take more than 8 MB"):
        store.query(many, {}, limit=200)
    assert store.query("RETURN 1", {}).rows == ((1,),)  # the store goes on


def test_rows_beyond_the_limit_are_not_sent(store: Neo4jStore) -> None:
    table = store.query("UNWIND range(1, 999) AS x RETURN size(range(0, 20000)) AS n, range(0, 20000)", {}, limit=3)
    assert ([row[0] for row in table.rows], table.cut) == ([20_001] * 3, True)


def test_a_driver_that_can_not_be_bounded_runs_nothing_neo4j() -> None:
    with pytest.raises(StoreError, match="this version of the package neo4j"), bounded(cast("neo4j.Transaction", object()), 1):
        pytest.fail("it was run")


def test_an_endless_query_is_ended(store: Neo4jStore) -> None:
    began = time.monotonic()
    with pytest.raises(QueryRefused, match="ended after 1 s"):
        store.query(
            "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b UNWIND range(1, 9999) AS c RETURN count(*)", {}, seconds=1
        )
    assert time.monotonic() - began < 8


@pytest.mark.parametrize("pattern", ["(a)-[*]-(b)", "(a)-[*1..40]-(b)", "(a) (()--()){1,40} (b)"])
def test_a_walk_without_bounds_is_ended(store: Neo4jStore, pattern: str) -> None:
    with pytest.raises(QueryRefused, match=r"ended after 0\.5 s"):
        store.query(f"MATCH p = {pattern} RETURN max(length(p))", {}, seconds=0.5)


def test_more_than_memory_holds_is_refused(store: Neo4jStore) -> None:
    with pytest.raises(QueryRefused):
        store.query("UNWIND range(1, 1000000000) AS x RETURN collect(x)", {}, seconds=5)


def test_an_error_in_a_row_is_the_querys(store: Neo4jStore) -> None:
    with pytest.raises(QueryWrong, match="by zero"):
        store.query("UNWIND range(1, 1000) AS x RETURN 1 / (4 - x)", {}, limit=5)


# ------------------------------------------------------------------------------------------------------ a question in words
@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    return Settings(home=str(tmp_path), llm_model="openai:gpt-4o")


@pytest.fixture
def said() -> list[object]:
    """What the model says, in turn."""
    return []


@pytest.fixture
def server(said: list[object]) -> Iterator[OpenAIServer]:
    with OpenAIServer(said) as server:
        yield server


def model(settings: Settings, server: OpenAIServer) -> LanguageModel:
    found = open_model(replace(settings, llm_base_url=server.url))
    assert found
    return found


def test_a_question_becomes_a_query(store: Neo4jStore, settings: Settings, server: OpenAIServer, said: list[object]) -> None:
    said.append({"query": INHIBITORS + ";", "explanation": "drugs that inhibit CYP3A4"})
    table = ask_in_cypher("What inhibits CYP3A4?", store, model(settings, server))
    assert (table.query, table.rows) == (INHIBITORS, (("clarithromycin",),))
    assert table.explanation == "drugs that inhibit CYP3A4"
    assert "Drug INHIBITS Enzyme: 2" in server.requests[0].prompt
    assert len(server.requests) == 1


def test_a_destructive_query_is_refused_and_not_mended(
    store: Neo4jStore, neo4j_place: Database, settings: Settings, server: OpenAIServer, said: list[object]
) -> None:
    before = everything(neo4j_place)
    said.append({"query": "MATCH (n) DETACH DELETE n", "explanation": "tidies up"})
    with pytest.raises(QueryRefused, match="DETACH DELETE"):
        ask_in_cypher("What inhibits CYP3A4?", store, model(settings, server))
    assert everything(neo4j_place) == before
    assert len(server.requests) == 1


def test_a_wrong_query_is_mended_once(store: Neo4jStore, settings: Settings, server: OpenAIServer, said: list[object]) -> None:
    said += [{"query": "MATCH (d:Drug RETURN d", "explanation": "wrong"}, {"query": INHIBITORS, "explanation": "right"}]
    assert ask_in_cypher("What inhibits CYP3A4?", store, model(settings, server)).explanation == "right"
    assert "Invalid input" in server.requests[1].prompt


def test_a_query_that_stays_wrong_is_an_error(
    store: Neo4jStore, settings: Settings, server: OpenAIServer, said: list[object]
) -> None:
    said.append({"query": "MATCH (d:Drug RETURN d", "explanation": "wrong"})
    with pytest.raises(QueryWrong, match="MATCH \\(d:Drug RETURN d"):
        ask_in_cypher("What inhibits CYP3A4?", store, model(settings, server))
    assert len(server.requests) == 2


# ---------------------------------------------------------------------------------------------------------------- the verb
@pytest.fixture
def at_neo4j(neo4j_place: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The environment names the server, where an empty graph of the bundled model is."""
    neo4j_place.close()
    neo4j_place.run("MATCH (n) DETACH DELETE n")
    found = replace(neo4j_place.settings, home=str(tmp_path))
    for name in ("uri", "username", "password", "database"):
        monkeypatch.setenv(f"NEO4J_{name.upper()}", getattr(found, f"neo4j_{name}"))
    yield
    neo4j_place.empty()
    neo4j_place.run("MATCH (n) DETACH DELETE n")
    neo4j_place.open()


@pytest.mark.usefixtures("at_neo4j")
def test_the_verb_shows_rows_and_says_when_it_cut() -> None:
    out, error = run(
        "cypher", "--query", "UNWIND range(1, 9) AS x RETURN x, $name AS name", "--param", "name=a=b", "--limit", "2"
    )
    assert [line.split() for line in out.splitlines()] == [["x", "name"], ["1", "a=b"], ["2", "a=b"]]
    assert "there are more, --limit 4 shows them" in error
    found = run_json("cypher", "--query", "RETURN $n + 1 AS n", "--param", "n=41")
    assert (found["rows"], found["cut"]) == ([{"n": 42}], False)


def test_the_embedded_store_needs_a_server_neo4j(tmp_path: Path) -> None:
    with Graph.open(settings=Settings(home=str(tmp_path / "home"))) as graph, pytest.raises(SettingsError, match="set NEO4J_URI"):
        graph.cypher(query="RETURN 1")
    assert not (tmp_path / "home").exists()


@pytest.mark.usefixtures("at_neo4j")
def test_a_question_and_a_query_are_one_too_many() -> None:
    with Graph.open() as graph:
        with pytest.raises(InputError, match="either a question or a query"):
            graph.cypher("What?", query="RETURN 1")
        with pytest.raises(SettingsError, match="set LLM_MODEL"):
            graph.cypher("What?")
