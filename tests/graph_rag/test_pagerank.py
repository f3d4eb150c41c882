"""The walk over passages and entities."""

import numpy as np

from graph_rag.pagerank import DAMPING, ITERATIONS, personalised


def test_mass_is_that_of_the_power_iteration_on_the_whole_matrix() -> None:
    draw = np.random.default_rng(3)
    mentions = (draw.random((5, 4)) * (draw.random((5, 4)) > 0.5)).astype(np.float32)
    one_way = (draw.random((5, 5)) > 0.7).astype(np.float32)
    links, seeds = one_way + one_way.T, draw.random((9, 2)).astype(np.float32)
    whole = np.block([[links, mentions], [mentions.T, np.zeros((4, 4))]])
    degrees = whole.sum(axis=0)
    steps = np.divide(whole, degrees, out=np.zeros_like(whole), where=degrees > 0)
    expected = restart = seeds / seeds.sum(axis=0)
    for _ in range(ITERATIONS):
        expected = (1 - DAMPING) * restart + DAMPING * steps @ expected
    assert np.allclose(personalised(mentions, links, seeds), expected, atol=1e-6)


def test_a_node_without_edges_keeps_only_what_it_is_given() -> None:
    mass = personalised(np.zeros((2, 1), np.float32), np.zeros((2, 2), np.float32), np.array([[1], [0], [1]], np.float32))
    assert np.allclose(mass, [[0.25], [0], [0.25]])


def test_without_seeds_there_is_no_mass() -> None:
    assert not personalised(np.ones((2, 1), np.float32), np.zeros((2, 2), np.float32), np.zeros((3, 1), np.float32)).any()
