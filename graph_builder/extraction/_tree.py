"""Relations by the dependency tree of a reduced sentence: subjects, objects, agents, and what negates their verb.

Labels are those of spaCy's English models (ClearNLP style: nsubj, nsubjpass, dobj, agent, pobj, xcomp, relcl …).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from graph_builder.extraction._claims import Findings
from graph_builder.extraction._cues import Cues, clause_end, clause_start
from graph_builder.extraction._reduce import Reducer, verb_forms
from graph_builder.extraction._sketch import PAIR, ROLE, SLOT, TOKEN, Member, Sketch, Slot
from graph_builder.extraction._templates import aspect_fits, state
from graph_builder.packs import Frame, Pack

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_CONFIDENCE = 0.9
_LEARNED = ("ise", "ize", "ylate", "bit", "duce", "idate", "grade")
_COMMON = ("destroy", "destroys", "destroyed", "destroying")
_BE = frozenset({"is", "are", "was", "were", "be", "been", "being", "remains", "becomes"})
_ACTS_AS = frozenset({"act", "acts", "acting", "serve", "serves", "considered", "classified", "regarded", "rated", "known", "described", "identified", "listed"})
_SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj"})
_WH = frozenset({"which", "that", "who", "whose"})
_CUES = frozenset({"aux", "auxpass", "neg", "advmod", "acomp", "mark", "det", "preconj", "cc"})
_CLIMB = frozenset({"xcomp", "ccomp", "acl"})
_THROUGH = frozenset({"use", "members", "patients", "drugs", "agents", "part", "some", "all", "both", "each", "either", "many", "most"})


class Tree:
    """Reads claims off parsed sketches for one pack."""

    def __init__(self, pack: Pack, cues: Cues, reducer: Reducer, placeholders: dict[str, str], plurals: dict[str, str]) -> None:
        self._cues = cues
        self._reducer = reducer
        self._placeholders = placeholders
        self._plurals = plurals
        self._paired = tuple(p for p, r in pack.relation_types.items() if r.symmetric)
        self._copulas = tuple(p for p, r in pack.relation_types.items() if any(f.copula for f in r.frames))
        self._verbs: dict[str, list[tuple[str, Frame]]] = {}
        self._plain: dict[str, str] = {}
        for predicate, relation in pack.relation_types.items():
            for frame in relation.frames:
                for forms in map(verb_forms, frame.verbs):
                    for form in forms:
                        self._verbs.setdefault(form, []).append((predicate, frame))
                    if forms[0].endswith(_LEARNED):
                        self._plain.update(zip(forms, _COMMON, strict=False))

    def wants(self, sketch: Sketch) -> bool:
        """Whether a parse could yield anything: two slots, and a verb of the pack or a copula with a role."""
        marks = sketch.marks()
        if len(marks) < 2 and not any(m[1] == PAIR for m in marks):  # noqa: PLR2004 - a relation has two ends
            return False
        words = {token.lower() for token in TOKEN.findall(sketch.text)}
        return not words.isdisjoint(self._verbs) or (not words.isdisjoint(_BE | _ACTS_AS) and len(marks) > 1)

    def words(self, sketch: Sketch) -> tuple[list[str], dict[int, str]]:
        """The tokens that the parser sees, and the marks by the number of the token that stands for each."""
        tokens = TOKEN.findall(sketch.text)
        marks = {i: token for i, token in enumerate(tokens) if SLOT.fullmatch(token)}
        return [self._stand_in(sketch.at(marks[i])) if i in marks else self._plain_verb(token) for i, token in enumerate(tokens)], marks

    def _plain_verb(self, token: str) -> str:
        """A verb of the pack under a common one, since the parser takes "metabolises" and "inhibits" for nouns."""
        return self._plain.get(token, token)

    def _stand_in(self, slot: Slot) -> str:
        if slot.letter == PAIR:
            return "combination"
        if slot.word:
            return slot.word.lower()
        noun = self._placeholders.get(slot.members[0].type, "thing")
        return noun if len(slot.members) == 1 else self._plurals.get(slot.members[0].type) or noun + "s"

    def read(self, doc: "Doc", sketch: Sketch, marks: dict[int, str], findings: Findings) -> None:
        """Note every claim that the tree of one sketch states."""
        reading = _Reading(doc, sketch, marks)
        words = [word.lower() for word in TOKEN.findall(sketch.text)]
        for token, word in zip(doc, words, strict=True):
            if token.i in marks:
                continue
            if word in _BE or word in _ACTS_AS:
                self._copula(reading, token, findings)
            if word in self._verbs and token.tag_[:1] in "VJN":
                for predicate, frame in self._verbs[word]:
                    self._verb(reading, token, predicate, frame, findings)

    def _copula(self, reading: "_Reading", verb: "Token", findings: Findings) -> None:
        complements = [c for c in verb.children if c.dep_ in ("attr", "oprd")] + list(_under(verb, "as"))
        subjects = [slot for noun in reading.subjects(verb) for slot in reading.slots(noun)]
        words = reading.cue_words(verb)
        flags = (self._cues.negated(words), self._cues.possible(words))
        for complement in complements:
            for role in reading.slots(complement):
                before = " ".join(t.text for t in complement.lefts)
                for subject in subjects:
                    if subject.letter not in (ROLE, PAIR) and not subject.aspects:
                        self._equate(reading, verb, subject.members, role, (flags[0] or self._cues.negated(before), flags[1] or self._cues.possible(before)), findings)

    def _equate(
        self, reading: "_Reading", verb: "Token", subject: tuple[Member, ...], role: Slot, flags: tuple[bool, bool], findings: Findings
    ) -> None:
        sketch, qualifiers = reading.sketch, self._qualifiers(reading, verb, "")
        if role.letter == ROLE:
            self._reducer.play(subject, role, sketch, findings, negated=flags[0], possible=flags[1], confidence=_CONFIDENCE, qualifiers=qualifiers)
            return
        for predicate in self._copulas if not role.aspects else ():
            findings.claim(subject, predicate, role.members, sketch.number, negated=flags[0], possible=flags[1], confidence=_CONFIDENCE)

    def _verb(self, reading: "_Reading", verb: "Token", predicate: str, frame: Frame, findings: Findings) -> None:
        ends = list(reading.ends(verb, frame))
        if not ends:
            return
        words = reading.cue_words(verb)
        if self._cues.void(words):
            return
        near = " ".join(t.text for t in verb.children if t.dep_ in ("advmod", "acomp"))
        near = near if "" in frame.aspects or "activity" in frame.aspects else ""
        for subject, object_ in ends:
            if aspect_fits(frame, object_):
                qualifiers = self._qualifiers(reading, verb, near, apart_from=object_.letter)
                if frame.qualifier:
                    qualifiers = (*qualifiers, frame.qualifier)
                state(
                    self._paired, findings, reading.sketch, predicate, subject, object_,
                    negated=self._cues.negated(words) or frame.negated, possible=self._cues.possible(words),
                    qualifiers=qualifiers, confidence=frame.confidence or _CONFIDENCE,
                )  # fmt: skip

    def _qualifiers(self, reading: "_Reading", verb: "Token", near: str, *, apart_from: str = "") -> tuple[str, ...]:
        text = reading.sketch.text
        position = reading.position(verb)
        clause = text[clause_start(text, position) : clause_end(text, position)]
        return (*self._cues.qualifiers(reading.sketch, clause, apart_from=apart_from), *self._cues.strength(near))


class _Reading:
    """One parsed sketch, and what its nouns and verbs come to."""

    def __init__(self, doc: "Doc", sketch: Sketch, marks: dict[int, str]) -> None:
        self.sketch = sketch
        self._doc = doc
        self._marks = marks
        self._starts = [m.start() for m in TOKEN.finditer(sketch.text)]

    def position(self, token: "Token") -> int:
        """Where the token stands in the sketch's text."""
        return self._starts[token.i]

    def slots(self, noun: "Token") -> list[Slot]:
        """What a noun phrase names: its head and what is coordinated with it, or what its head is a part or use of."""
        found = []
        for token in (noun, *_conjuncts(noun)):
            mark = self._marks.get(token.i)
            if mark:
                found.append(self.sketch.at(mark))
            elif token.text.lower() in _THROUGH:
                found += [self.sketch.at(self._marks[p.i]) for p in _under(token, "of") if p.i in self._marks]
        return found

    def ends(self, verb: "Token", frame: Frame) -> Iterator[tuple[Slot, Slot]]:
        """The pairs (subject, object) of slots that the verb holds together, in the frame's sense."""
        passive = _is_passive(verb)
        if frame.prepositions:
            nouns = self.subjects(verb) if passive == frame.passive_subject else []
            targets = [p for preposition in frame.prepositions for p in _under(verb, preposition)]
        elif passive:
            targets = self.subjects(verb)
            nouns = list(_agents(verb))
        else:
            nouns = self.subjects(verb)
            targets = [c for c in verb.children if c.dep_ in ("dobj", "attr")]
        for noun in nouns:
            for target in targets:
                for subject in self.slots(noun):
                    yield from ((subject, object_) for object_ in self.slots(target) if object_ is not subject and not subject.aspects)

    def subjects(self, verb: "Token") -> list["Token"]:
        """The nouns that do the verb, or to which it is done when it is passive."""
        own = [c for c in verb.children if c.dep_ in _SUBJECTS]
        if own:
            return [noun for c in own for noun in ([c] if c.text.lower() not in _WH else self._described(verb))]
        if verb.dep_ in ("conj", "xcomp") or (verb.dep_ == "advcl" and verb.tag_ == "VBG"):
            return self.subjects(verb.head) if verb.head.i != verb.i else []
        if verb.dep_ in ("acl", "relcl"):
            return [verb.head]
        if verb.dep_ == "pcomp" and verb.head.text.lower() in ("by", "through", "via"):
            return self.subjects(verb.head.head)
        return []

    def _described(self, clause: "Token") -> list["Token"]:
        """What a relative clause describes: its noun, or what that noun is said of ("x is a lactone that …")."""
        noun = clause.head
        if clause.dep_ != "relcl":
            return []
        if noun.i not in self._marks and noun.dep_ == "attr" and noun.head.text.lower() in _BE:
            return self.subjects(noun.head)
        return [noun]

    def cue_words(self, verb: "Token") -> str:
        """The words that say whether the verb's claim holds: its auxiliaries, its adverbs, and those of the verbs above."""
        tokens: list[Token] = []
        current = verb
        while True:
            tokens += [current, *(c for c in current.children if c.dep_ in _CUES and c.i not in self._marks)]
            tokens += [t for c in current.children if c.dep_ in _SUBJECTS for t in c.children if t.dep_ in ("det", "preconj", "neg")]
            tokens += [t for c in current.children if c.dep_ in ("dobj", "attr") and current is verb for t in c.children if t.dep_ in ("det", "neg")]
            above = _governor(current)
            if above is None:
                break
            current = above
        return " ".join(t.text for t in sorted(set(tokens), key=lambda t: t.i))


def _governor(verb: "Token") -> "Token | None":
    """The word above whose negation and doubt reach down to this verb, if any."""
    head = verb.head
    if head.i == verb.i:
        return None
    if verb.dep_ in _CLIMB and head.text.lower() not in _WH:
        return head if verb.dep_ != "acl" or verb.tag_ in ("VB", "VBP", "VBZ", "VBD") else None
    if verb.dep_ == "conj" and _shares(verb, head):
        return head
    return None


def _shares(verb: "Token", first: "Token") -> bool:
    """Whether a coordinated verb stands under the auxiliaries of the first: "does not inhibit or induce"."""
    if any(c.dep_ in (*_SUBJECTS, "aux", "auxpass", "neg") for c in verb.children):
        return False
    if any(c.dep_ == "cc" and c.text.lower() == "but" for c in first.children):
        return False
    return verb.tag_ == first.tag_


def _is_passive(verb: "Token") -> bool:
    if any(c.dep_ in ("auxpass", "nsubjpass") for c in verb.children):
        return True
    if verb.tag_ == "VBN" and verb.dep_ in ("acl", "relcl"):
        return True
    return verb.dep_ == "conj" and verb.tag_ == "VBN" and verb.head.i != verb.i and not any(c.dep_ in _SUBJECTS for c in verb.children) and _is_passive(verb.head)


def _agents(verb: "Token") -> Iterator["Token"]:
    for preposition in ("by", "via", "through"):
        yield from _under(verb, preposition)


def _under(token: "Token", preposition: str) -> Iterator["Token"]:
    """The nouns that hang on a token by a preposition, also by a second one: "by x and by y"."""
    for child in token.children:
        if child.dep_ in ("prep", "agent", "dative", "prt") and child.text.lower() == preposition:
            for link in (child, *(c for c in child.children if c.dep_ == "conj")):
                yield from (c for c in link.children if c.dep_ == "pobj")


def _conjuncts(noun: "Token") -> Iterator["Token"]:
    for child in noun.children:
        if child.dep_ == "conj":
            yield child
            yield from _conjuncts(child)
