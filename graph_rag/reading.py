"""Passages as questions read them: each once, compared with the question; what questions before it read comes from memory."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise, zip_longest
from typing import NamedTuple

import numpy as np

from graph_builder.model import Kind, Vectors
from graph_builder.stores import Store, Whereabouts
from graph_rag.incidence import Numbers
from graph_rag.memory import Reads
from graph_rag.pagerank import Weights
from graph_rag.sources import Question

MOST = 300
"""Passages that are read for a question, whatever it names."""


class Place(NamedTuple):
    """A passage that was read: its number in the atlas, its vector, (dim,), and those of its sentences, (sentences, dim).

    And cosines of the question with it, with its best sentence (-1 where there is none), and with each, (sentences,).
    """

    chunk_id: str
    row: int
    vector: Vectors
    sentences: Vectors
    whole: float
    best: float
    each: Weights


class Reader:
    """Reads passages and entities for one question."""

    def __init__(self, question: Question, store: Store, reads: Reads) -> None:
        self._question = question.vector
        self.store = store
        self.atlas = reads.atlas
        self._reads = reads
        self._places: dict[str, Place] = {}
        self.where: dict[str, Whereabouts] = {}

    @property
    def places(self) -> list[Place]:
        """The passages that were read, by id."""
        return [self._places[id_] for id_ in sorted(self._places)]

    def passages(self, chunk_ids: Iterable[str]) -> None:
        """Read passages, those named first where there are too many, and compare them and their sentences with the question."""
        new = [id_ for id_ in dict.fromkeys(chunk_ids) if id_ not in self._places]
        rows = self.atlas.rows(new[: MOST - len(self._places)], self.store)
        vectors = self._reads.recall("passage vectors", rows, self._vectors)
        self._places |= {place.chunk_id: place for place in _compared(rows, vectors, self._question)}

    def entities(self, entity_ids: Sequence[str], *, cap: int) -> None:
        """Read where entities are mentioned, and those passages: of each entity the first, then of each the second, and so on."""
        keys = [(id_, cap) for id_ in sorted(set(entity_ids) - set(self.where))]
        found = self._reads.recall("where", keys, self._whereabouts)
        self.where |= {id_: whereabouts for (id_, _), whereabouts in found.items()}
        rounds = zip_longest(*(whereabouts.chunk_ids for whereabouts in found.values()))
        self.passages(id_ for id_ in chain.from_iterable(rounds) if id_ is not None)

    def named(self, names: Sequence[str]) -> list[str]:
        """The ids of the entities with one of the names, which are in their normalised form."""
        found = self._reads.recall("named", names, lambda new: self.store.entities_named(new, normalised=True))
        return sorted({id_ for ids in found.values() for id_ in ids})

    def _vectors(self, chunk_ids: list[str]) -> dict[str, tuple[Vectors, Vectors]]:
        wholes, sentences = self.store.vectors(Kind.CHUNK, chunk_ids), self.store.sentence_vectors(chunk_ids)
        return {id_: (vector, sentences[id_]) for id_, vector in wholes.items()}

    def _whereabouts(self, keys: list[tuple[str, int]]) -> dict[tuple[str, int], Whereabouts]:
        cap = keys[0][1]
        return {(id_, cap): found for id_, found in self.store.mentioned([id_ for id_, _ in keys], cap=cap).items()}


def _compared(rows: dict[str, int], vectors: dict[str, tuple[Vectors, Vectors]], question: Vectors) -> Iterator[Place]:
    """All passages compared with the question at once."""
    if not vectors:
        return iter(())
    wholes, sentences = zip(*vectors.values(), strict=True)
    whole = np.concatenate(wholes).reshape(len(wholes), -1) @ question
    each = np.concatenate(sentences) @ question
    ends = np.cumsum([len(found) for found in sentences])
    apart = (each[start:end] for start, end in pairwise([0, *ends.tolist()]))
    numbers = (rows[id_] for id_ in vectors)
    return map(Place, vectors, numbers, wholes, sentences, whole.tolist(), best_of(each, ends).tolist(), apart)


def best_of(values: Weights, ends: Numbers) -> Weights:
    """The largest value, along the last axis, of each of the stretches that end there; -1 for those that are empty."""
    starts = np.concatenate([[0], ends[:-1]])
    best = np.full((*values.shape[:-1], len(ends)), -1.0, dtype=np.float32)
    filled = np.flatnonzero(ends > starts)
    if len(filled):
        best[..., filled] = np.maximum.reduceat(values, starts[filled], axis=-1)
    return best
