"""The contract of `Store`, writing: what is there after documents came, changed and went."""

from dataclasses import replace

import numpy as np
import pytest

from graph_builder.model import Kind, Modality, Polarity, Rejected, Span
from graph_builder.stores import Counts, Expansion, Store
from tests.contracts.contributions import (
    BIAXIN,
    CYP3A4,
    FIVE_FU,
    MYOPATHY,
    P_GLYCOPROTEIN,
    P_GP,
    SIMVASTATIN,
    Fact,
    Name,
    contribution,
    corpus,
    many,
    same,
    text_vector,
)
from tests.contracts.places import Place, entity, named_in, names, rows, written


def test_an_antecedent_reads_back(store: Store) -> None:
    made = contribution("a.md", [Fact(SIMVASTATIN, "CAUSES", MYOPATHY), Fact(SIMVASTATIN, "METABOLISED_BY", CYP3A4)])
    pointed = replace(made.evidence[1], antecedent=Span(0, 5))
    store.write(replace(made, evidence=(made.evidence[0], pointed)))
    assert store.fetch_evidence([pointed.id]) == {pointed.id: pointed}


def test_the_quarantine_reads_back_by_chunk(store: Store) -> None:
    assert store.rejected() == []
    one = contribution("one.md", [Fact(SIMVASTATIN, "CAUSES", MYOPATHY)], rejected=["b", "a"])
    two = contribution("two.md", [], rejected=["c"])
    written(store, [one, two])
    expected = [(one.chunks[0].id, "a"), (one.chunks[0].id, "b"), (two.chunks[0].id, "c")]
    assert store.rejected() == [Rejected(*it, "made to be refused") for it in sorted(expected)]


def test_an_empty_store_answers_with_nothing(store: Store) -> None:
    for kind in Kind:
        assert store.nearest(kind, text_vector("x"), k=5) == []
        assert store.search(kind, "inhibits", k=5) == []
    assert store.documents() == store.rejected() == list(store.rows()) == []
    assert store.remove("nothing") is False


def test_writing_twice_changes_nothing(store: Store) -> None:
    written(store, corpus())
    before = rows(store)
    written(store, corpus())
    assert rows(store) == before


def test_a_document_takes_the_place_of_the_one_of_its_source(store: Store, place: Place) -> None:
    old, others = contribution("a.md", [same(BIAXIN, Name("Klacid")), Fact(BIAXIN, "CAUSES", MYOPATHY)]), corpus()
    new = contribution("a.md", [Fact(SIMVASTATIN, "CAUSES", MYOPATHY)])
    written(store, [*others, old, new])
    after = rows(store)
    assert old.document.id not in [record.id for record in store.documents()]
    store = place.fresh()
    written(store, [*others, new])
    assert rows(store) == after


def test_a_new_recipe_takes_the_place_of_the_old_reading(store: Store, place: Place) -> None:
    first = contribution("a.md", [Fact(SIMVASTATIN, "CAUSES", MYOPATHY), Fact(SIMVASTATIN, "METABOLISED_BY", CYP3A4)])
    again = replace(first, evidence=first.evidence[:1], evidence_vectors=first.evidence_vectors[:1], recipe="recipe-2")
    written(store, [first, again])
    assert [record.recipe for record in store.documents()] == ["recipe-2"]
    after = rows(store)
    store = place.fresh()
    written(store, [again])
    assert rows(store) == after


@pytest.mark.parametrize("gone", ["clarithromycin.md", "macrolides.md", "transporters.md"])
def test_removing_leaves_what_the_others_gave(place: Place, gone: str) -> None:
    def state(store: Store) -> list[object]:
        found = [store.search(kind, "simvastatin inhibits CYP3A4 myopathy", k=9) for kind in Kind]
        return [rows(store), store.counts(), *found, *(store.nearest(kind, text_vector("x"), k=9) for kind in Kind)]

    store = place.fresh()
    written(store, [c for c in corpus() if c.document.source != gone])
    expected = state(store)
    (removed,) = [c for c in corpus() if c.document.source == gone]
    store.write(removed)
    assert state(store) != expected
    assert store.remove(removed.document.id) is True
    assert state(store) == expected
    assert store.remove(removed.document.id) is False


def test_removing_everything_leaves_nothing(store: Store) -> None:
    for c in written(store, corpus()):
        assert store.remove(c.document.id)
    assert list(store.rows()) == []
    assert store.counts() == Counts(0, 0, 0, 0, 0, 0)
    for kind in Kind:
        assert store.nearest(kind, text_vector("x"), k=5) == store.search(kind, "clarithromycin inhibits", k=5) == []


def test_aliases_that_nothing_names_are_not_kept(store: Store) -> None:
    made = contribution("a.md", [Fact(SIMVASTATIN, "CAUSES", MYOPATHY)])
    vectors = np.concatenate([made.alias_vectors, made.alias_vectors[:1]])
    store.write(replace(made, aliases=(*made.aliases, FIVE_FU.alias), alias_vectors=vectors))
    assert store.entities_named([FIVE_FU.text]) == {}
    store.remove(made.document.id)
    assert list(store.rows()) == []


def test_a_contribution_that_points_beyond_itself_is_refused_before_anything_is_written(store: Store) -> None:
    made = contribution("a.md", [Fact(SIMVASTATIN, "CAUSES", MYOPATHY)])
    with pytest.raises(ValueError, match=made.aliases[0].id):
        store.write(*corpus(), replace(made, aliases=made.aliases[1:], alias_vectors=made.alias_vectors[1:]))
    assert store.documents() == []


def test_entities_split_when_the_declaration_goes(store: Store) -> None:
    made = written(store, corpus())
    claim = made[0].evidence[1]
    together = entity(store, P_GP)
    store.remove(made[3].document.id)
    alone = entity(store, P_GP)
    assert alone != together
    (relation,) = [r for r in store.expand([alone], cap=9).relations]
    assert (relation.object, relation.evidence_ids) == (alone, (claim.id,))
    assert store.fetch_entities([together]) == {}


def test_an_entity_that_loses_an_alias_loses_the_name_it_gave(store: Store) -> None:
    plavix = Name("Plavix", "Drug", "clopidogrel")
    states = Fact(plavix, "INHIBITS", Name("clopidogrel", "Drug", "clopidogrel"))
    other = contribution("other.md", [states, same(plavix, Name("Iscover", "Drug", "Clopidogrels"))])
    written(store, [contribution("one.md", [states])])
    before = rows(store)
    written(store, [other])
    assert rows(store) != before
    store.remove(other.document.id)
    assert rows(store) == before


def test_similar_names_join_with_their_cosine(store: Store) -> None:
    left, right = Name("carbamazepin oxidase", "Enzyme"), Name("carbamazepine oxidase", "Enzyme")
    written(store, [contribution("a.md", [Fact(left, "ACTS_ON", MYOPATHY)])])
    alone = entity(store, left)
    written(store, [contribution("b.md", [Fact(right, "ACTS_ON", MYOPATHY)])])
    found = store.fetch_entities([entity(store, left)])[entity(store, right)]
    (join,) = found.joins
    assert (join.reason, found.aliases) == ("similar", ("carbamazepin oxidase", "carbamazepine oxidase"))
    assert 0.9 <= join.score < 1
    assert store.fetch_entities([alone]) == {}


def test_a_name_of_several_entities_gives_them_all_sorted(store: Store) -> None:
    place, person = Name("Washington", "Place"), Name("Washington", "Person")
    written(store, [contribution("a.md", [Fact(person, "LIVES_IN", place)])])
    ids = store.entities_named(["washington"])["washington"]
    assert ids == tuple(sorted(ids))
    assert {found.type for found in store.fetch_entities(ids).values()} == {"Place", "Person"}


def test_names_without_letters_are_names_too(store: Store) -> None:
    plus, minus = Name("+/+", "Genotype"), Name("-/-", "Genotype")
    written(store, [contribution("a.md", [Fact(plus, "DIFFERS_FROM", minus)])])
    assert entity(store, plus) != entity(store, minus)
    assert store.counts().relations == 1


def test_an_entity_follows_its_mentions_when_entities_merge(store: Store) -> None:
    made = written(store, corpus())
    chunk = made[0].chunks[0].id
    assert entity(store, P_GLYCOPROTEIN) in named_in(store, chunk)
    assert chunk in store.mentioned([entity(store, P_GP)], cap=9)[entity(store, P_GP)].chunk_ids
    store.remove(made[3].document.id)
    assert entity(store, P_GP) in named_in(store, chunk)


def test_denied_and_possible_claims_are_relations_of_their_own(store: Store) -> None:
    affirmed = Fact(SIMVASTATIN, "CAUSES", MYOPATHY)
    denied, possible = replace(affirmed, polarity=Polarity.NEGATED), replace(affirmed, modality=Modality.POSSIBLE)
    written(store, [contribution("a.md", [affirmed, denied, possible])])
    found = store.expand([entity(store, SIMVASTATIN)], cap=9).relations
    assert {(r.polarity.value, r.modality.value) for r in found} == {
        ("affirmed", "asserted"),
        ("negated", "asserted"),
        ("affirmed", "possible"),
    }


def test_a_claim_between_names_of_one_entity_is_no_relation(store: Store) -> None:
    made = written(store, [contribution("a.md", [Fact(P_GP, "ACTS_ON", P_GLYCOPROTEIN)])])
    assert store.counts().relations == 1
    declared = contribution("b.md", [same(P_GP, P_GLYCOPROTEIN)])
    store.write(declared)
    assert store.counts().relations == 0
    assert store.fetch_evidence([made[0].evidence[0].id])
    store.remove(declared.document.id)
    assert store.counts().relations == 1


def test_expansion_is_capped_for_each_entity_and_says_so(store: Store) -> None:
    written(store, many(6))
    busy, quiet = entity(store, CYP3A4), entity(store, Name("drug3"))
    everything = store.expand([busy], cap=99)
    assert (len(everything.relations), everything.capped) == (6, frozenset())
    found = store.expand([quiet, busy], cap=4)
    assert found.capped == frozenset([busy])
    around_busy = [r for r in found.relations if busy in (r.subject, r.object)]
    assert around_busy[:4] == list(everything.relations[:4])
    assert {r.predicate for r in found.relations if quiet in (r.subject, r.object)} == {"INHIBITS", "CAUSES", "INTERACTS_WITH"}
    assert store.expand([busy], cap=6).capped == frozenset()
    assert store.expand([busy], cap=0) == Expansion((), frozenset([busy]))


def test_nearest_sees_what_was_written_since(store: Store, place: Place) -> None:
    beside = place.open()
    assert beside.nearest(Kind.CHUNK, text_vector("x"), k=9) == []
    made = written(store, corpus())
    assert len(beside.nearest(Kind.CHUNK, text_vector("x"), k=99)) == 6
    store.remove(made[0].document.id)
    assert len(beside.nearest(Kind.CHUNK, text_vector("x"), k=99)) == 4


def test_equal_scores_go_by_id_however_many_there_are(store: Store) -> None:
    sentences = [Fact(SIMVASTATIN, "CAUSES", MYOPATHY)] * 450
    made = contribution("a.md", sentences, per_chunk=1)
    store.write(made)
    ids = sorted(chunk.id for chunk in made.chunks)
    assert [hit.id for hit in store.nearest(Kind.CHUNK, text_vector("x"), k=5)] == ids[:5]
    assert [hit.id for hit in store.search(Kind.CHUNK, "myopathy", k=5)] == ids[:5]


def test_what_is_written_is_there_after_closing(store: Store, place: Place) -> None:
    written(store, corpus())
    before = store.fingerprint()
    store.close()
    store.close()
    assert place.open().fingerprint() == before


def test_the_fingerprint_is_of_the_content(store: Store) -> None:
    empty = store.fingerprint()
    made = written(store, corpus())
    full = store.fingerprint()
    store.remove(made[4].document.id)
    assert len({empty, full, store.fingerprint()}) == 3
    store.write(made[4])
    assert store.fingerprint() == full


def test_no_type_gets_in_the_way(store: Store) -> None:
    types = ["Document", "Chunk", "Evidence", "Alias", "__Entity__", "Rejected", "Hoptrace", " ", "a`b\"c'd\\", "\0"]
    odd = [Name(f"oddity {'abcdefghij'[i]}", type_) for i, type_ in enumerate(types)]
    made = contribution("odd.md", [Fact(name, "CAUSES", MYOPATHY) for name in odd])
    written(store, [made, corpus()[1]])
    found = store.fetch_entities([entity(store, name) for name in odd])
    assert [found[entity(store, name)].type for name in odd] == types
    assert store.counts() == Counts(2, 6, 13, 12, 12, 0)
    assert store.remove(made.document.id)
    assert store.counts() == Counts(1, 1, 3, 2, 2, 0)


def test_no_predicate_gets_in_the_way(store: Store) -> None:
    predicates = ["HAS_ENTITY", "ALIAS_OF", "MENTIONS", "IN_CHUNK", "PART_OF", "JOINED_WITH", "x`]-() DELETE r", " ", "\0"]
    made = contribution("odd.md", [Fact(SIMVASTATIN, predicate, P_GP) for predicate in predicates])
    written(store, [made, corpus()[1]])
    found = store.expand([entity(store, P_GP)], cap=99)
    assert sorted(r.predicate for r in found.relations) == sorted(predicates)
    assert store.counts().relations == 2 + len(predicates)
    assert named_in(store, made.chunks[0].id) == {entity(store, n) for n in (SIMVASTATIN, P_GP)}
    assert store.remove(made.document.id)
    assert store.counts() == Counts(1, 1, 3, 2, 2, 0)


def test_words_of_every_script_are_found(store: Store) -> None:
    words = ["Ωmega-3", "Sjögren", "丁苯酞", "straße", "ﬁbrate", "ꭰꮃꭹ", "𝔘nicode", "naïve", "лекарство", "𞤀𞤣𞤤𞤢𞤥"]
    written(store, [contribution("words.md", [Fact(Name(word), "CAUSES", MYOPATHY) for word in words])])
    for word in words:
        assert names(store, [hit.id for hit in store.search(Kind.ENTITY, word, k=9)]) == [word]
        assert names(store, store.entities_named([word.upper()])[word.upper()]) == [word]


def test_very_long_words_and_texts_are_searched(store: Store) -> None:
    long, longer = "ab" * 200, "ab" * 20_000
    written(store, [contribution("a.md", [Fact(Name(long), "CAUSES", MYOPATHY)])])
    assert names(store, [hit.id for hit in store.search(Kind.ENTITY, longer, k=9)]) == [long]
    question = " ".join(f"word{i}" for i in range(5_000))
    assert store.search(Kind.CHUNK, f"myopathy {question}", k=9)
    assert store.search(Kind.CHUNK, question, k=9) == []
