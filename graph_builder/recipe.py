"""The recipe for one document: a pure function from a document to its contribution, read top to bottom."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from graph_builder.chunking import Options, chunk_document
from graph_builder.embedding import Embedder
from graph_builder.extraction import Extractor, NumberedSentence, Passage
from graph_builder.grounding import ground
from graph_builder.model import Chunk, Contribution, Document, Vectors, digest
from graph_builder.packs import Pack, load_pack

AUTO = "auto"
OPEN = "open"
_SAMPLE = 20_000
_LEAST_NAMES = 3
_WORDS_PER_NAME = 60


@dataclass(slots=True)
class Recipe:
    """How documents are read. ``packs``: the closed packs that may serve, tried in order, before the open one.

    ``extractor_for`` gives the extractor of a pack; ``seconds`` sums what each step took.
    """

    packs: Sequence[Pack]
    extractor_for: Callable[[Pack], Extractor]
    embedder: Embedder
    chunker: str = "structure"
    options: Options = field(default_factory=Options)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def signature(self) -> str:
        """A hash of all that decides what a document gives: another signature, and the document is read anew."""
        packs = [f"{p.name}:{p.signature}:{self.extractor_for(p).name}" for p in self.packs]
        sizes = (str(self.options.size), str(self.options.overlap))
        return digest("recipe", *packs, self.chunker, *sizes, self.embedder.name)

    def contribute(self, document: Document) -> Contribution:
        """Chunk, extract, ground, embed: all that the document gives to the graph."""
        clock = _Clock(self.seconds)
        cut = chunk_document(document, strategy=self.chunker, options=self.options)
        chunks = tuple(replace(chunk, heading=_path(document, chunk)) for chunk in cut)
        clock.lap("chunk")
        pack = choose(self.packs, document.text)
        extractor = self.extractor_for(pack)
        extractions = extractor.extract([_passage(document, chunk) for chunk in chunks])
        clock.lap("extract")
        grounded = ground(document, chunks, extractions, pack, extractor.name)
        clock.lap("ground")
        aliases = tuple(sorted(grounded.aliases.values(), key=lambda a: a.id))
        evidence = tuple(sorted(grounded.evidence.values(), key=lambda e: (e.start, e.id)))
        sentences = [(s.start, s.end) for chunk in chunks for s in chunk.sentences]
        texts = [*(_headed(c) for c in chunks), *(document.text[a:b] for a, b in sentences)]
        vectors = self.embedder.encode([*texts, *(a.canonical or a.name for a in aliases)])
        chunk_vectors, sentence_vectors, alias_vectors = np.split(vectors, [len(chunks), len(texts)])
        at = {span: row for row, span in enumerate(sentences)}
        evidence_vectors: Vectors = sentence_vectors[[at[e.start, e.end] for e in evidence]]
        clock.lap("embed")
        return Contribution(
            document=document,
            recipe=self.signature,
            chunks=chunks,
            aliases=aliases,
            mentions=tuple(sorted(grounded.mentions, key=lambda m: (m.start, m.end, m.alias_id))),
            evidence=evidence,
            rejected=tuple(sorted(grounded.rejected, key=lambda r: (r.chunk_id, r.record))),
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


def _passage(document: Document, chunk: Chunk) -> Passage:
    numbered = tuple(NumberedSentence(s.number, document.text[s.start : s.end]) for s in chunk.sentences)
    return Passage(document.name, chunk.heading, numbered)


def _path(document: Document, chunk: Chunk) -> str:
    """The chunk's headings under its document's title, where the document has a title and not just a file name."""
    if document.source.endswith(document.name) or chunk.heading.startswith(document.name):
        return chunk.heading
    return " > ".join(filter(None, (document.name, chunk.heading)))


def _headed(chunk: Chunk) -> str:
    """What is embedded of a chunk: its text under its headings."""
    return f"{chunk.heading}\n{chunk.text}" if chunk.heading else chunk.text


class _Clock:
    """Adds the time since the last lap to a step."""

    def __init__(self, seconds: dict[str, float]) -> None:
        self._seconds = seconds
        self._last = time.perf_counter()

    def lap(self, step: str) -> None:
        now = time.perf_counter()
        self._seconds[step] = self._seconds.get(step, 0.0) + now - self._last
        self._last = now
