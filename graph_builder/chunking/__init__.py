"""A document is cut into pieces. One file a strategy; each has one function, `cut`.

``cut(text, sentences, options)`` returns pieces in order of their start. Every piece is a non-empty range of the text
that is not all white space; every character that is not white space lies in at least one piece; pieces overlap only as
far as ``options.overlap`` asks. An empty or blank text gives no piece. No piece is longer than ``options.size``.
"""

import sys
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from graph_builder import registry
from graph_builder.errors import InputError
from graph_builder.model import Chunk, Document, Sentence, Vectors, digest
from graph_builder.sentences import split

DEFAULT_SIZE = 1000
"""Characters. MiniLM reads 256 word pieces, which English fills with about 1,100 characters."""


class Piece(NamedTuple):
    """A cut: the range, and the path of headings above it ("Interactions > Antifungals"), or empty."""

    start: int
    end: int
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Options:
    """What the strategies need: sizes in characters, and the models for those that ask one.

    ``embed`` maps n texts to (n, dim) unit vectors; ``ask`` maps numbered sentences, one a line, to the numbers of
    those at which a new piece begins. Raises `InputError` unless ``size`` is at least 1 and ``overlap`` in [0, size).
    """

    size: int = DEFAULT_SIZE
    overlap: int = 0
    embed: Callable[[Sequence[str]], Vectors] | None = None
    ask: Callable[[str], Sequence[int]] | None = None

    def __post_init__(self) -> None:
        if self.size < 1:
            raise InputError(f"chunk size {self.size}: it must be at least 1 character")
        if not 0 <= self.overlap < self.size:
            raise InputError(f"chunk overlap {self.overlap}: it must be at least 0 and less than the size ({self.size})")


def chunk_document(document: Document, *, strategy: str = "structure", options: Options) -> list[Chunk]:
    """The chunks of a document, in order; each sentence belongs to the first chunk that contains its start.

    A sentence is given whole, so that it may end behind its chunk where ``options.size`` cut it.

    Raises
    ------
    UnknownName
        There is no such strategy.
    SettingsError
        The strategy asks a model that ``options`` does not have.
    """
    chunker = registry.load(sys.modules[__name__], strategy, what="chunker")
    sentences = split(document.text)
    pieces: list[Piece] = chunker.cut(document.text, sentences, options)
    chunks, given = [], 0
    for index, piece in enumerate(pieces):
        until = bisect_left(sentences, piece.end, lo=given, key=lambda sentence: sentence.start)
        chunks.append(_chunk(document, index, piece, sentences[given:until]))
        given = until
    return chunks


def _chunk(document: Document, index: int, piece: Piece, sentences: Sequence[Sentence]) -> Chunk:
    id_ = digest("chunk", document.id, str(index))
    text = document.text[piece.start : piece.end]
    return Chunk(id_, document.id, index, piece.start, piece.end, text, piece.heading, tuple(sentences))
