"""The pool of passages: sentences of different numbers, and of none."""

import numpy as np

from graph_builder.model import Vectors
from graph_builder.terms import terms
from graph_rag.atlas import Atlas, Mentions
from graph_rag.incidence import incidence
from graph_rag.namesakes import united
from graph_rag.neighbourhood import Neighbourhood
from graph_rag.pool import Asked, Pool
from graph_rag.reading import Place

VECTORS = np.eye(3, dtype=np.float32)
NONE = np.zeros(0, dtype=np.int64)


def place(id_: str, text: str, sentences: Vectors) -> tuple[Place, str]:
    return Place(id_, 0, VECTORS[0], sentences, 1.0, 1.0, VECTORS[0, : len(sentences)]), text


def pool(*given: tuple[Place, str]) -> Pool:
    nothing, empty = np.zeros(len(given), dtype=np.float32), incidence(NONE, NONE, (len(given), 0))
    nobody, alike, places = united(NONE, NONE, (0, 0)), nothing + 1, [place for place, _ in given]
    named = Mentions(NONE, NONE, NONE)
    near = Neighbourhood(places, Atlas(), nobody, named, NONE, empty, empty, empty, nothing[:0], *[nothing] * 4, alike, alike)
    return Pool(near, Asked("When was Carol Reed born?", ()), range(len(given)), [frozenset(terms(text)) for _, text in given])


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
    film, reed, vienna = range(3)
    given, sentences = np.array([film, reed, vienna, reed]), np.array([-1, 0, 1, 1])
    each = np.arange(3)
    best, cosines = np.array([0.8], dtype=np.float32), np.array([0.8, 0.2], dtype=np.float32)
    none = incidence(NONE, NONE, (1, 3))
    places, named = (
        [Place("a", 0, VECTORS[0], VECTORS[:2], 0.8, 0.8, cosines)],
        Mentions(np.zeros(4, dtype=np.int64), given, sentences),
    )
    near = Neighbourhood(places, Atlas(), united(each, each, (3, 3)), named, given, none, none, none, *[best] * 7)
    told = Pool(near, Asked("?", ()), [0], [frozenset()]).told([0])
    assert np.allclose(told, [[1, 1, 0.25]])
