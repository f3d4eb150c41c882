"""What a question becomes. The field names are those of the JSON that scripts rely on: ``dataclasses.asdict`` is the report.

Offsets count code points of the document's text; ``document`` is the source as it was given. Scores rise with relevance.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from graph_builder.llm import Usage
from graph_builder.model import Modality, Polarity


@dataclass(frozen=True, slots=True)
class Citation:
    """A place in a document; ``verified`` says that the text there was compared with the quote and is equal."""

    document: str
    chunk: str
    start: int
    end: int
    quote: str
    verified: bool

    @property
    def place(self) -> tuple[str, int, int]:
        """Document, start and end: what makes two citations one."""
        return self.document, self.start, self.end


def unique(citations: Iterable[Citation]) -> tuple[Citation, ...]:
    """Each place once, in the order and as it was first cited."""
    found: dict[tuple[str, int, int], Citation] = {}
    for citation in citations:
        found.setdefault(citation.place, citation)
    return tuple(found.values())


@dataclass(frozen=True, slots=True)
class Hop:
    """One relation of a chain. ``forward``: walked from subject to object; ``reads``: the relation in words.

    ``antecedent``, from ``antecedent_start`` on, names the end which the quote only points to, or is empty; ``said`` is what the
    extractor called the predicate before it was brought into its normal form; ``denials`` cite what states the contrary.
    """

    subject: str
    predicate: str
    object: str
    polarity: Polarity
    modality: Modality
    forward: bool
    document: str
    chunk: str
    start: int
    end: int
    quote: str
    verified: bool
    reads: str = ""
    qualifiers: str = ""
    confidence: float = 1.0
    support: int = 1
    antecedent: str = ""
    antecedent_start: int = 0
    said: str = ""
    subject_id: str = ""
    object_id: str = ""
    subject_type: str = ""
    object_type: str = ""
    relation: str = ""
    denials: tuple[Citation, ...] = ()

    @property
    def citation(self) -> Citation:
        """The sentence that states it."""
        return Citation(self.document, self.chunk, self.start, self.end, self.quote, self.verified)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """All that it rests on: the sentence that states it, and the one that says who "it" is."""
        if not self.antecedent:
            return (self.citation,)
        start, end = self.antecedent_start, self.antecedent_start + len(self.antecedent)
        return self.citation, Citation(self.document, self.chunk, start, end, self.antecedent, self.verified)


@dataclass(frozen=True, slots=True)
class Chain:
    """Hops in order; verified only if each of them is. ``parts`` are the summands of the score by name."""

    score: float
    verified: bool
    hops: tuple[Hop, ...]
    parts: dict[str, float] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The entities along the chain, in the order walked."""
        if not self.hops:
            return ()
        first = self.hops[0]
        walked = [first.subject if first.forward else first.object]
        walked += [hop.object if hop.forward else hop.subject for hop in self.hops]
        return tuple(walked)


@dataclass(frozen=True, slots=True)
class Lead:
    """How one passage leads to another: by the entity ``bridge``, with which the question was rewritten.

    ``chunk`` and ``title`` are those of the passage that leads.
    """

    chunk: str
    title: str
    bridge: str
    question: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A retrieved chunk; ``reason`` says why it is here, ``lead`` which passage led here, where one did."""

    document: str
    title: str
    chunk: str
    score: float
    text: str
    start: int = 0
    end: int = 0
    reason: str = ""
    lead: Lead | None = None


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What a method found: passages and chains best first, seconds by step, and what a person may want to see.

    ``hypotheses`` are HyDE's imagined texts, shown and never cited; ``hypotheses_by`` says who wrote them;
    ``missing`` names the link that was looked for and is not there; ``linked`` the entities found in the question.
    """

    passages: Sequence[Passage] = ()
    chains: Sequence[Chain] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    missing: str = ""
    linked: Sequence[str] = ()
    hypotheses: Sequence[str] = ()
    hypotheses_by: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of an answer with what it rests on; ``derived`` when a rule concludes it from the cited premises."""

    text: str
    citations: tuple[Citation, ...]
    derived: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with its evidence, or an abstention that names the missing link."""

    method: str
    question: str
    answer: str
    abstained: bool
    missing: str
    statements: tuple[Statement, ...]
    chains: tuple[Chain, ...]
    passages: tuple[Passage, ...]
    seconds: dict[str, float]
    usage: Usage
    linked: tuple[str, ...] = ()
    hypotheses: tuple[str, ...] = ()
    hypotheses_by: str = ""
    written_by: str = "composed from chains and source sentences, no language model"


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many passages two methods both retrieved, and their share of the union."""

    left: str
    right: str
    shared: int
    jaccard: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """The same question answered by several methods."""

    question: str
    answers: tuple[Answer, ...]
    overlaps: tuple[Overlap, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entity that a name may mean."""

    id: str
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Connection:
    """How two entities are connected: chains best first; else the nearest that each end reaches.

    ``candidates`` is filled when a name is ambiguous: by the name as given, the entities that bear it.
    """

    source: str
    target: str
    connected: bool
    chains: tuple[Chain, ...]
    nearest: tuple[str, ...] = ()
    candidates: dict[str, tuple[Candidate, ...]] = field(default_factory=dict)
    missing: str = ""
    seconds: dict[str, float] = field(default_factory=dict)
