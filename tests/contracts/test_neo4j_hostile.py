"""Text that would like to be Cypher, Lucene or a name of ours: it comes back as it went in, and does nothing on the way."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from graph_builder.model import Contribution, Kind
from graph_builder.stores import Store
from tests.contracts.contributions import CYP3A4, Fact, Name, contribution, many, text_vector
from tests.contracts.places import Database, Place, rows

pytestmark = pytest.mark.neo4j

LESS = settings(deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
OWN_LABELS = {"Document", "Chunk", "__Entity__", "Evidence", "Alias", "Rejected", "Hoptrace"}
OWN_TYPES = {"PART_OF", "FIRST_CHUNK", "NEXT_CHUNK", "HAS_ENTITY", "IN_CHUNK", "MENTIONS", "SUBJECT", "OBJECT"} | {
    "ALIAS_OF",
    "JOINED_WITH",
    "REJECTED_FROM",
}
PIECES = [
    *("`", "``", "'", '"', "\\", "\\\\", "\\u0060", "\\u0027", "{", "}", "(", ")", "[", "]", "$", "$(x)", ":", "|", "&", "%",),
    *("//", "/*", "*/", ";", "\n", "\r\n", "\t", "\0", "\u2028", "\u202e", "\ufeff", "\x7f", "é", "💊", "0", "-", "+", "~", "^"),
    *("}) DETACH DELETE n //", "`) DETACH DELETE n //", "'}) DETACH DELETE n //", '"}) MATCH (n) DETACH DELETE n //'),
    *("`}) CREATE (:Forged) //", "$(label)", "' OR 1=1 //", "$rows", "} IN TRANSACTIONS", "LOAD CSV FROM 'file:///x' AS r"),
    *("__Entity__", "Document", "Hoptrace", "Foreign", "KEPT", "PART_OF", "MENTIONS", "AND", "NOT", "*", "?", "terms:x", "drug"),
]  # fmt: skip
ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
HOSTILE = st.lists(st.one_of(st.sampled_from(PIECES), ANY), max_size=6).map("".join)
SAID = HOSTILE.map(str.strip).filter(bool)
NAMES = st.builds(Name, SAID, HOSTILE, HOSTILE)
FACTS = st.builds(Fact, NAMES, HOSTILE, NAMES, qualifiers=HOSTILE)


@st.composite
def hostile(draw: st.DrawFn) -> Contribution:
    """A document in which everything that comes from outside is hostile."""
    facts = draw(st.lists(FACTS, min_size=1, max_size=2))
    made = contribution(draw(SAID), facts, heading=draw(HOSTILE), recipe=draw(HOSTILE), rejected=[draw(HOSTILE)])
    told = replace(made.document, name=draw(SAID), metadata=draw(st.dictionaries(HOSTILE, HOSTILE, max_size=2)))
    evidence = tuple(replace(e, extractor=draw(HOSTILE), said=draw(HOSTILE)) for e in made.evidence)
    return replace(made, document=told, evidence=evidence)


@pytest.fixture
def store(neo4j_place: Database) -> Store:
    """A store with a document, beside a graph of somebody else's."""
    store = neo4j_place.fresh()
    store.write(many(1)[0])
    neo4j_place.run("CREATE (:Foreign {said: 'mine'})-[:KEPT {said: 'mine'}]->(:Foreign {said: 'mine'})")
    return store


def everything(place: Database) -> list[object]:
    """All nodes with their labels, their properties but the count of writes, and their relationships."""
    found = place.run(
        "MATCH (n) OPTIONAL MATCH (n)-[r]->(m) WITH n, r, m, properties(n) AS held"
        " RETURN elementId(n) AS id, labels(n) AS labels, held, type(r) AS type, properties(r) AS r, elementId(m) AS m"
        " ORDER BY id, type, m"
    )
    return [{**record, "held": {**record["held"], "revision": 0}} for record in found]


def test_hostile_text_is_only_text(store: Store, neo4j_place: Database, sqlite_place: Place) -> None:
    before, base = everything(neo4j_place), store.fingerprint()
    embedded = sqlite_place.fresh()
    embedded.write(many(1)[0])

    @settings(LESS, max_examples=100, phases=[Phase.generate])
    @given(hostile())
    def holds(document: Contribution) -> None:
        for each in (store, embedded):
            each.write(document)
        assert store.fetch_documents([document.document.id])[document.document.id] == document.document
        assert rows(store) == rows(embedded)
        _stays_in_the_catalogue(neo4j_place, {alias.type for alias in document.aliases})
        for each in (store, embedded):
            assert each.remove(document.document.id)
        assert store.fingerprint() == base

    holds()
    assert everything(neo4j_place) == before


def _stays_in_the_catalogue(place: Database, types: set[str]) -> None:
    """Every node is ours by one label, an entity by two of which one is its type's, or was there before."""
    found = place.run("MATCH (n) RETURN DISTINCT labels(n) AS labels, n.type AS type")
    for labels, type_ in found:
        if "__Entity__" in labels:
            (label,) = set(labels) - {"__Entity__"}
            assert label not in OWN_LABELS
            assert type_ in types | {"Drug", "Enzyme", "Condition"}
            assert label in {type_.replace("\0", "").strip(), f"Entity_{type_.strip()}", "Entity"}
        else:
            assert len(labels) == 1
            assert set(labels) <= OWN_LABELS | {"Foreign"}
    # A document may call a type of its own Foreign, too.
    theirs = place.run("MATCH (n:Foreign) WHERE NOT n:__Entity__ RETURN count(n) AS n, count(n.said) AS said")
    assert theirs[0].values() == [2, 2]
    between = place.run("MATCH (a)-[r]->(b) WHERE NOT (a:__Entity__ AND b:__Entity__) RETURN DISTINCT type(r) AS type")
    assert {r["type"] for r in between} <= OWN_TYPES | {"KEPT"}
    entities = place.run("MATCH (:__Entity__)-[r]->(:__Entity__) RETURN DISTINCT type(r) AS type")
    assert not {r["type"] for r in entities} & OWN_TYPES  # a document may call a relation of its own KEPT


def test_hostile_questions_find_the_same_in_both_stores(neo4j_place: Database, sqlite_place: Place) -> None:
    one, other = sqlite_place.filled(), neo4j_place.filled()

    @settings(LESS, max_examples=60)
    @given(st.lists(st.one_of(SAID, st.sampled_from(["CYP3A4", "5-FU/leucovorin", "inhibits", "P-gp"]))).map(" ".join))
    def holds(question: str) -> None:
        for kind in Kind:
            assert other.search(kind, question, k=9) == one.search(kind, question, k=9)
        assert other.entities_named([question, "P-gp"]) == one.entities_named([question, "P-gp"])

    holds()


@pytest.mark.parametrize(
    "made",
    [
        Name,
        lambda long: Name("someone", type=long),
        lambda long: Name("someone", canonical=long),
    ],
)
def test_what_is_too_long_for_an_index_is_kept(neo4j_place: Database, sqlite_place: Place, made: Callable[[str], Name]) -> None:
    documents = [contribution(f"{n}.md", [Fact(made("ab " * 4_000 + end), "INHIBITS", CYP3A4)]) for n, end in enumerate("xyx")]
    stores = [place.fresh() for place in (sqlite_place, neo4j_place)]
    for store in stores:
        for document in documents:
            store.write(document)
    assert rows(stores[1]) == rows(stores[0])
    names = [alias.name for document in documents for alias in document.aliases]
    found = [store.entities_named(names) for store in stores]
    assert found[0] == found[1]
    assert set(found[0]) == set(names)
    near = [store.nearest(Kind.ENTITY, text_vector("x"), k=9) for store in stores]
    assert near[0] == near[1]
