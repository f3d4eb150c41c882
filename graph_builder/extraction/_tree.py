"""Relations by the dependency tree of a reduced sentence: subjects, objects, agents, and what negates their verb."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from graph_builder.extraction._claims import Findings
from graph_builder.extraction._cues import Cues, clause_end, clause_start
from graph_builder.extraction._roles import Roles
from graph_builder.extraction._sketch import PAIR, ROLE, SLOT, TOKEN, Member, Sketch, Slot
from graph_builder.extraction._syntax import BE, agents, conjuncts, cue_words, is_passive, subjects, under
from graph_builder.extraction._templates import aspect_fits, state
from graph_builder.extraction._words import verb_forms
from graph_builder.packs import Frame, Pack

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_CONFIDENCE = 0.9
_NEXT_VERB = 3
_LEARNED = ("ise", "ize", "ylate", "bit", "duce", "idate", "grade")
_COMMON = ("destroy", "destroys", "destroyed", "destroying")
_ACTS_AS = frozenset(
    {
        "act",
        "acts",
        "acting",
        "serve",
        "serves",
        "considered",
        "classified",
        "regarded",
        "rated",
        "known",
        "described",
        "identified",
        "listed",
    }
)
_THROUGH = frozenset(
    {"use", "members", "patients", "drugs", "agents", "part", "some", "all", "both", "each", "either", "many", "most"}
)


class Tree:
    """Reads claims off parsed sketches for one pack."""

    def __init__(self, pack: Pack, cues: Cues, roles: Roles, placeholders: dict[str, str], plurals: dict[str, str]) -> None:
        self._cues = cues
        self._roles = roles
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
        return not words.isdisjoint(self._verbs) or (not words.isdisjoint(BE | _ACTS_AS) and len(marks) > 1)

    def words(self, sketch: Sketch) -> tuple[list[str], dict[int, str]]:
        """The tokens that the parser sees, and the marks by the number of the token that stands for each."""
        tokens = TOKEN.findall(sketch.text)
        marks = {i: token for i, token in enumerate(tokens) if SLOT.fullmatch(token)}
        return [
            self._stand_in(sketch.at(marks[i])) if i in marks else self._plain_verb(token) for i, token in enumerate(tokens)
        ], marks

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
            if word in BE or word in _ACTS_AS:
                self._copula(reading, token, findings)
            if word in self._verbs and token.tag_[:1] in "VJN":
                for predicate, frame in self._verbs[word]:
                    self._verb(reading, token, predicate, frame, findings)

    def _copula(self, reading: "_Reading", verb: "Token", findings: Findings) -> None:
        complements = [c for c in verb.children if c.dep_ in ("attr", "oprd")] + list(under(verb, "as"))
        subjects = [slot for noun in reading.subjects(verb) for slot in reading.slots(noun)]
        words = reading.cue_words(verb)
        if self._cues.void(words):
            return
        flags = (self._cues.negated(words), self._cues.possible(words))
        for complement in complements:
            for role in reading.slots(complement):
                before = " ".join(t.text for t in complement.lefts)
                for subject in subjects:
                    if subject.letter not in (ROLE, PAIR) and not subject.aspects:
                        self._equate(
                            reading,
                            verb,
                            subject.members,
                            role,
                            (flags[0] or self._cues.negated(before), flags[1] or self._cues.possible(before)),
                            findings,
                        )

    def _equate(
        self,
        reading: "_Reading",
        verb: "Token",
        subject: tuple[Member, ...],
        role: Slot,
        flags: tuple[bool, bool],
        findings: Findings,
    ) -> None:
        sketch, qualifiers = reading.sketch, self._qualifiers(reading, verb, "")
        if role.letter == ROLE:
            self._roles.play(
                subject,
                role,
                sketch,
                findings,
                negated=flags[0],
                possible=flags[1],
                qualifiers=qualifiers,
            )
            return
        for predicate in self._copulas if not role.aspects else ():
            findings.claim(
                subject,
                predicate,
                role.members,
                sketch.number,
                negated=flags[0],
                possible=flags[1],
                confidence=_CONFIDENCE,
            )

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
        for token in (noun, *conjuncts(noun)):
            mark = self._marks.get(token.i)
            if mark:
                found.append(self.sketch.at(mark))
            elif token.text.lower() in _THROUGH:
                found += [self.sketch.at(self._marks[p.i]) for p in under(token, "of") if p.i in self._marks]
        return found

    def ends(self, verb: "Token", frame: Frame) -> Iterator[tuple[Slot, Slot]]:
        """The pairs (subject, object) of slots that the verb holds together, in the frame's sense."""
        passive = is_passive(verb)
        if frame.prepositions:
            nouns = self.subjects(verb) if passive == frame.passive_subject else []
            targets = [p for preposition in frame.prepositions for p in under(verb, preposition)]
        elif passive:
            targets = self.subjects(verb)
            nouns = list(agents(verb))
        else:
            nouns = self.subjects(verb)
            targets = _objects(verb)
        for noun in nouns:
            for target in targets:
                for subject in self.slots(noun):
                    yield from (
                        (subject, object_) for object_ in self.slots(target) if object_ is not subject and not subject.aspects
                    )

    def subjects(self, verb: "Token") -> list["Token"]:
        """The nouns that do the verb, or to which it is done when it is passive."""
        return subjects(verb, named=self._named)

    def cue_words(self, verb: "Token") -> str:
        """The words that say whether the verb's claim holds."""
        return cue_words(verb, named=self._named)

    def _named(self, token: "Token") -> bool:
        return token.i in self._marks


def _objects(verb: "Token") -> list["Token"]:
    """The objects of an active verb; "inhibit or induce x" has one for both verbs, and the parser gives it to the last."""
    own = [c for c in verb.children if c.dep_ in ("dobj", "attr")]
    if own:
        return own
    later = [c for c in verb.children if c.dep_ == "conj" and c.tag_ == verb.tag_ and c.i - verb.i <= _NEXT_VERB]
    return [c for other in later for c in other.children if c.dep_ == "dobj"]
