"""Names and sentence numbers become places in the text, or are refused: what an extractor says is believed only where it stands.

A claim passes when its sentence exists and gives no orders to a machine, both ends are named in it (or in a sentence that it
gives as antecedent, at least one in the stating sentence), and predicate and types fit the pack. Anything else goes to the
quarantine with its reason. In an open pack predicates are put into one form (`predicates.py`); what was said is kept beside it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from graph_builder.extraction import ExtractedAlias, ExtractedEntity, ExtractedRelation, Extraction
from graph_builder.model import (
    SAME_AS,
    Alias,
    Chunk,
    Document,
    Evidence,
    Mention,
    Modality,
    Polarity,
    Rejected,
    Sentence,
    Span,
    digest,
)
from graph_builder.names import bare_title, normalise
from graph_builder.orders import gives_orders
from graph_builder.packs import Pack
from graph_builder.predicates import normalised
from graph_builder.resolution import UNTYPED

_LONGEST_PREDICATE = 80
_LONGEST_TITLE = 10
"""Words beyond which a title is a sentence rather than a name."""
_WORD = re.compile(r"\w+")
_NO_NAMES = frozenset(
    (
        "it",
        "its",
        "itself",
        "they",
        "them",
        "their",
        "he",
        "him",
        "his",
        "she",
        "her",
        "we",
        "us",
        "our",
        "you",
        "i",
        "this",
        "that",
    )
    + (
        "these",
        "those",
        "which",
        "who",
        "whom",
        "what",
        "one",
        "ones",
        "both",
        "each",
        "other",
        "others",
        "a",
        "an",
        "the",
        "and",
        "or",
    )
)
_DECLARING = re.compile(
    r"[(\[\])/=:,;\"\u201c\u201d\u2013\u2014]|\b(?:also|aka|called|known|named|termed|i\.e|or|formerly|sold|marketed|brand|trade|generic|"
    r"abbreviated|hereinafter|hereafter|referred|synonym|short|stands|is|are|was|were)\b",
    re.IGNORECASE,
)
"""What stands between two names of one thing."""
_GENERIC = re.compile(r"\b(?:an?|the|this|that|these|those|some|any|such|each|every|no)\s+(?:\w+\s+)?$", re.IGNORECASE)
"""What stands before a common noun."""
_MOST_KEPT = 2000
"""Characters of a refused record that the quarantine keeps."""


class _Refused(Exception):
    """A record that fails a check; the message is the reason."""


@dataclass(slots=True)
class Grounded:
    """What holds of an extraction, and what does not. Keyed by what makes each unique, so that saying twice adds nothing."""

    aliases: dict[str, Alias] = field(default_factory=dict)
    mentions: set[Mention] = field(default_factory=set)
    evidence: dict[str, Evidence] = field(default_factory=dict)
    rejected: set[Rejected] = field(default_factory=set)


def ground(
    document: Document, chunks: Sequence[Chunk], extractions: Sequence[Extraction], pack: Pack, extractor: str
) -> Grounded:
    """Check what was extracted from each chunk (one extraction a chunk, in order) against the document's text."""
    grounder = _Grounder(document, chunks, pack, extractor)
    for chunk, extraction in zip(chunks, extractions, strict=True):
        grounder.by_model = extraction.by_model
        grounder.types = extraction.types | {entity.name: entity.type for entity in extraction.entities}
        grounder.found.rejected |= {Rejected(chunk.id, _short(said.said), said.reason) for said in extraction.unreadable}
        records = [(r, grounder.entity) for r in extraction.entities]
        records += [(r, grounder.declaration) for r in extraction.aliases]  # type: ignore[misc]  # each with its own check
        records += [(r, grounder.relation) for r in extraction.relations]  # type: ignore[misc]
        for record, check in records:
            try:
                check(record)
            except _Refused as refusal:
                said = _short(record.model_dump_json(exclude_defaults=True))
                grounder.found.rejected.add(Rejected(chunk.id, said, str(refusal)))
    grounder.title(chunks)
    return grounder.found


class _Grounder:
    """The checks, over one document."""

    def __init__(self, document: Document, chunks: Sequence[Chunk], pack: Pack, extractor: str) -> None:
        self._text = document.text
        self._document = document
        self._pack = pack
        self._extractor = extractor
        self._types = {type_.casefold(): type_ for type_ in pack.entity_types}
        self._sentence = {s.number: (s, chunk) for chunk in chunks for s in chunk.sentences}
        self.types: dict[str, str] = {}
        self.by_model = False
        self.free = False
        self.found = Grounded()

    def entity(self, record: ExtractedEntity) -> None:
        """Every place where the sentences name the entity becomes a mention."""
        places = [place for n in record.sentences for place in self._mentions(record.name, n)]
        if not places:
            raise _Refused(f'"{record.name}" is not named in sentence {", ".join(map(str, record.sentences)) or "(none)"}')

    def relation(self, record: ExtractedRelation) -> None:
        """The stating sentence becomes evidence, under the predicate's normal form where it is free."""
        if not record.sentences:
            raise _Refused("no sentence is given")
        stating, *antecedents = record.sentences
        said, record = record.predicate, self._normalised(record)
        if record.predicate == SAME_AS:
            return self._same(record)
        sentence, chunk = self._stating(stating)
        subject, subject_at = self._end(record.subject, stating, antecedents)
        object_, object_at = self._end(record.object, stating, antecedents)
        if stating not in {subject_at, object_at}:
            raise _Refused(f"sentence {stating} names neither end")
        if subject.id == object_.id or (subject.canonical and subject.canonical == object_.canonical):
            raise _Refused("both ends are the same")
        if not self._pack.allows(subject.type, record.predicate, object_.type):
            raise _Refused(f"{subject.type} {record.predicate} {object_.type} is not in the pack {self._pack.name}")
        elsewhere = next((n for n in (subject_at, object_at) if n != stating), None)
        antecedent = None if elsewhere is None else self._span(self._at(elsewhere)[0])
        record = self._qualified(record, chunk)
        self._add_evidence(record, sentence, chunk, (subject, object_), antecedent, said=said)

    def _normalised(self, record: ExtractedRelation) -> ExtractedRelation:
        """The relation with its predicate in normal form; a "not" or "may" in the predicate becomes what it means."""
        listed = re.sub(r"\W+", "_", record.predicate).strip("_").upper()
        if listed in self._pack.relation_types:
            return record.model_copy(update={"predicate": listed})
        if not (self.by_model and self._pack.is_open):
            return record
        predicate = normalised(record.predicate)
        if not 0 < len(predicate.name) <= _LONGEST_PREDICATE:
            raise _Refused(f'"{_short(record.predicate)}" is no predicate')
        told: dict[str, object] = {"predicate": predicate.name}
        if predicate.negated:
            told["polarity"] = Polarity.NEGATED
        if predicate.possible:
            told["modality"] = Modality.POSSIBLE
        return record.model_copy(update=told)

    def _qualified(self, record: ExtractedRelation, chunk: Chunk) -> ExtractedRelation:
        """The relation without qualifiers that its sentences do not hold word for word."""
        told = set(_WORD.findall(record.qualifiers.casefold()))
        texts = (self._quote(self._at(number)[0]) for number in record.sentences if number in self._sentence)
        if not (self.by_model and told) or told <= set(_WORD.findall(" ".join(texts).casefold())):
            return record
        said = _short(record.model_dump_json(exclude_defaults=True))
        self.found.rejected.add(Rejected(chunk.id, said, "kept without its qualifiers, which the sentence does not hold"))
        return record.model_copy(update={"qualifiers": ""})

    def _quote(self, sentence: Sentence) -> str:
        return self._text[sentence.start : sentence.end]

    def _same(self, record: ExtractedRelation) -> None:
        """A relation that says that its ends are one thing is checked as what it is, a declaration."""
        if record.polarity is Polarity.NEGATED or record.modality is Modality.POSSIBLE:
            raise _Refused("that two names are not, or may be, one thing joins nothing")
        self.declaration(ExtractedAlias(name=record.subject, alias=record.object, sentence=record.sentences[0]))

    def _add_evidence(
        self,
        record: ExtractedRelation,
        sentence: Sentence,
        chunk: Chunk,
        ends: tuple[Alias, Alias],
        antecedent: Span | None,
        *,
        said: str = "",
    ) -> None:
        claim = (ends[0].id, record.predicate, ends[1].id, record.polarity, record.modality)
        id_ = digest("evidence", self._document.id, str(sentence.start), str(sentence.end), *claim)
        held = self.found.evidence.get(id_)
        if held and held.confidence >= record.confidence:
            return
        self.found.evidence[id_] = Evidence(
            id=id_,
            document_id=self._document.id,
            chunk_id=chunk.id,
            start=sentence.start,
            end=sentence.end,
            quote=self._text[sentence.start : sentence.end],
            subject=ends[0].id,
            predicate=record.predicate,
            object=ends[1].id,
            polarity=record.polarity,
            modality=record.modality,
            qualifiers=record.qualifiers,
            confidence=round(record.confidence, 4),
            extractor=self._extractor,
            antecedent=antecedent,
            said="" if said == record.predicate else said,
        )

    def declaration(self, record: ExtractedAlias) -> None:
        """A declared alias becomes evidence of its own kind, unless types or the pack say that the two differ."""
        sentence, chunk = self._stating(record.sentence)
        if self.by_model and not _declares(self._quote(sentence), record.name, record.alias):
            raise _Refused(f'sentence {record.sentence} does not declare "{record.name}" and "{record.alias}" to be one')
        left, _ = self._end(record.name, record.sentence, [])
        right, _ = self._end(record.alias, record.sentence, [])
        if left.id == right.id:
            return
        if left.type != right.type and UNTYPED not in (left.type, right.type):
            raise _Refused(f"{left.type} and {right.type} can not be one entity")
        if left.canonical and right.canonical and left.canonical != right.canonical:
            raise _Refused(f"the pack tells {left.canonical} from {right.canonical}")
        first, second = sorted((left, right), key=lambda a: a.id)
        said = ExtractedRelation(subject=first.name, predicate=SAME_AS, object=second.name, sentences=[record.sentence])
        self._add_evidence(said, sentence, chunk, (first, second), None)

    def _at(self, number: int) -> tuple[Sentence, Chunk]:
        if number not in self._sentence:
            raise _Refused(f"there is no sentence {number}")
        return self._sentence[number]

    def _stating(self, number: int) -> tuple[Sentence, Chunk]:
        """The sentence that is to state something; one that gives orders to a machine states nothing."""
        sentence, chunk = self._at(number)
        if pattern := _orders(self._quote(sentence)):
            raise _Refused(f"sentence {number} gives orders to a reader machine ({pattern})")
        return sentence, chunk

    @staticmethod
    def _span(sentence: Sentence) -> Span:
        return Span(sentence.start, sentence.end)

    def title(self, chunks: Sequence[Chunk]) -> None:
        """The document's title, where it is a name, is mentioned by every chunk, whether or not the text says it again."""
        name = bare_title(self._document.title)
        known = self._pack.lexicon.canonical(name)
        if not known and not (self._pack.is_open and normalise(name) and len(name.split()) <= _LONGEST_TITLE):
            return
        told = (a.type for a in sorted(self.found.aliases.values(), key=lambda a: a.id) if a.normalised == normalise(name))
        type_ = next((t for t in told if t != UNTYPED), UNTYPED)
        alias = Alias.of(name, *known) if known else Alias.of(name, type_)
        self.found.aliases[alias.id] = alias
        self.found.mentions |= {Mention(alias.id, chunk.id, chunk.start, chunk.start) for chunk in chunks}

    def _end(self, name: str, stating: int, antecedents: Sequence[int]) -> tuple[Alias, int]:
        for number in (stating, *antecedents):
            for alias in self._mentions(name, number):
                return alias, number
        where = ", ".join(map(str, (stating, *antecedents)))
        raise _Refused(f'"{name}" is not named in sentence {where}')

    def _mentions(self, name: str, number: int) -> list[Alias]:
        """The aliases under which a sentence names it, each place recorded as a mention."""
        if name.strip().casefold() in _NO_NAMES:
            raise _Refused(f'"{name}" is no name')
        sentence, chunk = self._at(number)
        found = []
        for start, end in _occurrences(self._text[sentence.start : sentence.end], name):
            start, end = sentence.start + start, sentence.start + end  # noqa: PLW2901  # from the sentence to the document
            alias = self._alias(" ".join(self._text[start:end].split()), name)
            self.found.aliases[alias.id] = alias
            self.found.mentions.add(Mention(alias.id, chunk.id, start, end))
            found.append(alias)
        return found

    def _alias(self, surface: str, name: str) -> Alias:
        known = self._pack.lexicon.canonical(surface) or self._pack.lexicon.canonical(name)
        if known:
            return Alias.of(surface, *known)
        type_ = self.types.get(name, UNTYPED)
        if self._pack.is_open:
            return Alias.of(surface, _label(type_))
        listed = self._types.get(type_.casefold(), "") if self._types else type_
        if not listed and type_ != UNTYPED:
            raise _Refused(f'the pack {self._pack.name} has no entity type "{type_}"')
        return Alias.of(surface, listed or type_)


def _declares(text: str, name: str, alias: str) -> bool:
    """Whether a sentence may declare two names to be one thing: something that declares stands between, and neither is a noun.

    "Plavix (clopidogrel)" and "Plavix, also called clopidogrel" do; "aspirin lowers fever" and "aspirin is a drug" do not.
    """
    pairs = [(a, b) for a in _occurrences(text, name) for b in _occurrences(text, alias) if a[1] <= b[0] or b[1] <= a[0]]
    for one, other in (sorted(pair) for pair in pairs):
        nouns = [text[a:b].islower() and _GENERIC.search(text[:a]) for a, b in (one, other)]
        if not any(nouns) and _DECLARING.search(text[one[1] : other[0]]):
            return True
    return False


def _label(type_: str) -> str:
    """A free type in one form: "chemical compound" is ChemicalCompound."""
    return "".join(word[0].upper() + word[1:] for word in re.split(r"[\W_]+", type_) if word) or UNTYPED


def _short(said: str) -> str:
    """What is kept of a refused record."""
    return said if len(said) <= _MOST_KEPT else f"{said[:_MOST_KEPT]}…"


_orders = lru_cache(maxsize=1024)(gives_orders)


@lru_cache(maxsize=4096)
def _pattern(name: str, *, exact: bool) -> re.Pattern[str]:
    words = r"\s+".join(re.escape(word) for word in name.split())
    return re.compile(rf"(?<!\w){words}(?!\w)", 0 if exact else re.IGNORECASE)


def _occurrences(text: str, name: str) -> Iterator[tuple[int, int]]:
    """Whole-word places of a name, in its own case where there are any, else in any case."""
    if not name.strip():
        return
    places = [m.span() for m in _pattern(name, exact=True).finditer(text)]
    yield from places or (m.span() for m in _pattern(name, exact=False).finditer(text))
