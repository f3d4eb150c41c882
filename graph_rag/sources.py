"""What a method may read: the store, the embedder, the packs, and a language model where there is one."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property

from graph_builder.embedding import Embedder
from graph_builder.llm import LanguageModel
from graph_builder.model import Modality, Polarity, Vectors
from graph_builder.packs import Pack
from graph_builder.stores import Store
from graph_rag.memory import Memory


@dataclass(frozen=True)
class Sources:
    """The readable world of a question.

    ``rewriting`` is the setting of graph retrieval, "fast" or "exact"; ``memory`` what earlier questions read of the store;
    ``hypotheses`` recorded hypothetical documents for HyDE, by the question's text.
    """

    store: Store
    embedder: Embedder
    packs: Sequence[Pack]
    llm: LanguageModel | None = None
    rewriting: str = "fast"
    memory: Memory = field(default_factory=Memory)
    hypotheses: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def reads(self, predicate: str, polarity: Polarity, modality: Modality) -> str:
        """The words between subject and object, "does not inhibit": by the first pack that has the predicate, else any."""
        speaking = [pack for pack in self.packs if predicate in pack.relation_types] or self.packs
        return speaking[0].reads(predicate, polarity, modality)

    def is_closed(self, predicate: str) -> bool:
        """Whether a closed pack defines the predicate, and with it its direction."""
        return any(predicate in pack.relation_types for pack in self.packs if not pack.is_open)

    def symmetric(self, predicate: str) -> bool:
        """Whether the predicate says the same in both directions."""
        return any(pack.relation_types[predicate].symmetric for pack in self.packs if predicate in pack.relation_types)


@dataclass(frozen=True)
class Linked:
    """An entity that the question names: where, and how it was found ("name", "pack" or "similar")."""

    entity_id: str
    name: str
    surface: str
    start: int
    by: str


@dataclass
class Question:
    """A question with what every method asks of it, made once."""

    text: str
    embedder: Embedder
    seconds: dict[str, float] = field(default_factory=dict)

    @cached_property
    def vector(self) -> Vectors:
        """The question's unit vector, shape (dim,)."""
        with timed(self.seconds, "embed question"):
            vector: Vectors = self.embedder.encode([self.text])[0]
        return vector

    def prepare(self) -> None:
        """Embed the question now, before several threads ask for its vector."""
        _ = self.vector


@contextmanager
def timed(seconds: dict[str, float], step: str) -> Iterator[None]:
    """Add the time that the block takes to a step."""
    start = time.perf_counter()
    try:
        yield
    finally:
        seconds[step] = seconds.get(step, 0.0) + time.perf_counter() - start
