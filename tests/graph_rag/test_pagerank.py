"""The walk over passages and entities."""

import numpy as np

from graph_rag.incidence import Incidence, incidence
from graph_rag.pagerank import DAMPING, ITERATIONS, personalised

NONE = incidence(np.zeros(0, int), np.zeros(0, int), (2, 1))


def edges(weights: np.ndarray) -> tuple[Incidence, np.ndarray]:
    return incidence(*np.nonzero(weights), weights.shape), weights[np.nonzero(weights)]


def test_mass_is_that_of_the_power_iteration_on_the_whole_matrix() -> None:
    draw = np.random.default_rng(3)
    mentions = (draw.random((5, 12)) * (draw.random((5, 12)) > 0.7)).astype(np.float32)
    assert set((mentions > 0).sum(axis=0)) >= {0, 1, 2}  # entities of no passage, of one, and shared ones
    one_way = (draw.random((5, 5)) > 0.7).astype(np.float32)
    links, seeds = one_way + one_way.T, draw.random((17, 2)).astype(np.float32)
    whole = np.block([[links, mentions], [mentions.T, np.zeros((12, 12))]])
    degrees = whole.sum(axis=0)
    steps = np.divide(whole, degrees, out=np.zeros_like(whole), where=degrees > 0)
    expected = restart = seeds / seeds.sum(axis=0)
    for _ in range(ITERATIONS):
        expected = (1 - DAMPING) * restart + DAMPING * steps @ expected
    assert np.allclose(personalised(*edges(mentions), links, seeds), expected[:5], atol=1e-6)


def test_a_node_without_edges_keeps_only_what_it_is_given() -> None:
    mass = personalised(NONE, np.zeros(0, np.float32), np.zeros((2, 2), np.float32), np.array([[1], [0], [1]], np.float32))
    assert np.allclose(mass, [[0.25], [0]])


def test_without_seeds_there_is_no_mass() -> None:
    assert not personalised(*edges(np.ones((2, 1))), np.zeros((2, 2), np.float32), np.zeros((3, 1), np.float32)).any()
