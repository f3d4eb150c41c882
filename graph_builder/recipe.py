"""The recipe for one document: a pure function from a document to its contribution, read top to bottom."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from graph_builder.chunking import Options, chunk_document
from graph_builder.embedding import Embedder
from graph_builder.extraction import Extractor, NumberedSentence, Passage
from graph_builder.grounding import Grounded, ground
from graph_builder.llm import Prompt
from graph_builder.model import Alias, Chunk, Contribution, Document, Vectors, digest
from graph_builder.packs import Pack, load_pack

AUTO = "auto"
OPEN = "open"
_SAMPLE = 20_000
_LEAST_NAMES = 3
_WORDS_PER_NAME = 60


@dataclass
class Recipe:
    """How documents are read. ``packs``: the closed packs that may serve, tried in order, before the open one.

    ``extractor_for`` gives the extractor of a pack; ``seconds`` sums what each step took. ``insists``: the extractor was asked
    for by name, so that documents which a language model has read are read again by rules.
    """

    packs: Sequence[Pack]
    extractor_for: Callable[[Pack], Extractor]
    embedder: Embedder
    chunker: str = "structure"
    options: Options = field(default_factory=Options)
    insists: bool = False
    seconds: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def kind(self) -> str:
        """The extractor's name without its version: "rules" or "llm"."""
        return self.extractor_for(self.packs[-1]).name.partition("/")[0]

    @cached_property
    def signature(self) -> str:
        """The kind, and a hash of all that decides what a document gives: another signature, and it is read anew."""
        packs = [f"{p.name}:{p.signature}:{self.extractor_for(p).name}" for p in self.packs]
        sizes = (str(self.options.size), str(self.options.overlap))
        return f"{self.kind}:{digest('recipe/3', *packs, self.chunker, *sizes, self.embedder.name)}"

    @property
    def at_once(self) -> int:
        """How many documents it is worth to read side by side."""
        return max(self.extractor_for(pack).at_once for pack in self.packs)

    def contribute(self, document: Document) -> Contribution:
        """All that the document gives to the graph: read, then embedded."""
        return self.embed([self.read(document)])[0]

    def read(self, document: Document) -> "Reading":
        """Chunk, extract, ground: what waits for a model and can be done for several documents side by side."""
        clock = _Clock(self)
        chunks = self.cut(document)
        clock.lap("chunk")
        pack = choose(self.packs, document.text)
        extractor = self.extractor_for(pack)
        extractions = extractor.extract(passages(document, chunks))
        clock.lap("extract")
        grounded = ground(document, chunks, extractions, pack, extractor.name)
        clock.lap("ground")
        return Reading(document, chunks, grounded)

    def embed(self, readings: Sequence["Reading"]) -> list[Contribution]:
        """The contributions of some documents, in order: all their texts in one go, which fills the batches of small ones.

        A vector does not depend on its neighbours (`Embedder.encode`), so neither does a contribution.
        """
        clock = _Clock(self)
        vectors = self.embedder.encode([text for reading in readings for text in reading.texts])
        ends = np.cumsum([len(reading.texts) for reading in readings])
        parts = np.split(vectors, ends[:-1])
        clock.lap("embed")
        return [reading.contribution(self.signature, part) for reading, part in zip(readings, parts, strict=True)]

    def prompts(self, document: Document) -> list[Prompt]:
        """What a language model is asked about the document at first; nothing where the extractor asks none."""
        extractor = self.extractor_for(choose(self.packs, document.text))
        return extractor.prompts(passages(document, self.cut(document)))

    def cut(self, document: Document) -> tuple[Chunk, ...]:
        """The document's chunks, each under its headings."""
        cut = chunk_document(document, strategy=self.chunker, options=self.options)
        return tuple(replace(chunk, heading=_path(document, chunk)) for chunk in cut)

    def spend(self, step: str, seconds: float) -> None:
        """Add to a step's seconds; of steps that run side by side they are summed."""
        with self._lock:
            self.seconds[step] = self.seconds.get(step, 0.0) + seconds


@dataclass(frozen=True, slots=True)
class Reading:
    """A document that was read: its chunks, and what holds of what was extracted from them."""

    document: Document
    chunks: tuple[Chunk, ...]
    grounded: Grounded

    @property
    def texts(self) -> list[str]:
        """What is embedded: chunks, sentences, aliases."""
        sentences = (self.document.text[a:b] for a, b in self._spans)
        return [*(_headed(c) for c in self.chunks), *sentences, *(a.canonical or a.name for a in self._aliases)]

    @property
    def _spans(self) -> list[tuple[int, int]]:
        return [(s.start, s.end) for chunk in self.chunks for s in chunk.sentences]

    @property
    def _aliases(self) -> tuple[Alias, ...]:
        return tuple(sorted(self.grounded.aliases.values(), key=lambda a: a.id))

    def contribution(self, recipe: str, vectors: Vectors) -> Contribution:
        """All that the document gives to the graph; ``vectors`` are those of `texts`, row by row."""
        found, spans = self.grounded, self._spans
        evidence = tuple(sorted(found.evidence.values(), key=lambda e: (e.start, e.id)))
        chunk_vectors, sentence_vectors, alias_vectors = np.split(vectors, [len(self.chunks), len(self.chunks) + len(spans)])
        at = {span: row for row, span in enumerate(spans)}
        evidence_vectors: Vectors = sentence_vectors[[at[e.start, e.end] for e in evidence]]
        return Contribution(
            document=self.document,
            recipe=recipe,
            chunks=self.chunks,
            aliases=self._aliases,
            mentions=tuple(sorted(found.mentions, key=lambda m: (m.start, m.end, m.alias_id))),
            evidence=evidence,
            rejected=tuple(sorted(found.rejected, key=lambda r: (r.chunk_id, r.record))),
            chunk_vectors=chunk_vectors,
            sentence_vectors=sentence_vectors,
            alias_vectors=alias_vectors,
            evidence_vectors=evidence_vectors,
        )


def packs_of(name: str) -> list[Pack]:
    """The packs that a name stands for: itself, or for "auto" the shipped closed one before the open one."""
    return [load_pack("drug_interactions"), load_pack(OPEN)] if name == AUTO else [load_pack(name)]


def choose(packs: Sequence[Pack], text: str) -> Pack:
    """The first pack whose lexicon the text is full of, else the last."""
    sample = text[:_SAMPLE]
    for pack in packs[:-1]:
        found = pack.lexicon.find(sample)
        names = {name.canonical for name in found}
        if len(names) >= _LEAST_NAMES and len(found) * _WORDS_PER_NAME >= len(sample.split()):
            return pack
    return packs[-1]


def passages(document: Document, chunks: Sequence[Chunk]) -> list[Passage]:
    """What an extractor reads of a document, a passage for each chunk."""
    return [
        Passage(
            document.name,
            chunk.heading,
            tuple(NumberedSentence(s.number, document.text[s.start : s.end]) for s in chunk.sentences),
            document.source,
        )
        for chunk in chunks
    ]


def _path(document: Document, chunk: Chunk) -> str:
    """The chunk's headings under its document's title, where the document has a title and not just a file name."""
    if not document.title or chunk.heading.startswith(document.title):
        return chunk.heading
    return " > ".join(filter(None, (document.title, chunk.heading)))


def _headed(chunk: Chunk) -> str:
    """What is embedded of a chunk: its text under its headings."""
    return f"{chunk.heading}\n{chunk.text}" if chunk.heading else chunk.text


class _Clock:
    """Adds the time since the last lap to a step."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._last = time.perf_counter()

    def lap(self, step: str) -> None:
        now = time.perf_counter()
        self._recipe.spend(step, now - self._last)
        self._last = now
