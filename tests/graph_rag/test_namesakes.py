"""Entities that share a name count as one; names are parts of names."""

from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graph_rag.namesakes import Entities, Stretches, as_id, as_numbers, bearers, stretches, united

PAIRS = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(["x", "y", "z", "x y", "w"])), max_size=12)
PRESS, SCHOOL, CITY, OF = "00", "01", "02", "ff"
NAMES = {PRESS: "university of chicago press", SCHOOL: "university of chicago", CITY: "chicago", OF: "of"}


def number(entities: Entities, id_: str) -> int:
    return int(entities.find(as_numbers([id_]))[0])


def parts(names: dict[str, str]) -> set[tuple[int, int]]:
    found = united(bearers(list(names.items()))).parts(Stretches(*stretches(names.values())))
    return {(int(whole), int(part)) for whole, part in zip(*found, strict=True)}


def test_one_name_with_two_types_is_one() -> None:
    entities = united(bearers([("a", "ai weiwei"), ("b", "ai weiwei"), ("c", "human flow")]))
    assert (number(entities, "a"), number(entities, "b"), number(entities, "c"), number(entities, "d")) == (0, 0, 1, -1)
    assert entities.firsts.tolist() == [0xA, 0xC]


def test_names_unite_through_other_names() -> None:
    entities = united(bearers([("a", "x"), ("b", "x"), ("b", "y"), ("c", "y"), ("d", "z"), ("c", "z")]))
    assert len(entities) == 1


@given(PAIRS, st.randoms(use_true_random=False))
def test_numbers_do_not_depend_on_the_order(pairs: list[tuple[str, str]], random: Random) -> None:
    shuffled = list(pairs)
    random.shuffle(shuffled)
    one, other = united(bearers(pairs)), united(bearers(shuffled))
    assert one.numbers.tolist() == other.numbers.tolist()
    assert sorted(set(one.numbers.tolist())) == list(range(len(one)))
    alike = {(a, b) for a, name in pairs for b, same in pairs if name == same}
    assert all(number(one, a) == number(one, b) for a, b in alike)


def test_the_longest_names_within_a_name_are_its_parts() -> None:
    assert parts(NAMES) == {(0, 1), (1, 2)}


def test_a_part_that_also_stands_beside_a_longer_one_counts() -> None:
    assert parts({"0": "bank of chicago chicago branch", "1": "bank of chicago", "2": "chicago"}) == {(0, 1), (0, 2), (1, 2)}


def test_a_part_is_compared_in_the_form_of_a_name_of_its_own() -> None:
    names = {"0": "ray charles singer", "1": "ray charle", "2": "centers for aids research", "3": "aids"}
    assert parts(names) == {(0, 1), (2, 3)}
    assert parts({"0": "centers for aids research", "1": "aids", "2": "aid"}) == {(0, 1), (0, 2)}


def test_stop_words_numbers_and_single_names_have_no_parts() -> None:
    assert parts({"0": "the of 1999", "1": "the", "2": "of", "3": "1999"}) == set()
    assert parts({}) == parts({"0": ""}) == set()


def test_the_name_of_a_people_leads_to_its_country_beside_its_own_parts() -> None:
    names = {"0": "austrian army", "1": "austria", "2": "austrian", "3": "army museum", "4": "army"}
    assert parts(names) == {(0, 1), (0, 2), (0, 4), (2, 1), (3, 4)}
    assert parts({"0": "south african", "1": "south africa", "2": "africa"}) == {(0, 1), (1, 2)}


@given(st.lists(st.integers(0, 2**64 - 1), max_size=5))
def test_an_id_is_its_number(numbers: list[int]) -> None:
    ids = [as_id(each) for each in numbers]
    assert np.array_equal(as_numbers(ids), np.array(numbers, dtype=np.uint64))
    assert all(len(id_) == 16 for id_ in ids)
