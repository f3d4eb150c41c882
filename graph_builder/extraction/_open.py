"""Extraction from any text: who does what to whom, with the sentence's own words as predicates.

After the open information extraction of ClausIE and its kin (Del Corro and Gemulla, 2013), cut down to claims between two
names: verb with object, verb with preposition, noun with preposition after "is" or in apposition, possessives; failing
these, the few words between two neighbouring names, with little confidence. A passage's title stands for a sentence's first
pronoun.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from graph_builder.extraction import (
    ExtractedAlias,
    ExtractedEntity,
    ExtractedRelation,
    Extraction,
    NumberedSentence,
    Passage,
)
from graph_builder.extraction._cues import Cues
from graph_builder.extraction._open_names import Name, names
from graph_builder.extraction._pipeline import load_pipeline
from graph_builder.extraction._syntax import BE, agents, conjuncts, cue_words, is_passive, subjects
from graph_builder.llm import Prompt
from graph_builder.model import Modality, Polarity
from graph_builder.names import bare_title
from graph_builder.packs import Pack

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Token

_TREE, _NOUN, _NATIONALITY, _BETWEEN = 0.8, 0.8, 0.7, 0.4
_PRONOUNS = frozenset({"he", "she", "it", "they"})
_POSSESSIVES = frozenset({"his", "her", "its", "their"})
_SKIPPED_VERBS = frozenset({"be", "have", "do", "say", "include", "become"})
_NO_BRIDGE = ("and", "or", "but", "not", "that", "who", "which", "has", "had", "have")
_KNOWN_AS = re.compile(
    r"(?:\s*,|\s*\()?\s*(?:also |better |formerly |originally |popularly |commonly |otherwise )*"
    r"(?:known as|referred to as|called|nicknamed|aka|a\.k\.a\.|n[ée]e|born as|titled)\s+(?:the\s+)?[\"\u201c]?\s*"
)
_PART_NOUNS = frozenset(
    ("part", "region", "state", "province", "county", "district", "city", "town", "village", "area", "section", "north")
    + ("south", "east", "west", "center", "centre", "department", "municipality")
)
_BORN = re.compile(r"[^(]{2,60}\([^()]*\bborn\b[^()]*?\b(?:in|at) ((?:[A-Z][\w'\u2019-]+ ?)+)")
_MOST_BETWEEN = 4
_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]{0,200})[)\]]")
_ADDRESS = re.compile(r"://|\w/\w|@|www\.")
_UNPARSED = ("parser", "lemmatizer")
_LONGEST = 1200
"""Characters of a sentence beyond which the parser is not asked."""


@dataclass(frozen=True, slots=True)
class _End:
    """A name as a relation's end: as it is spelled, and the sentence that spells it."""

    name: str
    sentence: int


@dataclass
class _Reading:
    """A parsed sentence with its names merged into one token each."""

    doc: "Doc"
    number: int
    ends: dict[int, _End]
    types: dict[str, str]
    found: list[ExtractedRelation] = field(default_factory=list)
    aliases: list[ExtractedAlias] = field(default_factory=list)

    def named(self, token: "Token") -> bool:
        """Whether the token is a name, or a pronoun that stands for one."""
        return token.i in self.ends

    def all_named(self, noun: "Token") -> list[_End]:
        """A noun and what is coordinated with it, as far as they are names, and the places in which a place lies."""
        tokens = [noun, *conjuncts(noun)]
        tokens += [
            c for t in tokens for c in t.subtree if c.dep_ in ("appos", "npadvmod") and self._place(c) and self._place(c.head)
        ]
        return [self.ends[t.i] for t in tokens if t.i in self.ends]

    def _place(self, token: "Token") -> bool:
        return token.i in self.ends and self.types.get(self.ends[token.i].name) == "Place"


@dataclass
class _Subject:
    """What a document is about: its title, or else the name that it begins with; ``classes`` are nouns that it is said to be."""

    end: _End | None = None
    classes: set[str] = field(default_factory=set)

    def named(self, surface: str, number: int, title: str, *, first: bool) -> _End:
        """The end that a name is: the subject itself for its last word ("Davy"), else as it is spelled."""
        if surface.casefold() == title.casefold() or (self.end is None and first):
            self.end = _End(surface, number)
        if self.end is not None and " " in self.end.name and surface == self.end.name.split()[-1]:
            return self.end
        return _End(surface, number)


class OpenReader:
    """Reads documents with the open pack."""

    at_once = 1

    def __init__(self, pack: Pack, spacy_model: str, name: str) -> None:
        self._spacy_model = spacy_model
        self._name = name
        self._cues = Cues(pack)

    @property
    def name(self) -> str:
        """Such as "rules/3:open"."""
        return self._name

    @cached_property
    def _nlp(self) -> "Language":
        return load_pipeline(self._spacy_model)

    def prompts(self, passages: Sequence[Passage]) -> list[Prompt]:  # noqa: ARG002  # the protocol's
        """Rules ask no model."""
        return []

    def extract(self, passages: Sequence[Passage]) -> list[Extraction]:
        """One extraction for each passage of one document, in order."""
        sentences = list({s.number: (s, p) for p in reversed(passages) for s in p.sentences}.values())
        sentences.sort(key=lambda pair: pair[0].number)
        docs = self._nlp.pipe((_readable(s.text) for s, _ in sentences), batch_size=64)
        asides = self._asides([s for s, _ in sentences])
        subject = _Subject()
        readings: dict[int, _Reading] = {}
        for doc, (sentence, passage) in zip(docs, sentences, strict=True):
            reading = readings[sentence.number] = self._reading(doc, sentence, passage.title, subject)
            self._relations(reading)
            reading.types = asides.get(sentence.number, {}) | reading.types
        return _by_passage(passages, readings)

    def _asides(self, sentences: Sequence[NumberedSentence]) -> dict[int, dict[str, str]]:
        """Types of the names that stand in brackets, by sentence: "(Tom Drake)" after a part says who plays it."""
        texts = [(text, sentence.number) for sentence in sentences for text in _bracketed(sentence.text)]
        unneeded = [pipe for pipe in _UNPARSED if self._nlp.has_pipe(pipe)]
        found: dict[int, dict[str, str]] = {}
        for doc, number in self._nlp.pipe(texts, as_tuples=True, batch_size=64, disable=unneeded):
            found.setdefault(number, {}).update({doc.text[n.start : n.end]: n.type for n in names(doc, "")})
        return found

    def _reading(self, doc: "Doc", sentence: NumberedSentence, title: str, subject: "_Subject") -> _Reading:
        """The sentence's names merged, and its first pronoun resolved; ``subject`` is kept up with what is named."""
        reading = _Reading(doc, sentence.number, {}, {})
        found, text = names(doc, title), doc.text
        reading.aliases += _declared(text, sentence.number, found)
        for token, name in _merged(doc, found):
            surface = text[name.start : name.end]
            end = subject.named(surface, sentence.number, bare_title(title), first=token.i <= 1)
            reading.ends[token.i] = end
            reading.types[surface] = name.type
        self._born(reading, sentence, subject.end)
        _resolve(reading, subject)
        subject.classes |= {
            c.lemma_
            for t in doc
            if t.text.lower() in BE
            for c in t.children
            if c.dep_ == "attr" and c.tag_ == "NN" and _speaks_of(reading, t, subject)
        }
        return reading

    def _born(self, reading: _Reading, sentence: NumberedSentence, subject: _End | None) -> None:
        """Read "X (born 26 August 1970 in Buenos Aires) is …": the one thing in brackets that is worth reading."""
        match = _BORN.match(sentence.text)
        if match and subject is not None and subject.sentence == sentence.number and sentence.text.startswith(subject.name):
            reading.types.setdefault(match[1], "Place")
            self._add(reading, subject, "BORN_IN", _End(match[1], sentence.number), "", _NOUN)

    def _relations(self, reading: _Reading) -> None:
        if self._nlp.has_pipe("parser"):
            for token in reading.doc:
                if token.pos_ in ("VERB", "AUX"):
                    self._verb(reading, token)
                elif token.pos_ == "NOUN":
                    self._noun(reading, token)
        linked = {frozenset((r.subject, r.object)) for r in reading.found}
        for left, predicate, right in _between(reading):
            if frozenset((left.name, right.name)) not in linked:
                self._add(reading, left, predicate, right, "", _BETWEEN)

    def _verb(self, reading: _Reading, verb: "Token") -> None:
        """Subject, verb, object; subject, verb, preposition, object; agent of a passive."""
        nouns = [end for noun in subjects(verb, named=reading.named) for end in reading.all_named(noun)]
        words = cue_words(verb, named=reading.named)
        if verb.text.lower() in BE and any(c.dep_ == "attr" for c in verb.children):
            self._copula(reading, verb, nouns, words)
            return
        passive, stem = is_passive(verb), _stem(verb)
        if passive:
            for agent in (e for a in agents(verb) for e in reading.all_named(a)):
                for noun in nouns:
                    self._add(reading, agent, _third(verb), noun, words, _TREE)
            stem = verb.text.upper()
        targets = [(e, stem) for c in verb.children if c.dep_ in ("dobj", "oprd") for e in reading.all_named(c)]
        targets += [(e, f"{stem}_{word}") for word, e in _prepositional(reading, verb) if not (passive and word == "BY")]
        if verb.lemma_ in _SKIPPED_VERBS and not passive:
            targets = [(e, p) for e, p in targets if p.count("_")]
        for noun in nouns:
            for end, predicate in targets:
                self._add(reading, noun, predicate, end, words, _TREE)

    def _copula(self, reading: _Reading, verb: "Token", nouns: list[_End], words: str) -> None:
        """Read "X is the capital of Y", "X is an American actor", "His father was X"."""
        owner = next(
            (
                reading.ends[p.i]
                for s in subjects(verb, named=reading.named)
                for p in s.children
                if p.dep_ == "poss" and p.i in reading.ends
            ),
            None,
        )
        relation = next((s.lemma_.upper() for s in subjects(verb, named=reading.named) if s.pos_ == "NOUN"), "")
        for attribute in (a for c in verb.children if c.dep_ == "attr" for a in (c, *conjuncts(c))):
            for end in [reading.ends[attribute.i]] if attribute.i in reading.ends else []:
                if owner and relation:
                    self._add(reading, end, f"{relation}_OF", owner, words, _NOUN)
            if attribute.i in reading.ends:
                continue
            for noun in nouns:
                for word, end in _prepositional(reading, attribute):
                    self._add(reading, noun, f"{attribute.lemma_.upper()}_{word}", end, words, _NOUN)
                for nation in (
                    c for c in attribute.subtree if verb.i < c.i < attribute.i and c.ent_type_ == "NORP" and c.i in reading.ends
                ):
                    self._add(reading, noun, "NATIONALITY", reading.ends[nation.i], words, _NATIONALITY)

    def _noun(self, reading: _Reading, noun: "Token") -> None:
        """Read "X, the capital of Y", "Y's wife X", "Y's wife, X"."""
        role = noun.lemma_.upper()
        if noun.dep_ == "appos" and noun.head.i in reading.ends:
            for word, end in _prepositional(reading, noun):
                self._add(reading, reading.ends[noun.head.i], f"{role}_{word}", end, "", _NOUN)
        owners = [reading.ends[c.i] for c in noun.children if c.dep_ == "poss" and c.i in reading.ends]
        owners += [end for word, end in _prepositional(reading, noun) if word == "OF"] if noun.dep_ != "attr" else []
        players = [reading.ends[c.i] for c in noun.children if c.dep_ == "appos" and c.i in reading.ends]
        if noun.dep_ in ("compound", "nmod") and noun.head.i in reading.ends:
            players.append(reading.ends[noun.head.i])
        for owner in owners:
            for player in players:
                self._add(reading, player, f"{role}_OF", owner, "", _NOUN)

    def _add(self, reading: _Reading, subject: _End, predicate: str, object_: _End, words: str, confidence: float) -> None:
        predicate = re.sub(r"[^A-Z0-9]+", "_", predicate).strip("_")
        if subject.name == object_.name or not predicate or reading.number not in (subject.sentence, object_.sentence):
            return
        reading.found.append(
            ExtractedRelation(
                subject=subject.name,
                predicate=predicate,
                object=object_.name,
                sentences=list(dict.fromkeys([reading.number, subject.sentence, object_.sentence])),
                polarity=Polarity.NEGATED if self._cues.negated(words) else Polarity.AFFIRMED,
                modality=Modality.POSSIBLE if self._cues.possible(words) else Modality.ASSERTED,
                confidence=confidence,
            )
        )


def _merged(doc: "Doc", found: Sequence[Name]) -> list[tuple["Token", Name]]:
    """The tokens of the names, after each name has become one token that keeps the place its head has in the tree."""
    spans = [(doc.char_span(n.start, n.end, alignment_mode="expand"), n) for n in found]
    kept = []
    with doc.retokenize() as merger:
        last = -1
        for span, name in spans:
            if span is not None and span.start >= last:
                kept.append((span.start_char, name))
                last = span.end
                if len(span) > 1:
                    merger.merge(span)
    at = {token.idx: token for token in doc}
    return [(at[start], name) for start, name in kept if start in at]


def _readable(text: str) -> str:
    """A sentence without what stands in brackets: dates and pronunciations after a name lead the parser astray."""
    return re.sub(r"\s+", " ", _BRACKETS.sub("", text[:_LONGEST]).lstrip("#*- "))


def _bracketed(text: str) -> list[str]:
    """What stands in brackets in a sentence and may hold a name; addresses hold none."""
    asides = (" ".join(aside.split()) for aside in _BRACKETS.findall(text[:_LONGEST]))
    return [aside for aside in asides if any(map(str.isupper, aside)) and not _ADDRESS.search(aside)]


def _declared(text: str, number: int, found: Sequence[Name]) -> Iterator[ExtractedAlias]:
    """Read "Ming Luhulima, also known as Lou Lima": neighbours of one type, or of which one has none."""
    for left, right in zip(found, found[1:], strict=False):
        alike = left.type == right.type or "Thing" in (left.type, right.type)
        if alike and _KNOWN_AS.fullmatch(text[left.end : right.start]):
            yield ExtractedAlias(name=text[left.start : left.end], alias=text[right.start : right.end], sentence=number)


def _speaks_of(reading: _Reading, verb: "Token", subject: _Subject) -> bool:
    return any(reading.ends.get(s.i) == subject.end for s in subjects(verb, named=reading.named))


def _resolve(reading: _Reading, subject: _Subject) -> None:
    """Let the sentence's first pronoun, "his" at its head, or "the film" stand for the document's subject."""
    if subject.end is None:
        return
    for token in reading.doc[:8]:
        if token.i in reading.ends:
            return
        word, does = token.text.lower(), token.dep_ in ("nsubj", "nsubjpass")
        of_class = token.lemma_ in subject.classes and token.i > 0 and token.nbor(-1).text.lower() in ("the", "this")
        if (does and (word in _PRONOUNS or of_class)) or (word in _POSSESSIVES and token.dep_ == "poss"):
            reading.ends[token.i] = subject.end
            return


def _prepositional(reading: _Reading, head: "Token") -> Iterator[tuple[str, _End]]:
    """The names that hang on a word by a preposition, each with the preposition in capitals."""
    for preposition in (c for c in head.children if c.dep_ in ("prep", "agent")):
        for noun in (c for c in preposition.children if c.dep_ == "pobj"):
            inner = [
                p for q in noun.children if q.dep_ == "prep" and q.text in ("of", "in") for p in q.children if p.dep_ == "pobj"
            ]
            for named in [noun] if reading.all_named(noun) else inner if noun.lemma_ in _PART_NOUNS else []:
                for end in reading.all_named(named):
                    yield preposition.text.upper(), end


def _stem(verb: "Token") -> str:
    """The verb in the third person, with its particle: "set up" gives SETS_UP."""
    particle = next((c.text for c in verb.children if c.dep_ == "prt"), "")
    return f"{_third(verb)}_{particle.upper()}" if particle else _third(verb)


def _third(verb: "Token") -> str:
    lemma = verb.lemma_.upper()
    if lemma in ("HAVE", "DO", "GO"):
        return {"HAVE": "HAS", "DO": "DOES", "GO": "GOES"}[lemma]
    if lemma.endswith("Y") and lemma[-2:-1] not in "AEIOU":
        return lemma[:-1] + "IES"
    return lemma + ("ES" if lemma.endswith(("S", "X", "CH", "SH", "Z", "O")) else "S")


def _between(reading: _Reading) -> Iterator[tuple[_End, str, _End]]:
    """Neighbouring names with one to four telling words between them, and no comma or conjunction."""
    places = sorted(reading.ends)
    for left, right in zip(places, places[1:], strict=False):
        if "JJ" in (reading.doc[left].tag_, reading.doc[right].tag_) or reading.doc[left].ent_type_ == "NORP":
            continue
        words = [t for t in reading.doc[left + 1 : right] if t.text.lower() not in ("the", "a", "an")]
        if not 1 <= len(words) <= _MOST_BETWEEN or any(not t.text.isalpha() for t in words):
            continue
        if any(t.text.lower() in (*_NO_BRIDGE, *BE) for t in words) or all(len(t.text) < 3 for t in words):  # noqa: PLR2004
            continue
        if any(t.pos_ in ("VERB", "NOUN") or not t.pos_ for t in words):
            yield reading.ends[left], "_".join(t.text.upper() for t in words), reading.ends[right]


def _by_passage(passages: Sequence[Passage], readings: dict[int, _Reading]) -> list[Extraction]:
    """Entities of each passage, and the relations of the sentences that no earlier passage held."""
    done: set[int] = set()
    made = []
    for passage in passages:
        numbers = [s.number for s in passage.sentences]
        fresh = [n for n in numbers if n not in done]
        done.update(numbers)
        relations = [relation for n in fresh for relation in _best(readings[n].found)]
        aliases = [alias for n in fresh for alias in readings[n].aliases]
        made.append(Extraction(entities=_entities(numbers, readings), relations=relations, aliases=aliases))
    return made


def _entities(numbers: Sequence[int], readings: dict[int, _Reading]) -> list[ExtractedEntity]:
    where: dict[str, tuple[str, list[int]]] = {}
    for number in numbers:
        for surface, type_ in readings[number].types.items():
            where.setdefault(surface, (type_, []))[1].append(number)
    return [ExtractedEntity(name=name, type=type_, sentences=at) for name, (type_, at) in where.items()]


def _best(found: Sequence[ExtractedRelation]) -> list[ExtractedRelation]:
    best: dict[tuple[str, str, str], ExtractedRelation] = {}
    for relation in found:
        key = (relation.subject, relation.predicate, relation.object)
        if key not in best or relation.confidence > best[key].confidence:
            best[key] = relation
    return list(best.values())
