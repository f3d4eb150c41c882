"""What a store holds is a function of the documents in it: not of their order, nor of what came and went, nor of the store."""

from collections.abc import Iterable, Sequence
from itertools import combinations
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_builder.model import Contribution, Kind, Modality, Polarity
from graph_builder.stores import Hit, Store
from tests.contracts.contributions import Fact, Name, contribution, corpus, many, same, text_vector
from tests.contracts.places import Place, rows

EXAMPLES = {"sqlite": 35, "neo4j": 6}
LESS = settings(deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])

# Names that a pack joins, that a pack knows and another document does not, that are spelt alike, that are typed or not,
# that mean two things, and that hold no letter.
NAMES = [
    Name("Plavix", "Drug", "clopidogrel"),
    Name("clopidogrel", "Drug", "clopidogrel"),
    Name("clopidogrel", "Drug"),
    Name("clopidogrel", "Thing"),
    Name("clopidogrel", "Enzyme"),
    Name("Plavix", "Thing", "clopidogrel"),
    Name("Iscover", "Drug", "Clopidogrels"),
    Name("carbamazepin oxidase", "Enzyme"),
    Name("carbamazepine oxidase", "Enzyme"),
    Name("carbamazepine oxidases", "Enzyme"),
    Name("carbamazepine oxidase", "Thing"),
    Name("Acme", "Thing"),
    Name("ACME", "Thing"),
    Name("Acme Corporation", "Organization"),
    Name("+/+", "Genotype"),
    Name("-/-", "Genotype"),
]
PAIRS = st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda pair: pair[0].alias.id != pair[1].alias.id)
CLAIMS = st.builds(
    lambda pair, predicate, polarity, modality, confidence: Fact(
        pair[0], predicate, pair[1], polarity, modality, confidence=confidence
    ),
    PAIRS,
    st.sampled_from(["INHIBITS", "CAUSES"]),
    st.sampled_from(list(Polarity)),
    st.sampled_from(list(Modality)),
    st.sampled_from([0.5, 0.75, 1.0]),
)
DECLARATIONS = st.builds(lambda pair: same(*pair), PAIRS)
READINGS = st.lists(st.one_of(CLAIMS, DECLARATIONS, DECLARATIONS), max_size=4)
DOCUMENTS = st.builds(contribution, st.sampled_from("abcd"), READINGS, recipe=st.sampled_from(["r1", "r2"]))
DIFFERENT = st.lists(DOCUMENTS, max_size=4, unique_by=lambda c: c.document.source)


def built(place: Place, contributions: Iterable[Contribution]) -> Store:
    """An emptied store with these documents."""
    store = place.fresh()
    for each in contributions:
        store.write(each)
    return store


def examples(place: Place) -> settings:
    return settings(LESS, max_examples=EXAMPLES.get(place.name, 30))


def test_the_order_of_documents_changes_nothing(place: Place) -> None:
    @examples(place)
    @given(DIFFERENT, st.randoms(use_true_random=False))
    def holds(documents: list[Contribution], random: Random) -> None:
        first = built(place, documents)
        expected, fingerprint = rows(first), first.fingerprint()
        shuffled = list(documents)
        random.shuffle(shuffled)
        second = built(place, shuffled)
        assert rows(second) == expected
        assert second.fingerprint() == fingerprint

    holds()


def test_documents_written_together_are_as_those_written_one_by_one(place: Place) -> None:
    @examples(place)
    @given(DIFFERENT, st.lists(DOCUMENTS, max_size=5))
    def holds(before: list[Contribution], together: list[Contribution]) -> None:
        first = built(place, [*before, *together])
        expected, fingerprint = rows(first), first.fingerprint()
        second = built(place, before)
        second.write(*together)
        assert rows(second) == expected
        assert second.fingerprint() == fingerprint

    holds()


def test_removing_what_was_added_restores_what_was(place: Place) -> None:
    @examples(place)
    @given(DIFFERENT.filter(bool), st.data())
    def holds(documents: list[Contribution], data: st.DataObject) -> None:
        kept = data.draw(st.lists(st.sampled_from(documents), unique_by=lambda c: c.document.source))
        store = built(place, kept)
        expected, fingerprint = rows(store), store.fingerprint()
        added = [c for c in documents if c not in kept]
        for each in added:
            store.write(each)
        for each in data.draw(st.permutations(added)):
            assert store.remove(each.document.id)
        assert rows(store) == expected
        assert store.fingerprint() == fingerprint

    holds()


def test_whatever_came_and_went_only_what_is_there_counts(place: Place) -> None:
    @examples(place)
    @given(st.lists(st.tuples(st.booleans(), DOCUMENTS), max_size=6))
    def holds(changes: list[tuple[bool, Contribution]]) -> None:
        store, there = place.fresh(), {}
        for adds, c in changes:
            if adds:
                store.write(c)
                there[c.document.source] = c
            else:
                held = there.pop(c.document.source, None)
                assert store.remove(held.document.id if held else c.document.id) is (held is not None)
        found = rows(store)
        assert found == rows(built(place, there.values()))

    holds()


@pytest.mark.neo4j
def test_two_stores_of_the_same_documents_are_the_same(sqlite_place: Place, neo4j_place: Place) -> None:
    @settings(LESS, max_examples=EXAMPLES["neo4j"])
    @given(DIFFERENT)
    def holds(documents: list[Contribution]) -> None:
        one, other = built(sqlite_place, documents), built(neo4j_place, documents)
        assert rows(one) == rows(other)
        assert one.fingerprint() == other.fingerprint()
        assert answers(one) == answers(other)

    holds()


@pytest.mark.neo4j
def test_two_stores_answer_alike_on_more_documents(sqlite_place: Place, neo4j_place: Place) -> None:
    documents = [*corpus(), *many(20)]
    one, other = built(sqlite_place, documents), built(neo4j_place, documents)
    assert rows(one) == rows(other)
    assert one.counts() == other.counts()
    assert one.documents() == other.documents()
    assert answers(one) == answers(other)
    for store in (one, other):
        store.remove(documents[7].document.id)
        store.write(contribution("simvastatin.md", []))
    assert answers(one) == answers(other)


def answers(store: Store) -> list[object]:
    """What a store says to some questions, all of it comparable."""
    hits: list[Sequence[Hit]] = []
    for kind in Kind:
        for question in ("clopidogrel inhibits CYP3A4", "myopathy in trial 7 of drug7", "acme +/+", "5-FU/leucovorin"):
            hits += [store.search(kind, question, k=k) for k in (3, 99)]
            hits += [store.nearest(kind, text_vector(question), k=k) for k in (3, 99)]
    named = store.entities_named([name.text for name in NAMES] + ["CYP3A4", "myopathy", "drug7"])
    ids = sorted({id_ for bearers in named.values() for id_ in bearers})
    chunks = [hit.id for hit in store.nearest(Kind.CHUNK, text_vector("x"), k=99)]
    expansions = [store.expand(ids, cap=cap) for cap in (0, 2, 99)]
    return [
        hits,
        named,
        store.fetch_entities(ids),
        store.mentions(chunks),
        store.mentioned(ids, cap=3),
        store.fetch_chunks(chunks),
        *expansions,
        store.ties(list(combinations(ids, 2))),
    ]
