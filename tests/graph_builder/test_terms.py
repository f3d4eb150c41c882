import math

import pytest

from graph_builder.terms import Corpus, bm25, query_terms, telling, terms


def test_terms_are_folded_stemmed_and_without_stop_words() -> None:
    assert terms("It INHIBITS the CYP3A4-mediated metabolism of 5-FU") == ["inhibit", "cyp3a4", "mediat", "metabol", "5", "fu"]


def test_bm25_is_the_formula() -> None:
    texts = [("a", ["x", "y"]), ("b", ["x", "x", "z", "z"]), ("c", ["z", "z", "z"])]
    corpus = Corpus(3, 3.0, {"x": 2})
    idf = math.log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    expected = {
        "a": idf * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 2 / 3)),
        "b": idf * 2 * 2.2 / (2 + 1.2 * (0.25 + 0.75 * 4 / 3)),
    }
    found = bm25(["x", "absent"], texts, corpus)
    assert dict(found) == pytest.approx(expected, abs=1e-6)
    assert [id_ for id_, _ in found] == sorted(expected, key=lambda i: -expected[i])


def test_query_terms_are_distinct_and_not_endless() -> None:
    assert query_terms("zinc iron zinc the iron") == ["iron", "zinc"]
    assert len(query_terms(" ".join(f"word{i}" for i in range(5_000)))) == 500


def test_long_words_are_cut_alike_in_texts_and_questions() -> None:
    assert terms("ab" * 5_000) == query_terms("ab" * 9_000) == ["ab" * 50]


def test_of_a_large_corpus_only_the_rarest_terms_are_searched_for() -> None:
    corpus = Corpus(100_000, 50.0, {"director": 9_000, "film": 30_000, "reed": 40, "spouse": 800})
    assert telling(["absent", "director", "film", "reed", "spouse"], corpus) == ["absent", "director", "reed", "spouse"]
    assert telling(["absent", "film"], corpus) == ["absent", "film"]
    assert telling([], corpus) == []
    small = Corpus(1_000, 50.0, dict.fromkeys("abcdefgh", 900))
    assert telling(list("abcdefgh"), small) == list("abcdefgh")
