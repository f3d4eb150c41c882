"""Made-up documents with what an extractor would find in them: cheap, exact, the same in every process."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from graph_builder.model import (
    SAME_AS,
    Alias,
    Chunk,
    Contribution,
    Document,
    Evidence,
    Mention,
    Modality,
    Polarity,
    Rejected,
    Sentence,
    Vectors,
    digest,
)

MODEL = "letters"
DIM = 16
RECIPE = "recipe-1"


@dataclass(frozen=True)
class Name:
    """A spelling with a type, and the canonical name that a pack gives it."""

    text: str
    type: str = "Drug"
    canonical: str = ""

    @property
    def alias(self) -> Alias:
        return Alias.of(self.text, self.type, self.canonical)


@dataclass(frozen=True)
class Fact:
    """A sentence that states one thing."""

    subject: Name
    predicate: str
    object: Name
    polarity: Polarity = Polarity.AFFIRMED
    modality: Modality = Modality.ASSERTED
    qualifiers: str = ""
    confidence: float = 0.9

    @property
    def sentence(self) -> str:
        negation = " not" if self.polarity is Polarity.NEGATED else ""
        words = self.predicate.lower().replace("_", " ")
        return f"{self.subject.text}{negation} {words} {self.object.text} {self.qualifiers}".strip() + "."


def same(left: Name, right: Name) -> Fact:
    """A declaration that two names are one entity."""
    return Fact(left, SAME_AS, right)


def text_vector(text: str) -> Vectors:
    """A unit vector that depends on the text and on nothing else, shape (DIM,)."""
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    return _unit(np.random.default_rng(seed).normal(size=DIM))


def name_vector(name: str) -> Vectors:
    """A unit vector of how often each letter occurs, shape (DIM,): names spelt alike lie close together."""
    counts = np.zeros(DIM)
    for letter in name.casefold():
        counts[ord(letter) % DIM] += 1
    return _unit(counts)


def _unit(vector: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> Vectors:
    unit: Vectors = (vector / (np.linalg.norm(vector) or 1.0)).astype(np.float32)
    return unit


def contribution(
    source: str,
    facts: Sequence[Fact],
    *,
    heading: str = "",
    per_chunk: int = 2,
    recipe: str = RECIPE,
    rejected: Sequence[str] = (),
) -> Contribution:
    """What a document gives that states these facts, one a sentence, some sentences a chunk."""
    sentences = [fact.sentence for fact in facts] or ["Nothing is said here."]
    document = Document.of(source, " ".join(sentences), name=source.removesuffix(".md"), metadata={"kind": "made up"})
    chunks = _chunks(document, sentences, heading, per_chunk)
    held = [(chunk, sentence) for chunk in chunks for sentence in chunk.sentences]
    evidence = tuple(_evidence(document, *place, fact) for place, fact in zip(held, facts, strict=False))
    aliases = tuple({name.alias.id: name.alias for fact in facts for name in (fact.subject, fact.object)}.values())
    return Contribution(
        document=document,
        recipe=recipe,
        chunks=chunks,
        aliases=aliases,
        mentions=tuple(m for (chunk, at), fact in zip(held, facts, strict=False) for m in _mentions(chunk, at, fact)),
        evidence=evidence,
        rejected=tuple(Rejected(chunks[0].id, record, "made to be refused") for record in rejected),
        chunk_vectors=_rows(text_vector, [f"{c.heading} {c.text}" for c in chunks]),
        sentence_vectors=_rows(text_vector, sentences),
        alias_vectors=_rows(name_vector, [a.canonical or a.name for a in aliases]),
        evidence_vectors=_rows(text_vector, [e.quote for e in evidence]),
    )


def _rows(vector_of: Callable[[str], Vectors], texts: Sequence[str]) -> Vectors:
    return np.stack([vector_of(text) for text in texts]) if texts else np.zeros((0, DIM), dtype=np.float32)


def _chunks(document: Document, sentences: Sequence[str], heading: str, per_chunk: int) -> tuple[Chunk, ...]:
    spans, start = [], 0
    for number, sentence in enumerate(sentences):
        spans.append(Sentence(number, start, start + len(sentence)))
        start += len(sentence) + 1
    groups = [tuple(spans[i : i + per_chunk]) for i in range(0, len(spans), per_chunk)]
    return tuple(_chunk(document, index, group, heading) for index, group in enumerate(groups))


def _chunk(document: Document, index: int, group: tuple[Sentence, ...], heading: str) -> Chunk:
    start, end = group[0].start, group[-1].end
    return Chunk(f"{document.id}-{index:04d}", document.id, index, start, end, document.text[start:end], heading, group)


def _mentions(chunk: Chunk, sentence: Sentence, fact: Fact) -> list[Mention]:
    text = chunk.text[sentence.start - chunk.start : sentence.end - chunk.start]
    ends = [(fact.subject, text.index(fact.subject.text)), (fact.object, text.rindex(fact.object.text))]
    starts = [(name, sentence.start + at) for name, at in ends]
    return [Mention(name.alias.id, chunk.id, start, start + len(name.text)) for name, start in starts]


def _evidence(document: Document, chunk: Chunk, sentence: Sentence, fact: Fact) -> Evidence:
    span = (sentence.start, sentence.end)
    claim = (fact.subject.alias.id, fact.predicate, fact.object.alias.id, fact.polarity, fact.modality)
    id_ = digest("evidence", document.id, str(sentence.start), str(sentence.end), *claim)
    quote = document.text[sentence.start : sentence.end]
    details = (fact.qualifiers, fact.confidence, "made-up 1")
    return Evidence(id_, document.id, chunk.id, *span, quote, *claim, *details, said=f"is said to {fact.predicate.lower()}")


CLARITHROMYCIN = Name("clarithromycin", canonical="clarithromycin")
BIAXIN = Name("Biaxin", canonical="clarithromycin")
SIMVASTATIN = Name("simvastatin", canonical="simvastatin")
CYP3A4 = Name("CYP3A4", "Enzyme", "CYP3A4")
CYP3A5 = Name("CYP3A5", "Enzyme")
P_GP = Name("P-gp", "Transporter")
P_GLYCOPROTEIN = Name("P-glycoprotein", "Transporter")
FIVE_FU = Name("5-FU/leucovorin")
MYOPATHY = Name("myopathy", "Condition")


def corpus() -> list[Contribution]:
    """Five documents that share names, state one relation twice, deny one and declare one alias."""
    return [
        contribution(
            "clarithromycin.md",
            [
                Fact(CLARITHROMYCIN, "INHIBITS", CYP3A4, confidence=0.95),
                Fact(BIAXIN, "INHIBITS", P_GP, modality=Modality.POSSIBLE, confidence=0.6),
                Fact(CLARITHROMYCIN, "INHIBITS", CYP3A5, polarity=Polarity.NEGATED),
            ],
            heading="Clarithromycin > Interactions",
            rejected=["aspirin INHIBITS nothing"],
        ),
        contribution(
            "simvastatin.md",
            [
                Fact(SIMVASTATIN, "METABOLISED_BY", CYP3A4),
                Fact(SIMVASTATIN, "CAUSES", MYOPATHY, qualifiers="at high doses", confidence=0.8),
            ],
        ),
        contribution("macrolides.md", [Fact(BIAXIN, "INHIBITS", CYP3A4, qualifiers="strongly", confidence=0.9)]),
        contribution("transporters.md", [same(P_GP, P_GLYCOPROTEIN), Fact(P_GLYCOPROTEIN, "TRANSPORTS", FIVE_FU)]),
        contribution("empty.md", []),
    ]


def many(count: int, *, first: int = 0) -> list[Contribution]:
    """Documents that all say something of one enzyme, and each something of its own."""
    return [_numbered(number) for number in range(first, first + count)]


def _numbered(number: int) -> Contribution:
    drug = Name(f"drug{number}")
    facts = [
        Fact(drug, "INHIBITS", CYP3A4, confidence=0.5 + number % 40 / 100),
        Fact(drug, "CAUSES", MYOPATHY, qualifiers=f"in trial {number}"),
        Fact(SIMVASTATIN, "INTERACTS_WITH", drug),
    ]
    return contribution(f"numbered-{number:03d}.md", facts)
