"""A hop is answered by rewriting the question, with a bridging entity in place of what a passage is about.

"Who is the spouse of the director of The Third Man?", with a passage that says who directed it, becomes "Who is the spouse of the
director of Carol Reed?", and that finds the next passage by plain similarity. Rewriting is done in two ways. By arithmetic: the
question's vector less half of what is replaced, plus half of the bridge, on the vectors of names that the store holds, so that
nothing is encoded. Exactly: the text is rewritten and encoded.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np

from graph_builder.model import Kind, Vectors
from graph_builder.stores import Store
from graph_rag.memory import Reads
from graph_rag.neighbourhood import Neighbourhood
from graph_rag.sources import Question

_REPLACED = 0.5
_BRIDGES = 2
_UNDER_ITS_TITLE = (0.3, 0.2)
"""How much an entity gains as a bridge where it is the title of the next passage, and of the first."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the question that names entities, by their numbers in the neighbourhood."""

    start: int
    end: int
    entities: frozenset[int]


@dataclass(frozen=True, slots=True)
class Rewrite:
    """The question with a bridging entity (its number) in place of the spans that a passage covers."""

    replaced: tuple[Span, ...]
    bridge: int

    def text(self, question: str, name: str) -> str:
        """The rewritten question; a bridge that takes nothing's place stands at the end."""
        if not self.replaced:
            return f"{question.rstrip('? ')} {name}?"
        parts, last = [], 0
        for place, span in enumerate(self.replaced):
            parts += [question[last : span.start], name if place == 0 else ""]
            last = span.end
        return "".join([*parts, question[last:]])

    @property
    def entities(self) -> list[int]:
        """The bridge, and the first entity of each span that is replaced."""
        return [self.bridge, *(min(span.entities) for span in self.replaced)]


class Names:
    """The names of a neighbourhood's entities, and their vectors."""

    def __init__(self, near: Neighbourhood, store: Store, reads: Reads) -> None:
        self._ids = near.entity_ids
        self._store = store
        self._reads = reads

    def of(self, rewrites: Iterable[Rewrite]) -> dict[int, str]:
        """The name of each bridge."""
        number = {self._ids[rewrite.bridge]: rewrite.bridge for rewrite in rewrites}
        found = self._reads.recall("names", number, self._read)
        return {number[id_]: name for id_, name in found.items()}

    def vectors(self, rewrites: Iterable[Rewrite]) -> dict[int, Vectors]:
        """The vector of each entity of the rewrites, by number, of shape (dim,)."""
        number = {self._ids[e]: e for rewrite in rewrites for e in rewrite.entities}
        found = self._reads.recall("name vectors", number, lambda ids: self._store.vectors(Kind.ENTITY, ids))
        return {number[id_]: vector for id_, vector in found.items()}

    def _read(self, ids: list[str]) -> dict[str, str]:
        return {id_: entity.name for id_, entity in self._store.fetch_entities(ids).items()}


def covered(spans: Sequence[Span], entities: AbstractSet[int]) -> tuple[Span, ...]:
    """The spans of the question that name something which a passage mentions."""
    return tuple(span for span in spans if span.entities & entities)


def bridges(near: Neighbourhood, first: int, then: int, named: AbstractSet[int]) -> list[int]:
    """The entities that tie two passages and that the question does not name, the rarest and most titular first."""
    shared = (near.held[first] & near.held[then]) - named
    if len(shared) <= _BRIDGES:
        return sorted(shared)
    after, before = _UNDER_ITS_TITLE
    worth = {e: float(near.rarity[e]) + after * (e in near.titles[then]) + before * (e in near.titles[first]) for e in shared}
    return sorted(shared, key=lambda e: (-worth[e], e))[:_BRIDGES]


def by_arithmetic(question: Question, rewrites: Sequence[Rewrite], names: Mapping[int, Vectors]) -> Vectors:
    """Vectors of rewritten questions without encoding them, shape (len(rewrites), dim). ``names``: vectors by entity."""
    rows = np.tile(question.vector, (len(rewrites), 1))
    for number, rewrite in enumerate(rewrites):
        bridge, *gone = (names[e] for e in rewrite.entities)
        rows[number] += _REPLACED * bridge
        if gone:
            rows[number] -= _REPLACED * np.mean(gone, axis=0)
    unit: Vectors = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return unit
