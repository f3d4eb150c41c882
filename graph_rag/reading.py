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


class Library:
    """The store through the memory of what was read of it: nothing is read twice."""

    def __init__(self, store: Store, reads: Reads) -> None:
        self.store = store
        self.atlas = reads.atlas
        self._reads = reads

    def rows(self, chunk_ids: Sequence[str]) -> dict[str, int]:
        """The numbers of passages in the atlas."""
        return self.atlas.rows(chunk_ids, self.store)

    def vectors(self, chunk_ids: Iterable[str]) -> dict[str, tuple[Vectors, Vectors]]:
        """The vector of each passage, (dim,), and those of its sentences, (sentences, dim)."""
        return self._reads.recall("passage vectors", chunk_ids, self._vectors)

    def terms(self, chunk_ids: Iterable[str]) -> dict[str, frozenset[str]]:
        """The index terms of each passage."""
        return self._reads.recall("terms", chunk_ids, self.store.terms)

    def whereabouts(self, entity_ids: Iterable[str], *, cap: int) -> dict[str, Whereabouts]:
        """Where entities are mentioned, at most ``cap`` passages of each."""
        found = self._reads.recall("where", ((id_, cap) for id_ in entity_ids), self._whereabouts)
        return {id_: whereabouts for (id_, _), whereabouts in found.items()}

    def bearers(self, names: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The ids of the entities with each of the names, which are in their normalised form."""
        return self._reads.recall("named", names, lambda new: self.store.entities_named(new, normalised=True))

    def name_vectors(self, entity_ids: Iterable[str]) -> dict[str, Vectors]:
        """The vector of each entity's name, (dim,)."""
        return self._reads.recall("name vectors", entity_ids, lambda new: self.store.vectors(Kind.ENTITY, new))

    def names(self, entity_ids: Iterable[str]) -> dict[str, str]:
        """The name of each entity."""
        return self._reads.recall("names", entity_ids, self._names)

    def _vectors(self, chunk_ids: list[str]) -> dict[str, tuple[Vectors, Vectors]]:
        wholes, sentences = self.store.vectors(Kind.CHUNK, chunk_ids), self.store.sentence_vectors(chunk_ids)
        return {id_: (vector, sentences[id_]) for id_, vector in wholes.items()}

    def _whereabouts(self, keys: list[tuple[str, int]]) -> dict[tuple[str, int], Whereabouts]:
        cap = keys[0][1]
        return {(id_, cap): found for id_, found in self.store.mentioned([id_ for id_, _ in keys], cap=cap).items()}

    def _names(self, entity_ids: list[str]) -> dict[str, str]:
        return {id_: entity.name for id_, entity in self.store.fetch_entities(entity_ids).items()}


class Reader:
    """Reads passages and entities for one question."""

    def __init__(self, question: Question, library: Library) -> None:
        self._question = question.vector
        self._library = library
        self.atlas = library.atlas
        self._places: dict[str, Place] = {}
        self.where: dict[str, Whereabouts] = {}

    @property
    def places(self) -> list[Place]:
        """The passages that were read, by id."""
        return [self._places[id_] for id_ in sorted(self._places)]

    def passages(self, chunk_ids: Iterable[str]) -> None:
        """Read passages, those named first where there are too many, and compare them and their sentences with the question."""
        new = [id_ for id_ in dict.fromkeys(chunk_ids) if id_ not in self._places]
        rows = self._library.rows(new[: MOST - len(self._places)])
        compared = _compared(rows, self._library.vectors(rows), self._question)
        self._places |= {place.chunk_id: place for place in compared}

    def entities(self, entity_ids: Sequence[str], *, cap: int) -> None:
        """Read where entities are mentioned, and those passages: of each entity the first, then of each the second, and so on."""
        found = self._library.whereabouts(sorted(set(entity_ids) - set(self.where)), cap=cap)
        self.where |= found
        rounds = zip_longest(*(whereabouts.chunk_ids for whereabouts in found.values()))
        self.passages(id_ for id_ in chain.from_iterable(rounds) if id_ is not None)

    def named(self, names: Sequence[str]) -> list[str]:
        """The ids of the entities with one of the names, which are in their normalised form."""
        return sorted({id_ for ids in self._library.bearers(names).values() for id_ in ids})


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
