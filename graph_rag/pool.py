"""The passages that are ranked, with what does not change while they are: words, titles, vectors."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from graph_builder.model import Vectors
from graph_builder.terms import terms
from graph_rag.linking import Links
from graph_rag.neighbourhood import Neighbourhood, Place
from graph_rag.pagerank import Weights
from graph_rag.rewriting import Span

SIZE = 60


@dataclass(frozen=True)
class Asked:
    """The question's text, and the spans of it that name entities."""

    text: str
    spans: Sequence[Span]

    @cached_property
    def named(self) -> frozenset[int]:
        """The entities that the question names."""
        return frozenset(entity for span in self.spans for entity in span.entities)


@dataclass(frozen=True)
class Pool:
    """Some passages of a neighbourhood, by their numbers there; arrays over the pool follow this order."""

    near: Neighbourhood
    asked: Asked
    numbers: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.numbers)

    @cached_property
    def places(self) -> list[Place]:
        """The passages as they were read."""
        return [self.near.places[p] for p in self.numbers]

    @cached_property
    def held(self) -> list[set[int]]:
        """The entities of each passage, parts of names included."""
        return [self.near.held[p] for p in self.numbers]

    @cached_property
    def titles(self) -> list[str]:
        """The title of each passage's document, as far as its headings say it."""
        return [place.chunk.heading.partition(" > ")[0] for place in self.places]

    @cached_property
    def vectors(self) -> Vectors:
        """Of the passages, shape (pool, dim)."""
        return np.stack([place.vector for place in self.places])

    @cached_property
    def dense(self) -> Weights:
        """Cosine of each passage with the question."""
        return self.near.dense[list(self.numbers)]

    @cached_property
    def sentence(self) -> Weights:
        """Cosine of each passage's best sentence with the question."""
        return self.near.sentence[list(self.numbers)]

    @cached_property
    def _sentences(self) -> tuple[list[int], list[int], Vectors]:
        """The passages that have sentences, where those of each begin, and all their vectors."""
        filled = [i for i, place in enumerate(self.places) if len(place.sentences)]
        starts = np.cumsum([0, *(len(self.places[i].sentences) for i in filled)])[:-1]
        return filled, starts.tolist(), np.concatenate([self.places[i].sentences for i in filled] or [self.vectors[:0]])

    def best_sentences(self, vectors: Vectors) -> Weights:
        """The best cosine of each vector with a sentence of each passage, shape (vectors, pool); -1 where there is none."""
        found = np.full((len(vectors), len(self)), -1.0, dtype=np.float32)
        filled, starts, sentences = self._sentences
        if filled:
            found[:, filled] = np.maximum.reduceat(vectors @ sentences.T, starts, axis=1)
        return found

    @cached_property
    def words(self) -> tuple[Weights, Weights]:
        """Which of the question's terms each passage has, (pool, terms), and the weight of each, (terms,), which sums to 1."""
        of = [_terms(f"{place.chunk.heading} {place.chunk.text}") for place in self.places]
        asked = sorted(_terms(self.asked.text))
        has = np.array([[term in held for term in asked] for held in of], dtype=np.float32).reshape(len(of), len(asked))
        count = has.sum(axis=0)
        weight = np.log(1 + (len(of) - count + 0.5) / (count + 0.5))
        return has, weight / max(float(weight.sum()), 1e-9)

    def title_terms(self) -> list[frozenset[str]]:
        """The terms of each title."""
        return [_terms(title) for title in self.titles]

    def asked_terms(self) -> frozenset[str]:
        """The terms of the question."""
        return _terms(self.asked.text)


@lru_cache(maxsize=20_000)
def _terms(text: str) -> frozenset[str]:
    return frozenset(terms(text))


def chosen(near: Neighbourhood, asked: Asked) -> Pool:
    """The passages with the most mass, and those that chains quote."""
    by_mass = np.argsort(-near.mass, kind="stable")[:SIZE]
    quoted = np.flatnonzero(near.quoted > 0)
    return Pool(near, asked, tuple(dict.fromkeys([*map(int, by_mass), *map(int, quoted)])))


def asked(text: str, links: Links, near: Neighbourhood) -> Asked:
    """The question with its spans, as far as they name entities of the neighbourhood."""
    spans: dict[tuple[int, int], set[int]] = {}
    for linked in links.proper:
        if linked.start >= 0 and linked.entity_id in near.number:
            place = (linked.start, linked.start + len(linked.surface))
            spans.setdefault(place, set()).add(near.number[linked.entity_id])
    return Asked(text, [Span(*place, frozenset(entities)) for place, entities in sorted(spans.items())])
