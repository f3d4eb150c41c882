"""A hop is answered by rewriting the question, with a bridging entity in place of what a passage is about.

"Who is the spouse of the director of The Third Man?", with a passage that says who directed it, becomes "Who is the spouse of the
director of Carol Reed?", and that finds the next passage by plain similarity. Rewriting is done in two ways. By arithmetic: the
question's vector less half of what is replaced, plus half of the bridge, on the vectors of names that the store holds, so that
nothing is encoded. Exactly: the text is rewritten and encoded.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from graph_builder.model import Kind, Vectors
from graph_builder.stores import Store
from graph_rag.incidence import Flags
from graph_rag.memory import Reads
from graph_rag.neighbourhood import Neighbourhood
from graph_rag.sources import Question

_REPLACED = 0.5


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
        self._near = near
        self._store = store
        self._reads = reads

    def of(self, rewrites: Iterable[Rewrite]) -> dict[int, str]:
        """The name of each bridge."""
        number = {self._near.entity_id(rewrite.bridge): rewrite.bridge for rewrite in rewrites}
        found = self._reads.recall("names", number, self._read)
        return {number[id_]: name for id_, name in found.items()}

    def vectors(self, rewrites: Iterable[Rewrite]) -> dict[int, Vectors]:
        """The vector of each entity of the rewrites, by number, of shape (dim,)."""
        number = {self._near.entity_id(e): e for e in {e for rewrite in rewrites for e in rewrite.entities}}
        found = self._reads.recall("name vectors", number, lambda ids: self._store.vectors(Kind.ENTITY, ids))
        return {number[id_]: vector for id_, vector in found.items()}

    def _read(self, ids: list[str]) -> dict[str, str]:
        return {id_: entity.name for id_, entity in self._store.fetch_entities(ids).items()}


def covered(spans: Sequence[Span], held: Flags) -> tuple[Span, ...]:
    """The spans of the question that name something which a passage holds, given as flags by entity."""
    return tuple(span for span in spans if held[list(span.entities)].any())


def by_arithmetic(question: Question, rewrites: Sequence[Rewrite], names: Mapping[int, Vectors]) -> Vectors:
    """Vectors of rewritten questions without encoding them, shape (len(rewrites), dim). ``names``: vectors by entity."""
    without = {}
    for replaced in {rewrite.replaced for rewrite in rewrites}:
        gone = [names[min(span.entities)] for span in replaced]
        without[replaced] = question.vector - _REPLACED * np.mean(gone, axis=0) if gone else question.vector
    rows = np.zeros((len(rewrites), len(question.vector)), dtype=np.float32)
    for row, rewrite in zip(rows, rewrites, strict=True):
        row[:] = without[rewrite.replaced] + _REPLACED * names[rewrite.bridge]
    unit: Vectors = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return unit
