"""The graph as other programs and people find it in Neo4j: labels, captions, relationships, indexes, and plans that use them."""

import logging

import pytest

import cypher
from graph_builder.model import Kind
from graph_builder.stores import Store
from graph_builder.stores._neo4j_session import knows_search
from tests.contracts.contributions import CLARITHROMYCIN, CYP3A4, DIM, corpus, many, text_vector
from tests.contracts.places import Database, entity

pytestmark = pytest.mark.neo4j

EVERYTHING = {
    "reads/chunk_ids",
    "reads/documents",
    "reads/patterns",
    "reads/rejected",
    "reads/strangers",
    *(name for name in cypher.names("reads") if name.endswith("_rows")),
}
"""Statements that are about all there is."""

WITHOUT_PLAN = {
    *("reads/vector_indexes", "writes/drop_index"),
    *(name for name in cypher.names("reads") if name.startswith("reads/nearest_by_search")),
}
"""Commands about the schema, and statements that servers before 2026.01 do not take."""


@pytest.fixture
def filled(neo4j_place: Database) -> Store:
    return neo4j_place.filled()


@pytest.fixture
def database(filled: Store, neo4j_place: Database) -> Database:
    assert filled
    return neo4j_place


def test_labels_and_properties(database: Database) -> None:
    found = {
        frozenset(record["labels"]): set(record["keys"])
        for record in database.run("MATCH (n) UNWIND keys(n) AS key RETURN labels(n) AS labels, collect(DISTINCT key) AS keys")
    }
    searched = {"terms", "term_count", "vector", "vector_key", "embedding"}
    assert found[frozenset(["Document"])] == {"id", "name", "source", "text", "recipe", "chunks", "metadata", "written"}
    assert {"id", "name", "text", "index", "start", "end", *searched} < found[frozenset(["Chunk"])]
    assert {"id", "name", "quote", "start", "end", "statement", *searched} < found[frozenset(["Evidence"])]
    assert {"id", "name", "aliases", "description", *searched} < found[frozenset(["__Entity__", "Drug"])]
    assert {frozenset(["__Entity__", "Enzyme"]), frozenset(["Alias"]), frozenset(["Hoptrace"])} < set(found)


def test_every_node_has_a_short_name(database: Database) -> None:
    names = [record["name"] for record in database.run("MATCH (n) RETURN n.name AS name")]
    assert all(isinstance(name, str) and 0 < len(name) <= 40 for name in names)


def test_no_link_but_these(database: Database) -> None:
    links = database.run(
        "MATCH (a)-[r]->(b) RETURN DISTINCT labels(a)[0] AS a, type(r) AS type, labels(b)[0] AS b, count(*) AS n"
    )
    ground = {(r["a"], r["type"], r["b"]): r["n"] for r in links if {r["a"], r["b"]} != {"__Entity__"}}
    assert set(ground) == {
        ("Alias", "ALIAS_OF", "__Entity__"),
        ("Alias", "JOINED_WITH", "Alias"),
        ("Chunk", "HAS_ENTITY", "__Entity__"),
        ("Chunk", "MENTIONS", "Alias"),
        ("Chunk", "NEXT_CHUNK", "Chunk"),
        ("Chunk", "PART_OF", "Document"),
        ("Document", "FIRST_CHUNK", "Chunk"),
        ("Evidence", "IN_CHUNK", "Chunk"),
        ("Evidence", "OBJECT", "Alias"),
        ("Evidence", "SUBJECT", "Alias"),
        ("Rejected", "REJECTED_FROM", "Document"),
    }
    assert ground["Chunk", "PART_OF", "Document"] == 6
    assert ground["Document", "FIRST_CHUNK", "Chunk"] == 5
    assert ground["Chunk", "NEXT_CHUNK", "Chunk"] == 1
    relations = {r["type"] for r in links if {r["a"], r["b"]} == {"__Entity__"}}
    assert relations == {"INHIBITS", "METABOLISED_BY", "CAUSES", "TRANSPORTS"}


def test_a_relation_is_a_typed_relationship_with_its_evidence(database: Database, filled: Store) -> None:
    (found,) = database.run(
        "MATCH (:Drug:__Entity__ {id: $drug})-[r:INHIBITS]->(:Enzyme:__Entity__ {id: $enzyme}) RETURN properties(r) AS r",
        drug=entity(filled, CLARITHROMYCIN),
        enzyme=entity(filled, CYP3A4),
    )
    held = found["r"]
    assert (held["polarity"], held["modality"], held["confidence"], held["support"]) == ("affirmed", "asserted", 0.95, 2)
    assert held["name"] == "inhibits"
    assert held["evidence_ids"] == sorted(c.evidence[0].id for c in (corpus()[0], corpus()[2]))


def test_a_relation_says_by_its_name_that_it_is_denied(database: Database) -> None:
    held = database.run("MATCH (:__Entity__)-[r]->(:__Entity__) RETURN DISTINCT r.name AS name, r.polarity AS polarity")
    assert {row["polarity"] for row in held} == {"affirmed", "negated"}
    assert all(row["name"].startswith("not: ") is (row["polarity"] == "negated") for row in held)


def test_chunks_have_the_entities_of_their_mentions(database: Database) -> None:
    derived = "MATCH (c:Chunk)-[:HAS_ENTITY]->(e) RETURN c.id AS chunk, e.id AS entity"
    ground = "MATCH (c:Chunk)-[:MENTIONS]->()-[:ALIAS_OF]->(e) RETURN DISTINCT c.id AS chunk, e.id AS entity"
    pairs = [sorted(tuple(record) for record in database.run(statement)) for statement in (derived, ground)]
    assert pairs[0] == pairs[1]


def test_indexes_are_online_with_one_label_and_one_property(database: Database) -> None:
    found = {r["name"]: r for r in database.run("SHOW INDEXES YIELD *")}
    for kind, label in (("chunk", "Chunk"), ("entity", "__Entity__"), ("evidence", "Evidence")):
        for name in (f"{kind}_embedding", f"{kind}_fulltext", f"{kind}_terms", f"{kind}_id"):
            assert (found[name]["state"], found[name]["labelsOrTypes"]) == ("ONLINE", [label])
            assert len(found[name]["properties"]) == 1
        assert found[f"{kind}_embedding"]["options"]["indexConfig"]["vector.dimensions"] == DIM
    assert {r["name"] for r in database.run("SHOW CONSTRAINTS")} == {
        f"{what}_id" for what in ("document", "chunk", "entity", "evidence", "alias", "hoptrace")
    }


def test_people_search_the_text_as_it_stands(database: Database) -> None:
    database.run("CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()")
    for index, query in (("chunk_fulltext", "myopathy"), ("entity_fulltext", "simvastatin"), ("evidence_fulltext", "doses")):
        assert database.run(f"CALL db.index.fulltext.queryNodes('{index}', '{query}') YIELD node RETURN node")


def test_no_statement_looks_at_everything_but_those_that_must(database: Database) -> None:
    for name in sorted({*cypher.names("reads"), *cypher.names("writes")} - WITHOUT_PLAN):
        operators = database.plan(cypher.statement(name))
        scans = [o for o in operators if o.endswith("Scan") and "Index" not in o]
        assert bool(scans) == (name in EVERYTHING), (name, operators)


def test_no_change_looks_at_everything_although_it_was_planned_on_an_empty_graph(neo4j_place: Database) -> None:
    neo4j_place.fresh()
    for name in sorted({*cypher.names("writes")} - WITHOUT_PLAN):
        operators = neo4j_place.plan(cypher.statement(name))
        assert not [o for o in operators if o.endswith("Scan") and "Index" not in o], (name, operators)


@pytest.mark.parametrize("name", ["reads/declared", "writes/delete_joins"])
def test_declarations_and_joins_are_reached_by_their_alias_although_planned_on_an_empty_graph(
    neo4j_place: Database, name: str
) -> None:
    neo4j_place.fresh()
    operators = neo4j_place.plan(cypher.statement(name))
    assert any(o.startswith("NodeUniqueIndexSeek") for o in operators), operators  # one that writes locks what it finds
    assert not [o for o in operators if "Scan" in o], operators


def test_a_key_is_sought_in_its_index_although_planned_before_the_index_was_counted(neo4j_place: Database) -> None:
    """A new database counts its indexes now and then. Until it has, a key seems to lead to all nodes of a label."""
    store = neo4j_place.fresh()
    neo4j_place.run("CALL db.prepareForReplanning()")  # they are counted, and nothing is in them
    store.write(*many(20))
    neo4j_place.run("CALL db.clearQueryCaches()")
    for name in sorted({*cypher.names("reads"), *cypher.names("writes")} - WITHOUT_PLAN - EVERYTHING):
        operators = neo4j_place.plan(cypher.statement(name))
        assert not [o for o in operators if o.endswith("Scan")], (name, operators)


def test_vectors_are_sent_without_being_spelt_out_for_a_log(neo4j_place: Database, caplog: pytest.LogCaptureFixture) -> None:
    store = neo4j_place.fresh()
    with caplog.at_level(logging.DEBUG, "neo4j"):
        store.write(many(1)[0])
    said = [record.getMessage() for record in caplog.records if "RUN" in record.getMessage()]
    assert any("UNWIND $rows" in message for message in said)
    assert max(map(len, said)) < 5_000
    chunk = many(1)[0].chunks[0].id
    assert store.vectors(Kind.CHUNK, [chunk])[chunk].shape == (DIM,)


def test_an_index_of_another_dimension_makes_way(neo4j_place: Database) -> None:
    neo4j_place.fresh()
    neo4j_place.close()
    neo4j_place.run("MATCH (m:Hoptrace) DELETE m")
    neo4j_place.run("DROP INDEX chunk_embedding")
    neo4j_place.run(
        "CREATE VECTOR INDEX chunk_embedding FOR (n:Chunk) ON (n.embedding)"
        " OPTIONS {indexConfig: {`vector.dimensions`: 3, `vector.similarity_function`: 'cosine'}}"
    )
    store = neo4j_place.open()
    store.write(corpus()[0])
    assert len(store.nearest(Kind.CHUNK, text_vector("x"), k=9)) == 2


@pytest.mark.parametrize(
    ("agent", "known"),
    [
        *(("Neo4j/5.26.30", False), ("Neo4j/5.27-aura", False), ("Neo4j/2025.12.1", False), ("Neo4j/", False), ("else", False)),
        *(("Neo4j/2026.01.0", True), ("Neo4j/2026.10-aura", True), ("Neo4j/2027.01.0", True)),
    ],
)
def test_the_clause_search_is_for_servers_that_say_they_know_it(agent: str, known: bool) -> None:
    assert knows_search(agent) is known


def test_a_server_that_does_not_understand_the_clause_is_asked_by_the_procedure(
    neo4j_place: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = neo4j_place.filled()
    before = [store.nearest(kind, text_vector("x"), k=9) for kind in Kind]
    monkeypatch.setattr("graph_builder.stores.neo4j.knows_search", lambda _: True)
    assert [neo4j_place.open().nearest(kind, text_vector("x"), k=9) for kind in Kind] == before
    assert all(before)


@pytest.mark.parametrize("kind", Kind)
def test_both_ways_to_the_nearest_give_the_same_of_what_they_find(kind: Kind) -> None:
    rest = [cypher.statement(f"reads/{name}_{kind}").partition("AS vector_key")[2] for name in ("nearest", "nearest_by_search")]
    assert rest[0] == rest[1] != ""


# ------------------------------------------------------------------------------------------------------------- plans
SEEKS = {"NodeUniqueIndexSeek", "NodeIndexSeek"}
ENDS = ("Limit", "Top", "PartialTop")


@pytest.mark.parametrize(
    "name",
    [name for name in cypher.names("reads") if name.startswith(("reads/expand", "reads/mentioned"))]
    + [f"reads/{name}" for name in ("entities_named", "fetch_entities", "fetch_evidence", "fetch_chunks", "mentions", "ties")]
    + [f"reads/vectors_{kind}" for kind in Kind],
)
def test_a_question_reaches_the_graph_by_its_indexes(database: Database, name: str) -> None:
    operators = database.plan(cypher.statement(name))
    assert SEEKS & set(operators), operators
    assert not [o for o in operators if o.endswith("Scan")], operators
    if name.startswith(("reads/expand", "reads/mentioned")):
        assert [o for o in operators if o.startswith(ENDS)], operators  # a hub is cut there, not here


def test_a_hub_is_cut_by_the_server(neo4j_place: Database) -> None:
    store = neo4j_place.fresh()
    for each in many(2):
        store.write(each)
    hub = entity(store, CYP3A4)
    neo4j_place.run(
        "MATCH (hub:__Entity__ {id: $hub}), (:__Entity__)-[r:INHIBITS]->(hub) WITH hub, properties(r) AS held LIMIT 1"
        " UNWIND range(1, 3000) AS n CREATE (e:__Entity__:Drug {id: 'made-' + n, name: 'made'})-[r:INHIBITS]->(hub)"
        " SET r = held, r.id = 'made-' + n",
        hub=hub,
    )
    found = store.expand([hub], cap=7)
    assert len(found.relations) == 7
    assert found.capped == {hub}
