"""The things that flow through Hoptrace. Offsets count Unicode code points of the document's text.

A **document** is cut into **chunks**; its **sentences** belong to chunks. A **mention** is a place where an **alias**
(one spelling with one type) stands. An **evidence** is one sentence that states one relation between two aliases.
Aliases are joined into **entities**, and the evidence of equal claims between two entities is one **relation**:
both are functions of the set of what the documents contributed, never of its order (see `resolution.py`).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph_builder.names import normalise

Vectors = NDArray[np.float32]
"""A float32 array of unit rows, shape (n, dim), or one vector, shape (dim,)."""

DECIMALS = 6
"""To which scores are rounded: what follows hangs on the order in which a machine adds up."""

SAME_AS = "SAME_AS"
"""The predicate of evidence that declares two aliases to be one entity; it joins, and is no relation."""


def digest(*parts: str) -> str:
    """A 16-digit hexadecimal id of the parts, in order."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


class Polarity(StrEnum):
    """Whether the sentence affirms or denies the relation."""

    AFFIRMED = "affirmed"
    NEGATED = "negated"


class Modality(StrEnum):
    """Whether the sentence asserts the relation or holds it possible."""

    ASSERTED = "asserted"
    POSSIBLE = "possible"


class Kind(StrEnum):
    """What can be found by vector and by text."""

    CHUNK = "chunk"
    ENTITY = "entity"
    EVIDENCE = "evidence"


class Span(NamedTuple):
    """A half-open range of a document's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Document:
    """A text with its name and the source it came from; ``id`` is a hash of source and text."""

    id: str
    name: str
    source: str
    text: str
    metadata: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, source: str, text: str, *, name: str = "", metadata: Mapping[str, str] | None = None) -> "Document":
        """A document with the id that its source and text give it."""
        return cls(digest("document", source, text), name or source.rsplit("/", 1)[-1], source, text, metadata or {})

    @property
    def title(self) -> str:
        """The name, where it is more than the end of the source's path; else an empty text."""
        return "" if self.source.endswith(self.name) else self.name


@dataclass(frozen=True, slots=True)
class Sentence:
    """The ``number``-th sentence of its document, counted from 0."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """A cut of a document, with the sentences that begin in it (and in no earlier chunk)."""

    id: str
    document_id: str
    index: int
    start: int
    end: int
    text: str
    heading: str = ""
    sentences: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class Alias:
    """One spelling with one type. ``canonical`` is the name that the pack's lexicon gives it, or empty."""

    id: str
    name: str
    type: str
    canonical: str = ""

    @classmethod
    def of(cls, name: str, type_: str, canonical: str = "") -> "Alias":
        """An alias with the id that its spelling, type and canonical name give it."""
        return cls(digest("alias", name, type_, canonical), name, type_, canonical)

    @property
    def normalised(self) -> str:
        """The form in which names are equal."""
        return normalise(self.name)

    @property
    def referent(self) -> str:
        """The normalised name of what it stands for: the pack's canonical name, or its own."""
        return normalise(self.canonical or self.name)


@dataclass(frozen=True, slots=True)
class Mention:
    """A place where an alias stands: ``document.text[start:end] == alias.name``.

    Without length, at a chunk's start, it says that the alias is the document's title: what every chunk is about.
    """

    alias_id: str
    chunk_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """One sentence that states one relation: ``document.text[start:end] == quote``, checked by the program.

    ``antecedent`` is the sentence that names an end which this one only points to ("it", "the drug"). ``said`` is what the
    extractor called the relation, where that is not the predicate itself; `predicates.normalised` tells why they differ.
    """

    id: str
    document_id: str
    chunk_id: str
    start: int
    end: int
    quote: str
    subject: str
    predicate: str
    object: str
    polarity: Polarity = Polarity.AFFIRMED
    modality: Modality = Modality.ASSERTED
    qualifiers: str = ""
    confidence: float = 1.0
    extractor: str = ""
    antecedent: Span | None = None
    said: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record of an extractor that failed a check: what it said, where, and why it is not in the graph."""

    chunk_id: str
    record: str
    reason: str


@dataclass(frozen=True, slots=True)
class Contribution:
    """All that one document gives to the graph: what a store writes, and removes, as one.

    Vectors are row by row: ``chunk_vectors`` (chunks, dim), ``sentence_vectors`` (sentences of all chunks in order, dim),
    ``alias_vectors`` (aliases, dim), ``evidence_vectors`` (evidence, dim).
    """

    document: Document
    recipe: str
    chunks: tuple[Chunk, ...]
    aliases: tuple[Alias, ...]
    mentions: tuple[Mention, ...]
    evidence: tuple[Evidence, ...]
    rejected: tuple[Rejected, ...]
    chunk_vectors: Vectors
    sentence_vectors: Vectors
    alias_vectors: Vectors
    evidence_vectors: Vectors


@dataclass(frozen=True, slots=True)
class Join:
    """Why two aliases are one entity. ``score`` is 1 for equal or declared names, a cosine for an embedding match."""

    left: str
    right: str
    reason: str
    score: float = 1.0
    evidence_id: str = ""


@dataclass(frozen=True, slots=True)
class Entity:
    """A class of aliases; ``alias_ids`` are its members, ``aliases`` their spellings without repeats."""

    id: str
    type: str
    name: str
    aliases: tuple[str, ...] = ()
    alias_ids: tuple[str, ...] = ()
    description: str = ""
    joins: tuple[Join, ...] = ()


@dataclass(frozen=True, slots=True)
class Relation:
    """The same claim of all its evidence, between two entities."""

    id: str
    subject: str
    predicate: str
    object: str
    polarity: Polarity
    modality: Modality
    qualifiers: str
    confidence: float
    extractor: str
    evidence_ids: tuple[str, ...]
