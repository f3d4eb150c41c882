"""Measures against values that were computed by hand."""

import pytest

from graph_rag.evaluation import metrics

RANKING = ["x", "a", "y", "b", "z", "c"]


@pytest.mark.parametrize(("k", "found"), [(1, 0.0), (2, 1 / 3), (5, 2 / 3), (10, 1.0)])
def test_recall(k: int, found: float) -> None:
    assert metrics.recall(RANKING, ["a", "b", "c"], k) == pytest.approx(found)


def test_a_gold_document_that_is_named_twice_counts_once() -> None:
    assert metrics.recall(["a"], ["a", "a"], 2) == 1.0


@pytest.mark.parametrize(("gold", "found"), [(["a", "b"], 1.0), (["a", "c"], 0.0)])
def test_all_gold(gold: list[str], found: float) -> None:
    assert metrics.all_gold(RANKING, gold, 5) == found


@pytest.mark.parametrize(("gold", "found"), [(["x"], 1.0), (["b", "c"], 0.25), (["nowhere"], 0.0)])
def test_reciprocal_rank(gold: list[str], found: float) -> None:
    assert metrics.reciprocal_rank(RANKING, gold) == found


def test_ndcg() -> None:
    # Gains at ranks 2 and 4: 1/log2(3) + 1/log2(5) = 0.63093 + 0.43068; the best order has 1 + 0.63093.
    assert metrics.ndcg(RANKING, ["a", "b"], 10) == pytest.approx((0.630930 + 0.430677) / 1.630930, abs=1e-5)
    assert metrics.ndcg(RANKING, ["a", "b"], 3) == pytest.approx(0.630930 / 1.630930, abs=1e-5)
    assert metrics.ndcg(["a", "b"], ["b", "a"], 10) == 1.0


@pytest.mark.parametrize(
    ("said", "gold", "same"),
    [
        ("The Beatles!", ["beatles"], True),
        ("an  apple", ["Apple."], True),
        ("G. Stanley Hall", ["Granville Stanley Hall", "g stanley hall"], True),
        ("theory", ["ory"], False),
        ("U.S.A.", ["USA"], True),
        ("", ["Paris"], False),
        ("Paris", [], False),
    ],
)
def test_exact_match_is_that_of_squad_over_all_aliases(said: str, gold: list[str], same: bool) -> None:
    assert metrics.exact_match(said, gold) == float(same)


def test_f1_is_the_best_over_aliases() -> None:
    # {stanley, hall} of 3 words said and 2 gold: precision 2/3, recall 1.
    assert metrics.f1("Stanley Hall president", ["Stanley Hall", "nobody"]) == pytest.approx(0.8)
    # "the" is no word; "cat" is shared once, though said twice: precision 1/2, recall 1/2.
    assert metrics.f1("the cat cat", ["cat dog"]) == pytest.approx(0.5)
    assert metrics.f1("yes", ["no"]) == 0.0
    assert metrics.f1("yes indeed", ["yes"]) == 0.0
    assert metrics.f1("no", ["No."]) == 1.0


@pytest.mark.parametrize("gold", ["!?", "A", "the"])
def test_an_abstention_is_never_the_gold_answer(gold: str) -> None:
    assert metrics.exact_match("", [gold]) == metrics.f1("", [gold]) == metrics.contained("", [gold]) == 0.0
    assert metrics.exact_match(gold, [gold]) == metrics.f1(gold, [gold]) == 1.0


def test_contained_holds_to_whole_words() -> None:
    assert metrics.contained("It was Hank Snow, who sang it.", ["Hank Snow"]) == 1.0
    assert metrics.contained("Hanks Snowfall", ["Hank Snow"]) == 0.0
    assert metrics.contained("anything", ["the"]) == 0.0
