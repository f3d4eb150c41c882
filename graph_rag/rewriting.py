"""A hop is answered by rewriting the question, with a bridging entity in place of what a passage is about.

"Who is the spouse of the director of The Third Man?", with a passage that says who directed it, becomes "Who is the spouse of the
director of Carol Reed?", and that finds the next passage by plain similarity. Rewriting is done in two ways. By arithmetic: the
question's vector less half of what is replaced, plus half of the bridge, on the vectors of names that the store holds, so that
nothing is encoded. Exactly: the text is rewritten and encoded.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from graph_builder.model import Vectors
from graph_rag.incidence import Distinct, Flags, Numbers
from graph_rag.neighbourhood import Neighbourhood
from graph_rag.reading import Library
from graph_rag.sources import Question

_REPLACED = 0.5


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the question that names entities, by their numbers in the neighbourhood."""

    start: int
    end: int
    entities: frozenset[int]


class Rewrite(NamedTuple):
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


@dataclass(frozen=True)
class Rewrites:
    """Many rewrites, side by side: what each replaces, as a place in ``kinds``, and its bridge."""

    kinds: Sequence[tuple[Span, ...]]
    replaced: Numbers
    bridges: Numbers

    def __len__(self) -> int:
        return len(self.bridges)

    def __getitem__(self, number: int) -> Rewrite:
        return Rewrite(self.kinds[self.replaced[number]], int(self.bridges[number]))


class Names:
    """The names of a neighbourhood's entities, and their vectors."""

    def __init__(self, near: Neighbourhood, library: Library) -> None:
        self._near = near
        self._library = library

    def of(self, rewrites: Iterable[Rewrite]) -> list[str]:
        """The name of each bridge."""
        ids = [self._near.entity_id(rewrite.bridge) for rewrite in rewrites]
        found = self._library.names(ids)
        return [found[id_] for id_ in ids]

    def vectors(self, entities: Sequence[int]) -> Vectors:
        """The vector of each entity, shape (entities, dim)."""
        ids = [self._near.entity_id(entity) for entity in entities]
        found = self._library.name_vectors(ids)
        return np.stack([found[id_] for id_ in ids])


def covered(spans: Sequence[Span], held: Flags) -> tuple[Span, ...]:
    """The spans of the question that name something which a passage holds, given as flags by entity."""
    return tuple(span for span in spans if held[list(span.entities)].any())


def by_arithmetic(question: Question, rewrites: Rewrites, vectors: Callable[[Sequence[int]], Vectors]) -> Vectors:
    """Vectors of rewritten questions without encoding them, shape (len(rewrites), dim). ``vectors``: of entities, by number.

    Of a span that names several entities the first is replaced.
    """
    if not len(rewrites):
        return np.zeros((0, len(question.vector)), dtype=np.float32)
    without = [question.vector - _REPLACED * _mean(kind, vectors) if kind else question.vector for kind in rewrites.kinds]
    bridges = Distinct(rewrites.bridges, int(rewrites.bridges.max()) + 1)
    named = vectors(bridges.members.tolist())
    rows = np.stack(without)[rewrites.replaced] + np.float32(_REPLACED) * named[bridges.given]
    unit: Vectors = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return unit


def _mean(replaced: Sequence[Span], vectors: Callable[[Sequence[int]], Vectors]) -> Vectors:
    mean: Vectors = vectors([min(span.entities) for span in replaced]).mean(axis=0)
    return mean
