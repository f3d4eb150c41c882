"""Entities that share a name count as one; names are parts of names."""

from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graph_rag.namesakes import Entities, hashed, united

PAIRS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4)), max_size=12)
PRESS, SCHOOL, CITY, OF = range(4)
NAMES = ["university of chicago press", "university of chicago", "chicago", "of"]


def numbered(pairs: list[tuple[int, int]]) -> Entities:
    """Of pairs of an entity and a name."""
    entities, names = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return united(entities, names, (6, 5))


def parts(names: list[str]) -> set[tuple[int, int]]:
    each = np.arange(len(names))
    found = united(each, each, (len(names), len(names))).parts(*hashed(names))
    return {(int(whole), int(part)) for whole, part in zip(*found, strict=True)}


def test_one_name_with_two_types_is_one() -> None:
    entities = numbered([(4, 0), (2, 0), (3, 1)])
    assert entities.find(np.array([4, 2, 3, 5, -1])).tolist() == [0, 0, 1, -1, -1]
    assert entities.firsts.tolist() == [4, 3]


def test_names_unite_through_other_names() -> None:
    assert len(numbered([(0, 0), (1, 0), (1, 1), (2, 1), (3, 2), (2, 2)])) == 1


@given(PAIRS, st.randoms(use_true_random=False))
def test_what_is_united_does_not_depend_on_the_order(pairs: list[tuple[int, int]], random: Random) -> None:
    shuffled = list(pairs)
    random.shuffle(shuffled)

    def classes(entities: Entities) -> set[frozenset[int]]:
        numbers = entities.find(np.arange(6))
        return {frozenset(np.flatnonzero(numbers == number).tolist()) for number in range(len(entities))}

    one = numbered(pairs)
    assert classes(one) == classes(numbered(shuffled))
    assert all(one.find(np.array([a])) == one.find(np.array([b])) for a, name in pairs for b, same in pairs if name == same)
    # Numbers are in the order in which entities first stand.
    firsts = [int(one.find(np.array([entity]))[0]) for entity, _ in pairs]
    assert list(dict.fromkeys(firsts)) == list(range(len(one)))


def test_the_longest_names_within_a_name_are_its_parts() -> None:
    assert parts(NAMES) == {(0, 1), (1, 2)}


def test_a_part_that_also_stands_beside_a_longer_one_counts() -> None:
    assert parts(["bank of chicago chicago branch", "bank of chicago", "chicago"]) == {(0, 1), (0, 2), (1, 2)}


def test_a_part_is_compared_in_the_form_of_a_name_of_its_own() -> None:
    names = ["ray charles singer", "ray charle", "centers for aids research", "aids"]
    assert parts(names) == {(0, 1), (2, 3)}
    assert parts(["centers for aids research", "aids", "aid"]) == {(0, 1), (0, 2)}


def test_stop_words_numbers_and_single_names_have_no_parts() -> None:
    assert parts(["the of 1999", "the", "of", "1999"]) == set()
    assert parts([]) == parts([""]) == set()


def test_the_name_of_a_people_leads_to_its_country_beside_its_own_parts() -> None:
    names = ["austrian army", "austria", "austrian", "army museum", "army"]
    assert parts(names) == {(0, 1), (0, 2), (0, 4), (2, 1), (3, 4)}
    assert parts(["south african", "south africa", "africa"]) == {(0, 1), (1, 2)}
