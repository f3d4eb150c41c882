"""Texts become unit vectors. One file an embedder; `open_embedder` finds it by the model's name."""

from collections.abc import Sequence
from typing import Protocol

from graph_builder import registry
from graph_builder.model import Vectors


class Embedder(Protocol):
    """Turns texts into unit vectors; equal texts give equal vectors, whatever stands beside them in the batch order."""

    @property
    def name(self) -> str:
        """The model's name, stored beside its vectors."""

    @property
    def dim(self) -> int:
        """Length of a vector."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of the texts, shape (len(texts), dim), float32, in order; an empty text has a vector too."""


def open_embedder(model: str) -> Embedder:
    """The embedder for a model name: "FILE:NAME" asks for a file of this folder, a bare name for sentence-transformers.

    Raises
    ------
    SettingsError
        There is no such model; the message says what was tried.
    """
    import graph_builder.embedding as folder  # noqa: PLC0415  # a module can not name itself before it is made

    backend, _, name = model.rpartition(":")
    module = registry.load(folder, backend or "sentence_transformers", what="embedder")
    embedder: Embedder = module.create(name)
    return embedder
