"""The passages that are ranked, with what does not change while they are: words, titles, vectors."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from graph_builder.model import Vectors
from graph_builder.terms import term_set
from graph_rag.incidence import Flags, Numbers
from graph_rag.linking import Links
from graph_rag.neighbourhood import Neighbourhood
from graph_rag.pagerank import Weights
from graph_rag.reading import Library, Place, best_of
from graph_rag.rewriting import Span

SIZE = 60


@dataclass(frozen=True)
class Asked:
    """The question's text, and the spans of it that name entities."""

    text: str
    spans: Sequence[Span]

    @cached_property
    def named(self) -> Numbers:
        """The entities that the question names, each once."""
        return np.array(sorted({entity for span in self.spans for entity in span.entities}), dtype=np.int64)

    @cached_property
    def terms(self) -> list[str]:
        """The question's terms, each once."""
        return sorted(term_set(self.text))


@dataclass(frozen=True)
class Pool:
    """Some passages of a neighbourhood, by their numbers there, with their terms; arrays over the pool follow this order."""

    near: Neighbourhood
    asked: Asked
    numbers: Sequence[int]
    terms: Sequence[frozenset[str]]

    def __len__(self) -> int:
        return len(self.numbers)

    @cached_property
    def places(self) -> list[Place]:
        """The passages as they were read."""
        return [self.near.places[p] for p in self.numbers]

    @cached_property
    def held(self) -> Flags:
        """The entities of each passage, parts of names included: shape (pool, entities)."""
        return self.near.held.flags(self.numbers)

    @cached_property
    def mentions(self) -> Flags:
        """The entities of each passage: shape (pool, entities)."""
        return self.near.mentions.flags(self.numbers)

    @cached_property
    def titled(self) -> Flags:
        """The entities that the title of each passage names: shape (pool, entities)."""
        return self.near.titles.flags(self.numbers)

    @cached_property
    def titles(self) -> list[str]:
        """The title of each passage's document, as far as its headings say it."""
        return [self.near.title(n) for n in self.numbers]

    @cached_property
    def vectors(self) -> Vectors:
        """Of the passages, shape (pool, dim)."""
        return np.stack([place.vector for place in self.places])

    @cached_property
    def dense(self) -> Weights:
        """Cosine of each passage with the question."""
        return self.near.dense[self.numbers]

    @cached_property
    def sentence(self) -> Weights:
        """Cosine of each passage's best sentence with the question."""
        return self.near.sentence[self.numbers]

    @cached_property
    def _sentences(self) -> tuple[Vectors, Numbers]:
        """The vectors of all sentences, and where those of each passage end."""
        each = [place.sentences for place in self.places]
        return np.concatenate(each), np.cumsum([len(sentences) for sentences in each])

    def best_sentences(self, vectors: Vectors) -> Weights:
        """The best cosine of each vector with a sentence of each passage, shape (vectors, pool); -1 where there is none."""
        sentences, ends = self._sentences
        return best_of(vectors @ sentences.T, ends)

    def told(self, passages: Sequence[int]) -> Weights:
        """How near the question is to the sentence in which a passage mentions an entity, shape (passages, entities).

        As a share of its cosine with the passage's best sentence, at least 0, and 1 for the title; 0 where there is no mention,
        and in a passage that is nothing like the question.
        """
        found = np.zeros((len(passages), len(self.near.entities)), dtype=np.float32)
        for row, at in zip(found, passages, strict=True):
            if self.sentence[at] > 0:
                entities, sentences = self.near.told(self.numbers[at])
                shares = np.append(self.places[at].each / self.sentence[at], np.float32(1.0))
                np.maximum.at(row, entities, shares[sentences])
        return found

    @cached_property
    def words(self) -> tuple[Weights, Weights]:
        """Which of the question's terms each passage has, (pool, terms), and the weight of each, (terms,), which sums to 1."""
        asked = self.asked.terms
        has = np.array([[term in held for term in asked] for held in self.terms], dtype=np.float32).reshape(len(self), len(asked))
        count = has.sum(axis=0)
        weight = np.log(1 + (len(self) - count + 0.5) / (count + 0.5))
        return has, weight / max(float(weight.sum()), 1e-9)

    def title_terms(self) -> list[frozenset[str]]:
        """The terms of each title."""
        return [term_set(title) for title in self.titles]


def chosen(near: Neighbourhood, asked: Asked, library: Library) -> Pool:
    """The passages with the most mass, and those that chains quote."""
    by_mass = np.argsort(-near.mass, kind="stable")[:SIZE]
    quoted = np.flatnonzero(near.quoted > 0)
    numbers = list(dict.fromkeys([*map(int, by_mass), *map(int, quoted)]))
    held = library.terms(near.places[n].chunk_id for n in numbers)
    return Pool(near, asked, numbers, [held[near.places[n].chunk_id] for n in numbers])


def asked(text: str, links: Links, near: Neighbourhood) -> Asked:
    """The question with its spans, as far as they name entities of the neighbourhood."""
    named = [linked for linked in links.proper if linked.start >= 0]
    spans: dict[tuple[int, int], set[int]] = {}
    for linked, number in zip(named, near.find(x.entity_id for x in named), strict=True):
        if number >= 0:
            spans.setdefault((linked.start, linked.start + len(linked.surface)), set()).add(int(number))
    return Asked(text, [Span(*place, frozenset(entities)) for place, entities in sorted(spans.items())])
