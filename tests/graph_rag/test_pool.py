"""The pool of passages: sentences of different numbers, and of none."""

import numpy as np

from graph_builder.model import Chunk, Sentence, Vectors
from graph_builder.stores import Named
from graph_builder.terms import terms
from graph_rag.incidence import incidence
from graph_rag.namesakes import bearers, united
from graph_rag.neighbourhood import Neighbourhood
from graph_rag.pool import Asked, Pool
from graph_rag.reading import Place

VECTORS = np.eye(3, dtype=np.float32)


def place(id_: str, text: str, sentences: Vectors) -> Place:
    return Place(Chunk(id_, "d", 0, 0, len(text), text, "Title > Part"), (), VECTORS[0], sentences)


def pool(*places: Place) -> Pool:
    nothing, none = np.zeros(len(places), dtype=np.float32), np.zeros(0, dtype=np.int64)
    empty = incidence(none, none, (len(places), 0))
    nobody, alike = united(bearers([])), nothing + 1
    near = Neighbourhood(list(places), nobody, empty, empty, empty, nothing[:0], *[nothing] * 4, alike, alike)
    held = [frozenset(terms(place.chunk.text)) for place in places]
    return Pool(near, Asked("When was Carol Reed born?", ()), range(len(places)), held)


def test_each_passage_is_compared_by_its_best_sentence() -> None:
    of = pool(place("a", "x", VECTORS[:2]), place("b", "x", VECTORS[:0]), place("c", "x", VECTORS[2:]))
    assert of.best_sentences(VECTORS).tolist() == [[1, -1, 0], [1, -1, 0], [0, -1, 1]]


def test_passages_without_sentences_have_no_best_one() -> None:
    assert pool(place("a", "x", VECTORS[:0])).best_sentences(VECTORS[:1]).tolist() == [[-1]]


def test_a_rarer_word_of_the_question_weighs_more() -> None:
    of = pool(place("a", "Carol Reed was born", VECTORS[:1]), *(place(c, "was born", VECTORS[:1]) for c in "bcd"))
    has, weight = of.words
    assert np.isclose(weight.sum(), 1)
    assert np.isclose((has @ weight)[0], 1)
    assert (has @ weight)[1] < 0.5


def test_what_a_passage_tells_of_an_entity_is_as_near_as_the_sentence_that_names_it() -> None:
    film, reed, vienna = (f"{n:016x}" for n in range(3))
    named = (Named(0, 0, film, "film"), Named(2, 6, reed, "reed"), Named(12, 18, vienna, "vienna"), Named(14, 18, reed, "reed"))
    chunk = Chunk("a", "d", 0, 0, 20, "x" * 20, "Film", (Sentence(0, 0, 10), Sentence(1, 11, 20)))
    entities = united(bearers([(film, "film"), (reed, "reed"), (vienna, "vienna")]))
    best, each, empty = np.array([0.8], dtype=np.float32), np.array([0.8, 0.2], dtype=np.float32), np.zeros(0, dtype=np.int64)
    none = incidence(empty, empty, (1, 3))
    places = [Place(chunk, named, VECTORS[0], VECTORS[:2])]
    near = Neighbourhood(places, entities, none, none, none, *[best] * 7, [each])
    told = Pool(near, Asked("?", ()), [0], [frozenset()]).told([0])
    assert np.allclose(told, [[1, 1, 0.25]])
