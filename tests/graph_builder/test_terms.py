import math

import pytest

from graph_builder.terms import Corpus, bm25, terms


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
