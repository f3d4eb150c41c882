"""Which passages hold which entities, as pairs: the same as with the whole matrix."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from graph_rag.incidence import Distinct, Incidence, incidence, matches

FLAGS = arrays(np.bool_, (4, 6))
NUMBERS = st.lists(st.integers(0, 5), max_size=8).map(lambda found: np.array(found, dtype=np.int64))


def of(flags: np.ndarray) -> Incidence:
    return incidence(*np.nonzero(flags), flags.shape)


@given(FLAGS, FLAGS)
def test_pairs_count_join_and_part_as_the_matrix_does(one: np.ndarray, other: np.ndarray) -> None:
    assert of(one).counts.tolist() == one.sum(axis=0).tolist()
    assert ((of(one) + (of(other) - of(one))).flags(range(4)) == one | other).all()
    assert ((of(one) - of(other)).flags(range(4)) == one & ~other).all()


@given(FLAGS)
def test_flags_are_those_of_the_passages_asked_for_in_their_order(flags: np.ndarray) -> None:
    assert (of(flags).flags([2, 0]) == flags[[2, 0]]).all()


def test_a_pair_that_is_given_twice_counts_once() -> None:
    twice = incidence(np.array([1, 0, 1]), np.array([2, 1, 2]), (2, 3))
    assert list(zip(twice.passages.tolist(), twice.entities.tolist(), strict=True)) == [(0, 1), (1, 2)]


@given(NUMBERS, NUMBERS)
def test_matches_are_all_equal_places(left: np.ndarray, right: np.ndarray) -> None:
    found = set(zip(*(each.tolist() for each in matches(left, right)), strict=True))
    assert found == {(i, j) for i in range(len(left)) for j in range(len(right)) if left[i] == right[j]}


@given(NUMBERS, NUMBERS)
def test_distinct_numbers_stand_in_the_order_in_which_they_first_did(values: np.ndarray, wanted: np.ndarray) -> None:
    distinct, known = Distinct(values, 6), list(dict.fromkeys(values.tolist()))
    assert distinct.members.tolist() == known
    assert [known[number] for number in distinct.given] == values.tolist()
    expected = [known.index(value) if value in known else -1 for value in wanted.tolist()]
    assert distinct.find(wanted).tolist() == expected
    assert distinct.find(np.array([-1, 6, 99])).tolist() == [-1, -1, -1]
