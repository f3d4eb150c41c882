"""What speaks for a passage: plain features, and those of the hop by which a leading passage reaches it.

Each is an array over the pool; the ranker compares them within one question only, so their scale is free.
"""

import numpy as np

from graph_rag.hops import Hops, Likeness
from graph_rag.pagerank import Weights
from graph_rag.pool import Pool

Features = dict[str, Weights]


def plain(pool: Pool) -> Features:
    """Features of a passage and the question alone."""
    near, named, at = pool.near, pool.asked.named, pool.numbers
    asked, rarity = frozenset(pool.asked.terms), near.rarity[named]
    has, weight = pool.words
    return {
        "mass": np.log(near.mass[at] / near.mass.max() + 1e-5),
        "entity mass": np.log(near.entity_mass[at] / max(float(near.entity_mass.max()), 1e-9) + 1e-5),
        "dense": pool.dense,
        "sentence": pool.sentence,
        "words": near.words[at],
        "mass rank": _ranks(near.mass)[at],
        "dense rank": _ranks(near.dense)[at],
        "words rank": _ranks(near.words)[at],
        "title named": pool.titled[:, named].any(axis=1).astype(np.float32),
        "title asked": np.array([len(held & asked) / max(len(held), 1) for held in pool.title_terms()]),
        "named": pool.held[:, named] @ rarity / max(float(rarity.sum()), 1e-9),
        "coverage": has @ weight,
    }


def _ranks(values: Weights) -> Weights:
    """log(1 + rank), ranks from 0 for the largest."""
    ranks = np.empty(len(values), dtype=np.float32)
    ranks[np.argsort(-values, kind="stable")] = np.arange(len(values))
    logged: Weights = np.log1p(ranks)
    return logged


def hopped(hops: Hops) -> Features:
    """Features of the hop from the leading passages: the best over them, and the best weighed by how leading each is."""
    pool, first = hops.pool, list(hops.leading.at)
    weights = hops.leading.weights[:, None]
    itself = np.zeros(hops.shape, dtype=bool)
    itself[np.arange(len(first)), first] = True
    has, weight = pool.words
    added = np.stack([(has * (1 - has[passage])) @ weight for passage in first])
    alike = np.where(itself, 0.0, pool.vectors[first] @ pool.vectors.T)
    onward, back = _title_links(pool, first)
    return {
        "onward link": (onward * weights).max(axis=0),
        "back link": (back * weights).max(axis=0),
        "bridge": (hops.rarest() * weights).max(axis=0),
        "bridge told": (hops.told() * weights).max(axis=0),
        "new words": added.max(axis=0),
        "new words, weighed": (added * weights).max(axis=0),
        "new words after first": added[0],
        "like first": np.where(itself[0], 1.0, alike[0]),
        "like leading": alike.max(axis=0),
        "leading": (itself * weights).max(axis=0),
    }


def rewritten(likeness: Likeness) -> Features:
    """Features of how like the rewritten questions are to a passage, and how much more so than the question; else 0."""
    pool, leading = likeness.hops.pool, likeness.hops.leading
    weights = leading.weights[:, None]
    whole, best = likeness.best(likeness.whole), likeness.best(likeness.sentence)
    reached = best > -1
    gain, gain_whole = np.where(reached, best - pool.sentence, 0.0), np.where(reached, whole - pool.dense, 0.0)
    best, whole = np.where(reached, best, 0.0), np.where(reached, whole, 0.0)
    return {
        "rewritten": whole.max(axis=0),
        "rewritten, weighed": (whole * weights).max(axis=0),
        "rewritten sentence": best.max(axis=0),
        "rewritten sentence, weighed": (best * weights).max(axis=0),
        "gain": gain_whole.max(axis=0),
        "sentence gain": gain.max(axis=0),
        "sentence gain, weighed": (gain * weights).max(axis=0),
        "best of": ((best == best.max(axis=1, keepdims=True)) & reached).astype(np.float32).T @ leading.weights,
    }


def _title_links(pool: Pool, first: list[int]) -> tuple[Weights, Weights]:
    """Whether a leading passage mentions a pool passage's title, and the reverse: shapes (leading, pool)."""
    under = pool.titled.any(axis=0)
    mentions, titles = pool.mentions[:, under].astype(np.float32), pool.titled[:, under].astype(np.float32)
    onward, back = mentions[first] @ titles.T > 0, titles[first] @ mentions.T > 0
    return onward.astype(np.float32), back.astype(np.float32)


def scaled(features: Features) -> Weights:
    """The features of one question, each with mean 0 and deviation 1 over its pool: shape (passages, features)."""
    columns = np.stack(list(features.values()), axis=1)
    centred: Weights = (columns - columns.mean(axis=0)) / (columns.std(axis=0) + 1e-6)
    return centred
