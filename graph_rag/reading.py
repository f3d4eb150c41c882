"""Passages as questions read them: each once, compared with the question; what questions before it read comes from memory."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise, zip_longest
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph_builder.model import Chunk, Kind, Vectors
from graph_builder.stores import Named, Store, Whereabouts
from graph_rag.incidence import Numbers
from graph_rag.memory import Reads
from graph_rag.namesakes import Bearers, Hashes, Ids, as_numbers, bearers, stretches
from graph_rag.pagerank import Weights
from graph_rag.sources import Question

MOST = 300
"""Passages that are read for a question, whatever it names."""


@dataclass(frozen=True)
class Place:
    """A passage as it was read: its chunk, what it names, its vector, (dim,), and those of its sentences, (sentences, dim)."""

    chunk: Chunk
    named: tuple[Named, ...]
    vector: Vectors
    sentences: Vectors

    @cached_property
    def entity_ids(self) -> frozenset[str]:
        """The entities mentioned."""
        return frozenset(n.entity_id for n in self.named)

    @cached_property
    def titled(self) -> frozenset[str]:
        """The entities that the document's title names."""
        return frozenset(n.entity_id for n in self.named if n.start == n.end)

    @cached_property
    def bearers(self) -> Bearers:
        """The entities mentioned, with the names that stand here."""
        return bearers(list({(n.entity_id, n.name) for n in self.named}), self.titled)

    @cached_property
    def told(self) -> tuple[Ids, Numbers]:
        """What is named, as numbers, and beside each the sentence that names it; -1 for the title."""
        starts = [sentence.start for sentence in self.chunk.sentences]
        sentences = [-1 if n.start == n.end else bisect_right(starts, n.start) - 1 for n in self.named]
        return as_numbers(n.entity_id for n in self.named), np.array(sentences, dtype=np.int64)

    @cached_property
    def stretches(self) -> Hashes:
        """What in these names may be a name."""
        return stretches({n.name for n in self.named})


class Similarity(NamedTuple):
    """Cosines of the question with a passage, with its best sentence (-1 where there is none), and with each, (sentences,)."""

    whole: float
    best: float
    sentences: Weights


class Reader:
    """Reads passages and entities for one question."""

    def __init__(self, question: Question, store: Store, reads: Reads) -> None:
        self._question = question.vector
        self.store = store
        self._reads = reads
        self.places: dict[str, Place] = {}
        self.where: dict[str, Whereabouts] = {}
        self.similar: dict[str, Similarity] = {}

    def passages(self, chunk_ids: Iterable[str]) -> None:
        """Read passages, those named first where there are too many, and compare them and their sentences with the question."""
        new = [id_ for id_ in dict.fromkeys(chunk_ids) if id_ not in self.places]
        found = self._reads.recall("places", new[: MOST - len(self.places)], self._places)
        self.places |= found
        self.similar |= zip(found, _similarities(list(found.values()), self._question), strict=True)

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

    def _places(self, chunk_ids: list[str]) -> dict[str, Place]:
        chunks, named = self.store.fetch_chunks(chunk_ids), self.store.mentions(chunk_ids)
        vectors, sentences = self.store.vectors(Kind.CHUNK, chunk_ids), self.store.sentence_vectors(chunk_ids)
        return {id_: Place(chunk, named.get(id_, ()), vectors[id_], sentences[id_]) for id_, chunk in chunks.items()}

    def _whereabouts(self, keys: list[tuple[str, int]]) -> dict[tuple[str, int], Whereabouts]:
        cap = keys[0][1]
        return {(id_, cap): found for id_, found in self.store.mentioned([id_ for id_, _ in keys], cap=cap).items()}


def _similarities(places: Sequence[Place], question: Vectors) -> Iterator[Similarity]:
    """Of each passage, all calculated at once."""
    if not places:
        return iter(())
    wholes = np.concatenate([place.vector for place in places]).reshape(len(places), -1) @ question
    each = np.concatenate([place.sentences for place in places]) @ question
    ends = np.cumsum([len(place.sentences) for place in places])
    apart = (each[start:end] for start, end in pairwise([0, *ends.tolist()]))
    return map(Similarity, wholes.tolist(), best_of(each, ends).tolist(), apart)


def best_of(values: Weights, ends: NDArray[np.int64]) -> Weights:
    """The largest value, along the last axis, of each of the stretches that end there; -1 for those that are empty."""
    starts = np.concatenate([[0], ends[:-1]])
    best = np.full((*values.shape[:-1], len(ends)), -1.0, dtype=np.float32)
    filled = np.flatnonzero(ends > starts)
    if len(filled):
        best[..., filled] = np.maximum.reduceat(values, starts[filled], axis=-1)
    return best
