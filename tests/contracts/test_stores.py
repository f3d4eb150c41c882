"""The contract of `Store`, held by every store that the folder holds: what each docstring of the protocol says."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from graph_builder.errors import EmbeddingMismatch
from graph_builder.model import Contribution, Kind, Modality, Polarity, Rejected, Span
from graph_builder.stores import Counts, Expansion, Hit, Store
from tests.contracts.conftest import Place
from tests.contracts.contributions import (
    BIAXIN,
    CLARITHROMYCIN,
    CYP3A4,
    CYP3A5,
    DIM,
    FIVE_FU,
    MODEL,
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

BEYOND_ASCII = ["Ωmega-3", "Sjögren", "丁苯酞", "straße", "ﬁbrate", "ꭰꮃꭹ", "𝔘nicode", "naïve", "лекарство"]


def written(store: Store, contributions: Sequence[Contribution] | None = None) -> Sequence[Contribution]:
    """The contributions, after they were written."""
    contributions = corpus() if contributions is None else contributions
    for each in contributions:
        store.write(each)
    return contributions


def entity(store: Store, name: Name) -> str:
    """The id of the only entity with that name."""
    (id_,) = store.entities_named([name.text])[name.text]
    return id_


def names(store: Store, ids: Sequence[str]) -> list[str]:
    found = store.fetch_entities(ids)
    return [found[id_].name for id_ in ids]


# ------------------------------------------------------------------------------------------- written and read back


def test_documents_chunks_and_evidence_read_back(store: Store) -> None:
    for c in written(store):
        assert store.fetch_documents([c.document.id]) == {c.document.id: c.document}
        assert store.fetch_chunks([chunk.id for chunk in c.chunks]) == {chunk.id: chunk for chunk in c.chunks}
        assert store.fetch_evidence([e.id for e in c.evidence]) == {e.id: e for e in c.evidence}
        assert store.fetch_aliases([a.id for a in c.aliases]) == {a.id: a.name for a in c.aliases}


def test_an_antecedent_reads_back(store: Store) -> None:
    made = contribution("a.md", [Fact(SIMVASTATIN, "CAUSES", MYOPATHY), Fact(SIMVASTATIN, "METABOLISED_BY", CYP3A4)])
    pointed = replace(made.evidence[1], antecedent=Span(0, 5))
    store.write(replace(made, evidence=(made.evidence[0], pointed)))
    assert store.fetch_evidence([pointed.id]) == {pointed.id: pointed}


def test_sentence_vectors_read_back_in_order(store: Store) -> None:
    made = written(store)[0]
    found = store.sentence_vectors([chunk.id for chunk in made.chunks])
    assert [found[chunk.id].shape for chunk in made.chunks] == [(2, DIM), (1, DIM)]
    assert np.array_equal(np.concatenate([found[chunk.id] for chunk in made.chunks]), made.sentence_vectors)
    assert all(vectors.dtype == np.float32 for vectors in found.values())


def test_documents_are_listed_by_source(store: Store) -> None:
    made = {c.document.source: c for c in written(store)}
    listed = store.documents()
    assert [record.source for record in listed] == sorted(made)
    for record in listed:
        c = made[record.source]
        assert record == (c.document.id, c.document.name, c.document.source, c.recipe, len(c.chunks))


def test_counts(store: Store) -> None:
    assert store.counts() == Counts(0, 0, 0, 0, 0, 0)
    written(store)
    # clarithromycin and Biaxin are one by the pack, P-gp and P-glycoprotein by declaration, which is evidence of no relation;
    # "inhibits CYP3A4" is one relation of two documents.
    assert store.counts() == Counts(documents=5, chunks=6, entities=7, relations=6, evidence=8, quarantined=1)


def test_the_quarantine_reads_back_by_chunk(store: Store) -> None:
    assert store.rejected() == []
    one = contribution("one.md", [Fact(SIMVASTATIN, "CAUSES", MYOPATHY)], rejected=["b", "a"])
    two = contribution("two.md", [], rejected=["c"])
    written(store, [one, two])
    expected = [(one.chunks[0].id, "a"), (one.chunks[0].id, "b"), (two.chunks[0].id, "c")]
    assert store.rejected() == [Rejected(*it, "made to be refused") for it in sorted(expected)]


def test_ids_that_are_not_there_are_left_out(store: Store) -> None:
    made = written(store)[0]
    chunk = made.chunks[0].id
    assert store.fetch_documents(["nothing"]) == {}
    assert list(store.fetch_chunks(["nothing", chunk])) == [chunk]
    assert store.fetch_entities(["nothing"]) == {}
    assert store.fetch_aliases(["nothing"]) == {}
    assert store.fetch_evidence(["nothing"]) == {}
    assert list(store.sentence_vectors([chunk, "nothing"])) == [chunk]
    assert store.entities_named(["nothing"]) == {}
    assert list(store.entities_in(["nothing", chunk])) == [chunk]
    assert store.expand(["nothing"], cap=5) == Expansion()
    assert store.remove("nothing") is False


def test_empty_questions_have_empty_answers(store: Store) -> None:
    written(store)
    for fetch in (store.fetch_documents, store.fetch_chunks, store.fetch_entities, store.fetch_evidence):
        assert fetch([]) == {}
    assert store.fetch_aliases([]) == store.sentence_vectors([]) == store.entities_named([]) == store.entities_in([]) == {}
    assert store.expand([], cap=5) == Expansion()


def test_an_empty_store_answers_with_nothing(store: Store) -> None:
    for kind in Kind:
        assert store.nearest(kind, text_vector("x"), k=5) == []
        assert store.search(kind, "inhibits", k=5) == []
    assert store.documents() == store.rejected() == list(store.rows()) == []
    assert store.remove("nothing") is False


def test_ids_may_be_asked_for_twice(store: Store) -> None:
    made = written(store)[0]
    chunk = made.chunks[0].id
    assert list(store.fetch_chunks([chunk, chunk])) == [chunk]
    id_ = entity(store, SIMVASTATIN)
    assert store.expand([id_, id_], cap=5) == store.expand([id_], cap=5)


# --------------------------------------------------------------------------------------------- writing and removing


def test_writing_twice_changes_nothing(store: Store) -> None:
    written(store)
    before = sorted(store.rows())
    written(store)
    assert sorted(store.rows()) == before


def test_a_document_takes_the_place_of_the_one_of_its_source(store: Store, place: Place) -> None:
    old, others = contribution("a.md", [same(BIAXIN, Name("Klacid")), Fact(BIAXIN, "CAUSES", MYOPATHY)]), corpus()
    new = contribution("a.md", [Fact(SIMVASTATIN, "CAUSES", MYOPATHY)])
    written(store, [*others, old, new])
    after = sorted(store.rows())
    assert old.document.id not in [record.id for record in store.documents()]
    assert after == sorted(written_rows(place, [*others, new]))


def test_a_new_recipe_takes_the_place_of_the_old_reading(store: Store, place: Place) -> None:
    first = contribution("a.md", [Fact(SIMVASTATIN, "CAUSES", MYOPATHY), Fact(SIMVASTATIN, "METABOLISED_BY", CYP3A4)])
    again = replace(first, evidence=first.evidence[:1], evidence_vectors=first.evidence_vectors[:1], recipe="recipe-2")
    written(store, [first, again])
    assert [record.recipe for record in store.documents()] == ["recipe-2"]
    after = sorted(store.rows())
    assert after == sorted(written_rows(place, [again]))


def written_rows(place: Place, contributions: Sequence[Contribution]) -> list[tuple[str, ...]]:
    """The rows of an emptied store with only these."""
    fresh = place.fresh()
    written(fresh, contributions)
    return list(fresh.rows())


@pytest.mark.parametrize("gone", range(5))
def test_removing_leaves_what_the_others_gave(place: Place, gone: int) -> None:
    others = [c for i, c in enumerate(corpus()) if i != gone]
    expected = sorted(written_rows(place, others))
    store = place.fresh()
    removed = written(store)[gone].document.id
    assert store.remove(removed) is True
    assert sorted(store.rows()) == expected
    assert store.remove(removed) is False


def test_removing_everything_leaves_nothing(store: Store) -> None:
    for c in written(store):
        assert store.remove(c.document.id)
    assert list(store.rows()) == []
    assert store.counts() == Counts(0, 0, 0, 0, 0, 0)
    for kind in Kind:
        assert store.nearest(kind, text_vector("x"), k=5) == store.search(kind, "clarithromycin inhibits", k=5) == []


def test_search_and_nearest_after_removal_are_as_if_it_had_never_been(place: Place) -> None:
    def hits(store: Store) -> list[list[Hit]]:
        found = [store.search(kind, "simvastatin inhibits CYP3A4 myopathy", k=9) for kind in Kind]
        return found + [store.nearest(kind, text_vector("simvastatin"), k=9) for kind in Kind]

    store = place.fresh()
    written(store, corpus()[1:])
    expected = hits(store)
    store = place.fresh()
    store.remove(written(store)[0].document.id)
    assert hits(store) == expected


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
        store.write(replace(made, aliases=made.aliases[1:], alias_vectors=made.alias_vectors[1:]))
    assert store.documents() == []


# ------------------------------------------------------------------------------------------------------- entities


def test_entities_have_their_aliases_and_the_reasons_that_join_them(store: Store) -> None:
    written(store)
    found = store.fetch_entities([entity(store, CLARITHROMYCIN), entity(store, P_GP)])
    drug, transporter = found[entity(store, BIAXIN)], found[entity(store, P_GLYCOPROTEIN)]
    assert (drug.name, drug.type, drug.aliases) == ("clarithromycin", "Drug", ("Biaxin", "clarithromycin"))
    assert drug.alias_ids == tuple(sorted((BIAXIN.alias.id, CLARITHROMYCIN.alias.id)))
    assert [(join.reason, join.score, join.evidence_id) for join in drug.joins] == [("pack", 1.0, "")]
    declaration = corpus()[3].evidence[0].id
    assert (transporter.name, transporter.aliases) == ("P-glycoprotein", ("P-glycoprotein", "P-gp"))
    assert [(join.reason, join.evidence_id) for join in transporter.joins] == [("declared", declaration)]


def test_entities_split_when_the_declaration_goes(store: Store) -> None:
    made = written(store)
    claim = made[0].evidence[1]
    together = entity(store, P_GP)
    store.remove(made[3].document.id)
    alone = entity(store, P_GP)
    assert alone != together
    (relation,) = [r for r in store.expand([alone], cap=9).relations]
    assert (relation.object, relation.evidence_ids) == (alone, (claim.id,))
    assert store.fetch_entities([together]) == {}


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


def test_entities_are_named_by_aliases_and_canonical_names_in_any_spelling(store: Store) -> None:
    written(store, [contribution("a.md", [Fact(BIAXIN, "INHIBITS", P_GP)])])
    (drug,) = store.entities_named(["BIAXIN"])["BIAXIN"]
    assert store.entities_named(["Clarithromycin", "p gp", "P–GP"]) == {
        "Clarithromycin": (drug,),
        "p gp": (entity(store, P_GP),),
        "P–GP": (entity(store, P_GP),),
    }


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


def test_entities_in_chunks(store: Store) -> None:
    first, second = written(store)[0].chunks
    found = store.entities_in([second.id, first.id])
    assert found[first.id] == tuple(sorted(entity(store, n) for n in (CLARITHROMYCIN, CYP3A4, P_GP)))
    assert found[second.id] == tuple(sorted(entity(store, n) for n in (CLARITHROMYCIN, CYP3A5)))


def test_an_entity_follows_its_mentions_when_entities_merge(store: Store) -> None:
    made = written(store)
    chunk = made[0].chunks[0].id
    assert entity(store, P_GLYCOPROTEIN) in store.entities_in([chunk])[chunk]
    assert chunk in store.expand([entity(store, P_GP)], cap=9).chunks[entity(store, P_GP)]
    store.remove(made[3].document.id)
    assert entity(store, P_GP) in store.entities_in([chunk])[chunk]


@pytest.mark.parametrize("type_", ["Document", "Chunk", "Evidence", "Alias", "__Entity__", "Hoptrace", " ", "a`b\"c'd\\", "\0"])
def test_no_type_or_predicate_gets_in_the_way(store: Store, type_: str) -> None:
    odd = Name("oddity", type_)
    made = written(store, [contribution("a.md", [Fact(odd, "CAUSES", MYOPATHY)]), *corpus()])
    assert store.fetch_entities([entity(store, odd)])[entity(store, odd)].type == type_
    assert store.counts() == Counts(6, 7, 8, 7, 9, 1)
    assert store.remove(made[0].document.id)
    assert store.counts() == Counts(5, 6, 7, 6, 8, 1)


@pytest.mark.parametrize("predicate", ["HAS_ENTITY", "ALIAS_OF", "MENTIONS", "IN_CHUNK", "PART_OF", "x`]-() DELETE r", " "])
def test_no_predicate_gets_in_the_way(store: Store, predicate: str) -> None:
    made = written(store, [contribution("a.md", [Fact(SIMVASTATIN, predicate, MYOPATHY)]), *corpus()])
    found = store.expand([entity(store, MYOPATHY)], cap=9)
    assert {r.predicate for r in found.relations} == {predicate, "CAUSES"}
    assert store.counts().relations == 7
    assert store.remove(made[0].document.id)
    assert store.counts().relations == 6


# ------------------------------------------------------------------------------------------------------ relations


def test_equal_claims_are_one_relation_of_all_their_evidence(store: Store) -> None:
    made = written(store)
    (relation,) = [
        r for r in store.expand([entity(store, CYP3A4)], cap=9).relations if r.subject == entity(store, CLARITHROMYCIN)
    ]
    assert (relation.predicate, relation.object) == ("INHIBITS", entity(store, CYP3A4))
    assert (relation.polarity, relation.modality) == (Polarity.AFFIRMED, Modality.ASSERTED)
    assert (relation.confidence, relation.qualifiers, relation.extractor) == (0.95, "strongly", "made-up 1")
    assert relation.evidence_ids == tuple(sorted((made[0].evidence[0].id, made[2].evidence[0].id)))


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


def test_expansion_is_best_first_with_every_direction(store: Store) -> None:
    written(store)
    found = store.expand([entity(store, CYP3A4), entity(store, MYOPATHY)], cap=9)
    order = [(-r.confidence, -len(r.evidence_ids), r.id) for r in found.relations]
    assert order == sorted(order)
    assert [r.confidence for r in found.relations] == [0.95, 0.9, 0.8]
    assert len({r.id for r in found.relations}) == len(found.relations)
    assert found.capped == frozenset()
    assert set(found.chunks) == {entity(store, CYP3A4), entity(store, MYOPATHY)}
    assert all(list(ids) == sorted(ids) and ids for ids in found.chunks.values())


def test_expansion_is_capped_for_each_entity_and_says_so(store: Store) -> None:
    written(store, many(6))
    busy, quiet = entity(store, CYP3A4), entity(store, Name("drug3"))
    everything = store.expand([busy], cap=99)
    assert (len(everything.relations), len(everything.chunks[busy]), everything.capped) == (6, 6, frozenset())
    found = store.expand([quiet, busy], cap=4)
    assert found.capped == frozenset([busy])
    assert found.chunks[busy] == everything.chunks[busy][:4]
    around_busy = [r for r in found.relations if busy in (r.subject, r.object)]
    assert around_busy[:4] == list(everything.relations[:4])
    assert {r.predicate for r in found.relations if quiet in (r.subject, r.object)} == {"INHIBITS", "CAUSES", "INTERACTS_WITH"}
    assert store.expand([busy], cap=6).capped == frozenset()
    assert store.expand([busy], cap=0) == Expansion((), {busy: ()}, frozenset([busy]))


# --------------------------------------------------------------------------------------------- nearest and search


def test_nearest_is_by_cosine_best_first(store: Store) -> None:
    made = written(store)
    vector = text_vector("a question")
    rows = {Kind.CHUNK: [], Kind.EVIDENCE: []}
    for c in made:
        rows[Kind.CHUNK] += zip([x.id for x in c.chunks], c.chunk_vectors, strict=True)
        rows[Kind.EVIDENCE] += zip([x.id for x in c.evidence], c.evidence_vectors, strict=True)
    for kind, pairs in rows.items():
        exact = [Hit(id_, round(float(row.astype(float) @ vector.astype(float)), 6)) for id_, row in pairs]
        expected = sorted(exact, key=lambda hit: (-hit.score, hit.id))
        assert store.nearest(kind, vector, k=99) == expected
        assert store.nearest(kind, vector, k=3) == expected[:3]
        assert store.nearest(kind, vector, k=0) == []


def test_nearest_entity_is_found_by_its_name(store: Store) -> None:
    made = written(store)
    row = [a.id for a in made[1].aliases].index(SIMVASTATIN.alias.id)
    best = store.nearest(Kind.ENTITY, made[1].alias_vectors[row], k=1)
    assert best == [Hit(entity(store, SIMVASTATIN), 1.0)]


def test_nearest_sees_what_was_written_since(store: Store, place: Place) -> None:
    beside = place.open()
    assert beside.nearest(Kind.CHUNK, text_vector("x"), k=9) == []
    made = written(store)
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


def test_search_finds_words_in_any_form_and_case(store: Store) -> None:
    made = written(store)
    both = {chunk.id for chunk in made[0].chunks}
    assert {hit.id for hit in store.search(Kind.CHUNK, "INHIBITED by clarithromycin's interaction", k=2)} == both
    found = store.search(Kind.EVIDENCE, "myopathy", k=9)
    assert [hit.id for hit in found] == [made[1].evidence[1].id]
    assert found[0].score > 0
    assert names(store, [hit.id for hit in store.search(Kind.ENTITY, "Biaxin", k=9)]) == ["clarithromycin"]


def test_search_scores_are_bm25_best_first_and_cut_at_k(store: Store) -> None:
    written(store)
    found = store.search(Kind.CHUNK, "simvastatin CYP3A4 inhibits", k=99)
    order = [(-hit.score, hit.id) for hit in found]
    assert order == sorted(order)
    assert len(found) == 4
    assert store.search(Kind.CHUNK, "simvastatin CYP3A4 inhibits", k=2) == found[:2]
    assert store.search(Kind.CHUNK, "simvastatin", k=0) == []


@pytest.mark.parametrize(
    "text", ["", "   ", "the of and", '"', "AND", "OR NOT", "()", "*", "-", "+ - && || ! ( ) { } [ ] ^ ~ ? : \\ /"]
)
def test_text_without_a_word_has_no_hit(store: Store, text: str) -> None:
    written(store)
    for kind in Kind:
        assert store.search(kind, text, k=9) == []


@pytest.mark.parametrize(
    "text",
    [
        "5-FU/leucovorin",
        '"5-FU/leucovorin"',
        'leucovorin"',
        "'leucovorin' AND OR NOT NEAR",
        "leucovorin AND",
        "(leucovorin OR",
        "leucovorin* -x +y ~2 ^3",
        "terms:leucovorin",
        "leucovorin\x00\n\t",
        "{leucovorin} [a TO b]",
        "leucovorin' OR 1=1 --",
        "leucovorin \ud800",
    ],
)
def test_no_character_is_an_operator(store: Store, text: str) -> None:
    written(store)
    assert names(store, [store.search(Kind.ENTITY, text, k=9)[0].id]) == ["5-FU/leucovorin"]
    assert store.search(Kind.EVIDENCE, text, k=9)


@pytest.mark.parametrize("word", BEYOND_ASCII)
def test_words_of_every_script_are_found(store: Store, word: str) -> None:
    written(store, [contribution("a.md", [Fact(Name(word), "CAUSES", MYOPATHY)]), *corpus()])
    assert names(store, [hit.id for hit in store.search(Kind.ENTITY, word, k=9)]) == [word]


def test_very_long_words_and_texts_are_searched(store: Store) -> None:
    long, longer = "ab" * 200, "ab" * 20_000
    written(store, [contribution("a.md", [Fact(Name(long), "CAUSES", MYOPATHY)]), *corpus()])
    assert names(store, [hit.id for hit in store.search(Kind.ENTITY, longer, k=9)]) == [long]
    question = " ".join(f"word{i}" for i in range(5_000))
    assert store.search(Kind.CHUNK, f"myopathy {question}", k=9)
    assert store.search(Kind.CHUNK, question, k=9) == []


# ------------------------------------------------------------------------------------------------ the store itself


def test_what_is_written_is_there_after_closing(store: Store, place: Place) -> None:
    written(store)
    before = store.fingerprint()
    store.close()
    store.close()
    assert place.open().fingerprint() == before


def test_the_fingerprint_is_of_the_content(store: Store) -> None:
    empty = store.fingerprint()
    made = written(store)
    full = store.fingerprint()
    store.remove(made[4].document.id)
    assert len({empty, full, store.fingerprint()}) == 3
    store.write(made[4])
    assert store.fingerprint() == full


@pytest.mark.parametrize(("model", "dim"), [("another model", DIM), (MODEL, DIM * 2)])
def test_another_model_or_dimension_is_refused_by_name(store: Store, place: Place, model: str, dim: int) -> None:
    written(store)
    with pytest.raises(EmbeddingMismatch, match=rf"{MODEL} \({DIM} .*hoptrace reembed") as refused:
        place.open(model=model, dim=dim)
    assert f"EMBEDDING_MODEL={MODEL}" in str(refused.value)
    assert "\n" not in str(refused.value)
