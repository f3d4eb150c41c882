"""The contract of `Store`, reading: what each docstring of the protocol says of a store that holds `corpus`."""

from dataclasses import replace

import numpy as np
import pytest

from graph_builder.errors import EmbeddingMismatch
from graph_builder.model import Kind, Mention, Modality, Polarity
from graph_builder.stores import Counts, Expansion, Hit, Named, Store, Whereabouts
from graph_builder.terms import terms
from tests.contracts.contributions import (
    BIAXIN,
    CLARITHROMYCIN,
    CYP3A4,
    CYP3A5,
    DIM,
    MODEL,
    MYOPATHY,
    P_GLYCOPROTEIN,
    P_GP,
    SIMVASTATIN,
    Fact,
    Name,
    contribution,
    corpus,
    name_vector,
    text_vector,
)
from tests.contracts.places import Place, entity, names, written


def test_documents_chunks_and_evidence_read_back(filled: Store) -> None:
    for c in corpus():
        assert filled.fetch_documents([c.document.id]) == {c.document.id: c.document}
        assert filled.fetch_chunks([chunk.id for chunk in c.chunks]) == {chunk.id: chunk for chunk in c.chunks}
        assert filled.fetch_evidence([e.id for e in c.evidence]) == {e.id: e for e in c.evidence}
        assert filled.fetch_aliases([a.id for a in c.aliases]) == {a.id: a.name for a in c.aliases}


def test_the_ids_of_all_chunks_are_sorted(filled: Store) -> None:
    assert filled.chunk_ids() == sorted(chunk.id for c in corpus() for chunk in c.chunks)


def test_sentence_vectors_read_back_in_order(filled: Store) -> None:
    made = corpus()[0]
    found = filled.sentence_vectors([chunk.id for chunk in made.chunks])
    assert [found[chunk.id].shape for chunk in made.chunks] == [(2, DIM), (1, DIM)]
    assert np.array_equal(np.concatenate([found[chunk.id] for chunk in made.chunks]), made.sentence_vectors)
    assert all(vectors.dtype == np.float32 for vectors in found.values())


def test_documents_are_listed_by_source(filled: Store) -> None:
    made = {c.document.source: c for c in corpus()}
    listed = filled.documents()
    assert [record.source for record in listed] == sorted(made)
    for record in listed:
        c = made[record.source]
        assert record == (c.document.id, c.document.name, c.document.source, c.recipe, len(c.chunks))


def test_counts(filled: Store) -> None:
    # clarithromycin and Biaxin are one by the pack, P-gp and P-glycoprotein by declaration, which is evidence of no relation;
    # "inhibits CYP3A4" is one relation of two documents.
    assert filled.counts() == Counts(documents=5, chunks=6, entities=7, relations=6, evidence=8, quarantined=1)


def test_ids_that_are_not_there_are_left_out(filled: Store) -> None:
    made = corpus()[0]
    chunk = made.chunks[0].id
    assert filled.fetch_documents(["nothing"]) == {}
    assert list(filled.fetch_chunks(["nothing", chunk])) == [chunk]
    assert filled.fetch_entities(["nothing"]) == {}
    assert filled.fetch_aliases(["nothing"]) == {}
    assert filled.fetch_evidence(["nothing"]) == {}
    assert list(filled.sentence_vectors([chunk, "nothing"])) == [chunk]
    assert filled.entities_named(["nothing"]) == {}
    assert list(filled.mentions(["nothing", chunk])) == list(filled.vectors(Kind.CHUNK, ["nothing", chunk])) == [chunk]
    assert filled.mentioned(["nothing"], cap=5) == {}
    assert filled.expand(["nothing"], cap=5) == Expansion()
    assert filled.remove("nothing") is False


def test_empty_questions_have_empty_answers(filled: Store) -> None:
    for fetch in (filled.fetch_documents, filled.fetch_chunks, filled.fetch_entities, filled.fetch_evidence):
        assert fetch([]) == {}
    assert filled.fetch_aliases([]) == filled.sentence_vectors([]) == filled.entities_named([]) == {}
    assert filled.mentions([]) == filled.mentioned([], cap=5) == filled.vectors(Kind.ENTITY, []) == {}
    assert filled.expand([], cap=5) == Expansion()
    assert filled.ties([]) == []


def test_ids_may_be_asked_for_twice(filled: Store) -> None:
    made = corpus()[0]
    chunk = made.chunks[0].id
    assert list(filled.fetch_chunks([chunk, chunk])) == [chunk]
    id_ = entity(filled, SIMVASTATIN)
    assert filled.expand([id_, id_], cap=5) == filled.expand([id_], cap=5)


def test_entities_have_their_aliases_and_the_reasons_that_join_them(filled: Store) -> None:
    found = filled.fetch_entities([entity(filled, CLARITHROMYCIN), entity(filled, P_GP)])
    drug, transporter = found[entity(filled, BIAXIN)], found[entity(filled, P_GLYCOPROTEIN)]
    assert (drug.name, drug.type, drug.aliases) == ("clarithromycin", "Drug", ("Biaxin", "clarithromycin"))
    assert drug.alias_ids == tuple(sorted((BIAXIN.alias.id, CLARITHROMYCIN.alias.id)))
    assert [(join.reason, join.score, join.evidence_id) for join in drug.joins] == [("pack", 1.0, "")]
    declaration = corpus()[3].evidence[0].id
    assert (transporter.name, transporter.aliases) == ("P-glycoprotein", ("P-glycoprotein", "P-gp"))
    assert [(join.reason, join.evidence_id) for join in transporter.joins] == [("declared", declaration)]


def test_entities_are_named_by_aliases_and_canonical_names_in_any_spelling(filled: Store) -> None:
    (drug,) = filled.entities_named(["BIAXIN"])["BIAXIN"]
    assert filled.entities_named(["Clarithromycin", "p gp", "P–GP"]) == {
        "Clarithromycin": (drug,),
        "p gp": (entity(filled, P_GP),),
        "P–GP": (entity(filled, P_GP),),
    }


def test_a_normalised_name_is_not_normalised_again(store: Store) -> None:
    written(store, [contribution("aids.md", [Fact(Name("AIDS", "Disease"), "WEAKENS", Name("aid", "Help"))])])
    (disease,) = store.entities_named(["AIDS"])["AIDS"]
    assert store.entities_named(["aids"], normalised=True) == {"aids": (disease,)}
    assert store.entities_named(["aids"])["aids"] == store.entities_named(["aid"])["aid"] != (disease,)
    chunk = next(iter(store.search(Kind.CHUNK, "weakens", k=1))).id
    assert {n.name for n in store.mentions([chunk])[chunk]} == {"aids", "aid"}


def test_chunks_have_the_terms_of_their_headings_and_texts(filled: Store) -> None:
    made = corpus()[0].chunks
    found = filled.terms([chunk.id for chunk in made] + ["nothing"])
    assert found == {chunk.id: frozenset(terms(f"{chunk.heading} {chunk.text}")) for chunk in made}
    assert filled.terms([]) == {}


def test_mentions_are_told_by_place(filled: Store) -> None:
    first, second = corpus()[0].chunks
    found = filled.mentions([second.id, first.id])
    text = corpus()[0].document.text
    assert [(text[n.start : n.end], n.entity_id) for n in found[first.id]] == [
        ("clarithromycin", entity(filled, CLARITHROMYCIN)),
        ("CYP3A4", entity(filled, CYP3A4)),
        ("Biaxin", entity(filled, CLARITHROMYCIN)),
        ("P-gp", entity(filled, P_GP)),
    ]
    assert {n.entity_id for n in found[second.id]} == {entity(filled, n) for n in (CLARITHROMYCIN, CYP3A5)}


def test_an_entity_is_mentioned_where_a_chunk_names_it(filled: Store) -> None:
    first, second = (chunk.id for chunk in corpus()[0].chunks)
    third = corpus()[2].chunks[0].id
    drug, enzyme = entity(filled, CLARITHROMYCIN), entity(filled, CYP3A5)
    chunks = tuple(sorted((first, second, third)))
    assert filled.mentioned([enzyme, drug], cap=9) == {drug: Whereabouts(chunks, 3), enzyme: Whereabouts((second,), 1)}
    assert filled.mentioned([drug], cap=2) == {drug: Whereabouts(chunks[:2], 3)}


def test_chunks_under_an_entitys_title_come_first(store: Store) -> None:
    made = [contribution(f"{n}.md", [Fact(SIMVASTATIN, "CAUSES", MYOPATHY)]) for n in range(5)]
    last = max(made, key=lambda c: c.chunks[0].id)
    titled = replace(last, mentions=(*last.mentions, Mention(SIMVASTATIN.alias.id, last.chunks[0].id, 0, 0)))
    written(store, [*(c for c in made if c is not last), titled])
    drug, chunk = entity(store, SIMVASTATIN), last.chunks[0].id
    found = store.mentioned([drug], cap=2)[drug]
    assert (found.chunk_ids[0], len(found.chunk_ids), found.total) == (chunk, 2, 5)
    assert store.mentions([chunk])[chunk][0] == Named(0, 0, drug, "simvastatin")


def test_vectors_are_those_that_were_written(filled: Store) -> None:
    made = corpus()[0]
    found = filled.vectors(Kind.CHUNK, [chunk.id for chunk in made.chunks])
    assert all(np.array_equal(found[c.id], v) for c, v in zip(made.chunks, made.chunk_vectors, strict=True))
    assert np.array_equal(filled.vectors(Kind.ENTITY, [entity(filled, CYP3A4)])[entity(filled, CYP3A4)], name_vector("CYP3A4"))
    assert np.array_equal(filled.vectors(Kind.EVIDENCE, [made.evidence[0].id])[made.evidence[0].id], made.evidence_vectors[0])


def test_equal_claims_are_one_relation_of_all_their_evidence(filled: Store) -> None:
    made = corpus()
    (relation,) = [
        r for r in filled.expand([entity(filled, CYP3A4)], cap=9).relations if r.subject == entity(filled, CLARITHROMYCIN)
    ]
    assert (relation.predicate, relation.object) == ("INHIBITS", entity(filled, CYP3A4))
    assert (relation.polarity, relation.modality) == (Polarity.AFFIRMED, Modality.ASSERTED)
    assert (relation.confidence, relation.qualifiers, relation.extractor) == (0.95, "strongly", "made-up 1")
    assert relation.evidence_ids == tuple(sorted((made[0].evidence[0].id, made[2].evidence[0].id)))


def test_expansion_is_best_first_with_every_direction(filled: Store) -> None:
    found = filled.expand([entity(filled, CYP3A4), entity(filled, MYOPATHY)], cap=9)
    order = [(-r.confidence, -len(r.evidence_ids), r.id) for r in found.relations]
    assert order == sorted(order)
    assert [r.confidence for r in found.relations] == [0.95, 0.9, 0.8]
    assert len({r.id for r in found.relations}) == len(found.relations)
    assert found.capped == frozenset()


def test_ties_are_all_relations_between_two_whichever_way_they_run(filled: Store) -> None:
    drug, enzyme, other = (entity(filled, name) for name in (CLARITHROMYCIN, CYP3A4, MYOPATHY))
    around = filled.expand([drug], cap=99).relations
    between = sorted((r for r in around if enzyme in (r.subject, r.object)), key=lambda r: r.id)
    assert between
    assert filled.ties([(drug, enzyme)]) == filled.ties([(enzyme, drug), (drug, enzyme), (other, other)]) == between
    assert filled.ties([(drug, "nothing")]) == []


def test_nearest_is_by_cosine_best_first(filled: Store) -> None:
    made = corpus()
    vector = text_vector("a question")
    rows = {Kind.CHUNK: [], Kind.EVIDENCE: []}
    for c in made:
        rows[Kind.CHUNK] += zip([x.id for x in c.chunks], c.chunk_vectors, strict=True)
        rows[Kind.EVIDENCE] += zip([x.id for x in c.evidence], c.evidence_vectors, strict=True)
    for kind, pairs in rows.items():
        exact = [Hit(id_, round(float(row.astype(float) @ vector.astype(float)), 6)) for id_, row in pairs]
        expected = sorted(exact, key=lambda hit: (-hit.score, hit.id))
        assert filled.nearest(kind, vector, k=99) == expected
        assert filled.nearest(kind, vector, k=3) == expected[:3]
        assert filled.nearest(kind, vector, k=0) == []


def test_nearest_entity_is_found_by_its_name(filled: Store) -> None:
    made = corpus()
    row = [a.id for a in made[1].aliases].index(SIMVASTATIN.alias.id)
    best = filled.nearest(Kind.ENTITY, made[1].alias_vectors[row], k=1)
    assert best == [Hit(entity(filled, SIMVASTATIN), 1.0)]


def test_search_finds_words_in_any_form_and_case(filled: Store) -> None:
    made = corpus()
    both = {chunk.id for chunk in made[0].chunks}
    assert {hit.id for hit in filled.search(Kind.CHUNK, "INHIBITED by clarithromycin's interaction", k=2)} == both
    found = filled.search(Kind.EVIDENCE, "myopathy", k=9)
    assert [hit.id for hit in found] == [made[1].evidence[1].id]
    assert found[0].score > 0
    assert names(filled, [hit.id for hit in filled.search(Kind.ENTITY, "Biaxin", k=9)]) == ["clarithromycin"]


def test_search_scores_are_bm25_best_first_and_cut_at_k(filled: Store) -> None:
    found = filled.search(Kind.CHUNK, "simvastatin CYP3A4 inhibits", k=99)
    order = [(-hit.score, hit.id) for hit in found]
    assert order == sorted(order)
    assert len(found) == 4
    assert filled.search(Kind.CHUNK, "simvastatin CYP3A4 inhibits", k=2) == found[:2]
    assert filled.search(Kind.CHUNK, "simvastatin", k=0) == []


@pytest.mark.parametrize(
    "text", ["", "   ", "the of and", '"', "AND", "OR NOT", "()", "*", "-", "+ - && || ! ( ) { } [ ] ^ ~ ? : \\ /"]
)
def test_text_without_a_word_has_no_hit(filled: Store, text: str) -> None:
    for kind in Kind:
        assert filled.search(kind, text, k=9) == []


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
def test_no_character_is_an_operator(filled: Store, text: str) -> None:
    assert names(filled, [filled.search(Kind.ENTITY, text, k=9)[0].id]) == ["5-FU/leucovorin"]
    assert filled.search(Kind.EVIDENCE, text, k=9)


@pytest.mark.parametrize(("model", "dim"), [("another model", DIM), (MODEL, DIM * 2)])
@pytest.mark.usefixtures("filled")
def test_another_model_or_dimension_is_refused_by_name(place: Place, model: str, dim: int) -> None:
    with pytest.raises(EmbeddingMismatch, match=rf"{MODEL} \({DIM} .*ingest into an empty store") as refused:
        place.open(model=model, dim=dim)
    assert f"EMBEDDING_MODEL={MODEL}" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_each_state_has_a_revision_of_its_own(store: Store, place: Place) -> None:
    seen = [store.revision()]
    for each in corpus()[:2]:
        store.write(each)
        seen.append(store.revision())
    assert store.revision() == seen[-1]
    store.remove(corpus()[1].document.id)
    seen.append(store.revision())
    again = place.fresh()
    for each in corpus()[:2]:
        again.write(each)
        seen.append(again.revision())
    assert len(set(seen)) == len(seen)
