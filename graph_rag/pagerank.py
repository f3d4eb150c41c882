"""Personalised PageRank over the passages and entities near a question.

After HippoRAG 2 (Gutiérrez et al., 2025), which walks a graph of passages and phrases from seeds that the question gives. Here
an edge is a mention, weighted by how rare the entity is, and a link from a passage to the passages whose title it mentions; no
edge comes from a relation, since those added nothing measurable to the ranking of passages. The graph is the bounded part that
was read around the question, so the power iteration is done on two small dense matrices, whatever the size of the store.
"""

import numpy as np
from numpy.typing import NDArray

Weights = NDArray[np.float32]

DAMPING = 0.5
ITERATIONS = 15


def personalised(mentions: Weights, links: Weights, seeds: Weights) -> Weights:
    """The mass of each passage and entity, for several walks at once.

    Parameters
    ----------
    mentions
        Weight of each passage's edge to each entity, shape (passages, entities), at least 0.
    links
        Symmetric weights between passages, shape (passages, passages).
    seeds
        Restart weights, shape (passages + entities, walks); they need not add up to 1.

    Returns
    -------
    Shape (passages + entities, walks). Each sums to at most 1: a node without edges passes nothing on.
    """
    count = len(mentions)
    by_passage = _shares(mentions.sum(axis=1) + links.sum(axis=1))[:, None]
    by_entity = _shares(mentions.sum(axis=0))[:, None]
    restart = seeds / np.maximum(seeds.sum(axis=0), 1e-9)
    mass: Weights = restart.copy()
    for _ in range(ITERATIONS):
        passed, kept = mass[:count] * by_passage, mass[count:] * by_entity
        moved = np.concatenate([links @ passed + mentions @ kept, mentions.T @ passed])
        mass = (1 - DAMPING) * restart + DAMPING * moved
    return mass


def _shares(degrees: Weights) -> Weights:
    """One over the degree, and nothing where there is none."""
    return np.divide(1.0, degrees, out=np.zeros_like(degrees), where=degrees > 0)
