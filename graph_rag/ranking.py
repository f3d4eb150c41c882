"""Graph retrieval's ranker: a few features of each candidate passage, each in [0, 1], and their linear weights."""

from collections.abc import Mapping

import numpy as np

from graph_builder.model import Vectors
from graph_builder.stores import Hit, Store
from graph_rag.candidates import Pool
from graph_rag.sources import Question
from graph_rag.walk import Surroundings

WEIGHTS = {"dense": 1.0, "sentence": 0.6, "words": 0.3, "linked": 0.35, "bridge": 0.15, "chain": 0.5}
"""Set by hand; a later version fits them to data. Why each: the passage's own nearness, its best sentence's, rare words, the
question's entities, the entities between them, and whether a chain quotes it."""


def rank(question: Question, store: Store, surroundings: Surroundings, pool: Pool) -> list[tuple[Hit, dict[str, float]]]:
    """The pool best first, each with its features."""
    features = measure(question, store, surroundings, pool)
    hits = [Hit(id_, round(sum(WEIGHTS[name] * value for name, value in row.items()), 6)) for id_, row in features.items()]
    return [(hit, features[hit.id]) for hit in sorted(hits, key=lambda h: (-h.score, h.id))]


def measure(question: Question, store: Store, surroundings: Surroundings, pool: Pool) -> dict[str, dict[str, float]]:
    """The features of each candidate, by chunk id."""
    ids = pool.ids
    sentences = _best_sentence(store.sentence_vectors(ids), question.vector)
    most_words = max(pool.words.values(), default=1.0)
    weight = {i: surroundings.specificity(i) for marks in (pool.linked, pool.bridges) for s in marks.values() for i in s}
    most_linked = sum({i: weight[i] for s in pool.linked.values() for i in s}.values()) or 1.0
    return {
        id_: {
            "dense": max(0.0, pool.dense.get(id_, 0.0)),
            "sentence": sentences.get(id_, 0.0),
            "words": pool.words.get(id_, 0.0) / most_words,
            "linked": sum(weight[i] for i in sorted(pool.linked.get(id_, ()))) / most_linked,
            "bridge": max((weight[i] for i in pool.bridges.get(id_, ())), default=0.0),
            "chain": pool.chain.get(id_, 0.0),
        }
        for id_ in ids
    }


def _best_sentence(vectors: Mapping[str, Vectors], question: Vectors) -> dict[str, float]:
    return {id_: max(0.0, float(np.max(rows @ question))) for id_, rows in vectors.items() if len(rows)}


def reason(features: Mapping[str, float]) -> str:
    """The features that speak for a passage, the strongest first."""
    said = sorted(features.items(), key=lambda f: -WEIGHTS[f[0]] * f[1])
    return ", ".join(f"{name} {value:.2f}" for name, value in said if value > 0)
