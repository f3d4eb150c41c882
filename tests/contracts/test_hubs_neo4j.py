"""An entity with very many relations: Neo4j keeps which are best, and answers as the store that keeps nothing of the kind."""

from dataclasses import asdict

import pytest

from graph_builder.model import Contribution
from graph_builder.stores import Store
from graph_builder.stores._neo4j_transaction import KEPT
from tests.contracts.contributions import Fact, Name, contribution, same
from tests.contracts.places import Database, Folder, entity, written

pytestmark = pytest.mark.neo4j

HUB = Name("hubolin")
PARTS = 4
EACH = 31


def _part(number: int) -> Contribution:
    """A document with the hub as subject and as object, by turns; confidences tie."""
    others = [Name(f"partner {number}{i:02}") for i in range(EACH)]
    pairs = [("INHIBITS", HUB, other) if i % 2 else ("INDUCES", other, HUB) for i, other in enumerate(others)]
    facts = [Fact(subject, said, object_, confidence=(50 + 7 * i % 13) / 100) for i, (said, subject, object_) in enumerate(pairs)]
    return contribution(f"part{number}.md", facts)


@pytest.fixture
def pair(neo4j_place: Database, sqlite_place: Folder) -> tuple[Store, Store]:
    return neo4j_place.fresh(), sqlite_place.fresh()


def _hub(database: Database, store: Store) -> list[str] | None:
    (found,) = database.run("MATCH (e:__Entity__ {id: $id}) RETURN e.best AS best", id=entity(store, HUB))
    best: list[str] | None = found["best"]
    return best


def _assert_alike(pair: tuple[Store, Store]) -> None:
    shared, embedded = pair
    hub = entity(embedded, HUB)
    partners = sorted({end for r in embedded.expand([hub], cap=999).relations for end in (r.subject, r.object)})
    for ids, cap in (([hub], 5), ([hub], KEPT - 1), ([hub], KEPT + 9), (partners, 50)):
        assert asdict(shared.expand(ids, cap=cap)) == asdict(embedded.expand(ids, cap=cap))


def test_a_hub_is_expanded_alike_whatever_comes_and_goes(pair: tuple[Store, Store], neo4j_place: Database) -> None:
    parts = [_part(number) for number in range(PARTS)]
    for store in pair:
        written(store, parts)
    _assert_alike(pair)
    assert len(_hub(neo4j_place, pair[0]) or []) == KEPT
    other = parts[2].evidence[-1]
    surer = Fact(HUB, other.predicate, Name(_part(2).aliases[-1].name), confidence=0.99)
    joined = contribution(
        "joined.md", [same(Name("hubolone"), HUB), Fact(Name("hubolone"), "CAUSES", Name("cough"), confidence=0.98)]
    )
    for store in pair:
        written(store, [contribution("surer.md", [surer]), joined])
    _assert_alike(pair)
    for store in pair:
        assert store.remove(parts[1].document.id)
        assert store.remove(joined.document.id)
    _assert_alike(pair)
    assert _hub(neo4j_place, pair[0]) is None


def test_a_removed_relation_is_no_longer_among_the_best(pair: tuple[Store, Store]) -> None:
    best = contribution("best.md", [Fact(HUB, "INHIBITS", Name("partner"), confidence=1.0)])
    for store in pair:
        written(store, [*(_part(number) for number in range(PARTS)), best])
        assert store.remove(best.document.id)
    _assert_alike(pair)


def test_ids_that_lead_nowhere_are_passed_over(pair: tuple[Store, Store], neo4j_place: Database) -> None:
    for store in pair:
        written(store, [_part(number) for number in range(PARTS)])
    neo4j_place.run("MATCH (e:__Entity__) WHERE e.best IS NOT NULL SET e.best = [x IN e.best | x + '9999']")
    assert all(id_.endswith("9999") for id_ in _hub(neo4j_place, pair[0]) or [""])
    _assert_alike(pair)


def test_what_is_there_already_leaves_no_trace(pair: tuple[Store, Store], neo4j_place: Database) -> None:
    shared = pair[0]
    shared.write(_part(0))
    before = neo4j_place.last_written()
    shared.write(_part(0))
    assert not shared.remove("no such document")
    assert neo4j_place.last_written() == before
    shared.write(_part(1))
    assert neo4j_place.last_written() != before
