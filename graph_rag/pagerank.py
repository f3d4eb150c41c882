"""Personalised PageRank over the passages and entities near a question.

After HippoRAG 2 (Gutiérrez et al., 2025), which walks a graph of passages and phrases from seeds that the question gives. Here
an edge is a mention, weighted by how rare the entity is, and a link from a passage to the passages whose title it mentions; no
edge comes from a relation, since those added nothing measurable to the ranking of passages. The graph is the bounded part that
was read around the question, so the power iteration is done on two small dense matrices, whatever the size of the store. An
entity of a single passage hands back to it all that it gets: those of a passage count as one, outside of the matrices.
"""

import numpy as np
from numpy.typing import NDArray

from graph_rag.incidence import Flags, Incidence

Weights = NDArray[np.float32]

DAMPING = 0.5
ITERATIONS = 10


def personalised(mentions: Incidence, weights: Weights, links: Weights, seeds: Weights) -> Weights:
    """The mass of each passage, for several walks at once.

    Parameters
    ----------
    mentions
        The edges between passages and entities.
    weights
        The weight of each of them, above 0.
    links
        Symmetric weights between passages, shape (passages, passages).
    seeds
        Restart weights, shape (passages + entities, walks); they need not add up to 1.

    Returns
    -------
    Shape (passages, walks). Each sums to less than 1: some rests with the entities, and a node without edges passes nothing on.
    """
    restart = seeds / np.maximum(seeds.sum(axis=0), 1e-9)
    start, at_entities = restart[: len(links)], restart[len(links) :]
    shared = mentions.counts > 1
    edges, own = _edges(mentions, weights, shared)
    single = ~shared[mentions.entities]
    alone = mentions.passages[single]
    given = at_entities[mentions.entities[single]]
    at_own = np.stack([np.bincount(alone, walk, minlength=len(start)) for walk in given.T], axis=1).astype(np.float32)
    at_shared = at_entities[shared]

    by_passage = DAMPING * _shares(edges.sum(axis=1) + own + links.sum(axis=1))[:, None]
    along, from_entities = by_passage * links, DAMPING * _shares(edges.sum(axis=0)) * edges
    to_entities, to_own = (by_passage * edges).T, by_passage * own[:, None]
    mass: Weights = start
    of_shared, of_own = at_shared, at_own
    again, again_shared, again_own = ((1 - DAMPING) * each for each in (start, at_shared, at_own))
    for _ in range(ITERATIONS):
        mass, of_shared, of_own = (
            again + along.T @ mass + from_entities @ of_shared + DAMPING * of_own,
            again_shared + to_entities @ mass,
            again_own + to_own * mass,
        )
    return mass


def _edges(mentions: Incidence, weights: Weights, shared: Flags) -> tuple[Weights, Weights]:
    """Weights of passages to shared entities, shape (passages, shared), and to those of their own, shape (passages,)."""
    edges = np.zeros((mentions.shape[0], int(shared.sum())), dtype=np.float32)
    column, several = np.cumsum(shared) - 1, shared[mentions.entities]
    edges[mentions.passages[several], column[mentions.entities[several]]] = weights[several]
    own = np.bincount(mentions.passages[~several], weights[~several], minlength=mentions.shape[0])
    return edges, own.astype(np.float32)


def _shares(degrees: Weights) -> Weights:
    """One over the degree, and nothing where there is none."""
    return np.divide(1.0, degrees, out=np.zeros_like(degrees), where=degrees > 0)
