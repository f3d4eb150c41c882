"""Entities that share a name count as one; names are parts of names."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from graph_rag.namesakes import parts, united

PAIRS = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(["x", "y", "z", "x y", "w"])), max_size=12)


def test_one_name_with_two_types_is_one() -> None:
    number = united([("person", "ai weiwei"), ("organization", "ai weiwei"), ("film", "human flow")])
    assert number["person"] == number["organization"] != number["film"]
    assert sorted(set(number.values())) == [0, 1]


def test_names_unite_through_other_names() -> None:
    assert set(united([("a", "x"), ("b", "x"), ("b", "y"), ("c", "y")]).values()) == {0}


@given(PAIRS, st.randoms(use_true_random=False))
def test_numbers_do_not_depend_on_the_order(pairs: list[tuple[str, str]], random: Random) -> None:
    shuffled = list(pairs)
    random.shuffle(shuffled)
    assert united(pairs) == united(shuffled)
    assert sorted(set(united(pairs).values())) == list(range(len(set(united(pairs).values()))))


def test_the_longest_names_within_a_name_are_its_parts() -> None:
    pairs = {("press", "university of chicago press"), ("school", "university of chicago"), ("city", "chicago"), ("of", "of")}
    number = united(pairs)
    assert parts(pairs, number)[number["press"]] == {number["school"]}
    assert parts(pairs, number)[number["school"]] == {number["city"]}
    assert number["city"] not in parts(pairs, number)
