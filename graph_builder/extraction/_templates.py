"""Relations by the stream of words of a reduced sentence: what a parser is not needed for, and what it misses."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from graph_builder.extraction._claims import Findings
from graph_builder.extraction._cues import Cues, clause_end, clause_start
from graph_builder.extraction._sketch import PAIR, ROLE, SLOT, Member, Sketch, Slot
from graph_builder.extraction._words import verb_forms
from graph_builder.packs import Frame, Pack

_CONFIDENCE = 0.8
_SUBJECT = r"(?P<S><[A-P]\d+>)"
_PLAIN = r"(?P<O><[A-O]\d+>)"
_SEEN = r"(?P<O><[a-o]\d+>)"
_EITHER = r"(?P<O><[A-Oa-o]\d+>)"
_WORD = r"(?:[\w'%.-]+,?\s+)"
_WITH = (
    r"(?:by|with|when\s+(?:\w+\s+){0,3}with|in (?:the )?presence of|in combination with|following|after|during|"
    r"in (?:patients|subjects) (?:receiving|taking|on|given|treated with)|due to|caused by|produced by)"
)
_AUXILIARY = (
    r"(?:(?:is|are|was|were|been|be|being|has|have|had|not|may|might|could|can|also|both|will|would|should|does|do|did|"
    r"to|shown|thought|known|reported|\w+ly)\s+){0,6}"
)
_SIZE = (
    r"(?:(?:the|an?|about|approximately|by|its|mean|plasma|serum|blood|systemic|peak|steady-state|trough|oral|total|"
    r"[\w.%-]+(?:fold|%|ly|ing|ed)|\d[\w.%-]*|activity of|hepatic|intestinal|both|mild to|moderate to|severe|acute|chronic|"
    r"mild|moderate|active|major|serious|fatal|life-threatening|symptomatic|additional)\s+){0,4}"
)


@dataclass(frozen=True, slots=True)
class _Template:
    predicate: str
    frame: Frame
    pattern: re.Pattern[str]
    hints: tuple[str, ...]
    confidence: float
    opens: bool = False
    """It begins with a slot, so that it need only be tried where one stands."""
    denies: bool = False
    """Its own words deny: "do not use x with y" is what CONTRAINDICATED_WITH says, and no denial of it."""

    def matches(self, text: str, starts: list[int]) -> Iterator[re.Match[str]]:
        """Where it fits; ``starts`` are the places of the slots."""
        if self.opens:
            yield from (match for start in starts if (match := self.pattern.match(text, start)))
        else:
            yield from self.pattern.finditer(text)


class Templates:
    """The pack's templates, and those that its frames imply."""

    def __init__(self, pack: Pack, cues: Cues) -> None:
        self._cues = cues
        self._pack = pack
        self._templates = [t for p, r in pack.relation_types.items() for f in r.frames for t in _of_frame(p, f)]
        self._hints = {hint for template in self._templates for hint in template.hints}
        self._paired = tuple(p for p, r in pack.relation_types.items() if r.symmetric)

    def read(self, sketch: Sketch, findings: Findings) -> None:
        """Note the claims of every template that fits."""
        lowered = sketch.text.lower()
        starts = [match.start() for match in SLOT.finditer(sketch.text)]
        present = {hint for hint in self._hints if hint in lowered}
        for template in self._templates:
            if not present.isdisjoint(template.hints):
                for match in template.matches(sketch.text, starts):
                    self._claim(sketch, findings, template, match)

    def _claim(self, sketch: Sketch, findings: Findings, template: _Template, match: re.Match[str]) -> None:
        subject, object_ = _ends(sketch, match)
        if not aspect_fits(template.frame, object_):
            return
        start = clause_start(sketch.text, max(match.start(), 0) + 1) if match.start() else 0
        window = sketch.text[start : match.end()]
        if self._cues.void(window):
            return
        clause = sketch.text[start : clause_end(sketch.text, match.end())]
        negated = (self._cues.negated(window) and not template.denies) or template.frame.negated
        strength = (
            self._cues.strength(match[0]) if template.frame.aspects == ("",) or "activity" in template.frame.aspects else ()
        )
        qualifiers = (
            *self._cues.qualifiers(sketch, clause, apart_from=object_.letter),
            *strength,
            *_given(template.frame),
        )
        possible = self._cues.possible(window)
        state(
            self._paired, findings, sketch, template.predicate, subject, object_,
            negated=negated, possible=possible, qualifiers=qualifiers, confidence=template.confidence,
        )  # fmt: skip


def state(
    paired: tuple[str, ...],
    findings: Findings,
    sketch: Sketch,
    predicate: str,
    subject: Slot,
    object_: Slot,
    *,
    negated: bool,
    possible: bool,
    qualifiers: tuple[str, ...],
    confidence: float,
) -> None:
    """Note a claim between two slots. A pair claims for each side, and that its sides interact.

    "Coadministration of x and y increases the concentration of x" is a claim of y on x; with neither side as
    its object it is one of each side together with the other.
    """
    if ROLE in (subject.letter, object_.letter):
        return
    flags = {"negated": negated, "possible": possible, "confidence": confidence}
    if subject.letter != PAIR:
        findings.claim(subject.members, predicate, object_.members, sketch.number, qualifiers=qualifiers, **flags)  # type: ignore[arg-type]
        return
    inside = {m.canonical for m in object_.members} & {m.canonical for m in (*subject.members, *subject.second)}
    alike = {m.type for m in object_.members} & {m.type for m in (*subject.members, *subject.second)}
    seen_apart = object_.aspects and alike and not inside  # "x and y raise the level of z": which of them is not said
    for side, other in ((subject.members, subject.second), (subject.second, subject.members)):
        if not seen_apart and not (inside and {m.canonical for m in side} & inside):
            together = () if inside else (f"together with {_names(other)}",)
            findings.claim(side, predicate, object_.members, sketch.number, qualifiers=(*qualifiers, *together), **flags)  # type: ignore[arg-type]
    for symmetric in paired:
        findings.claim(subject.members, symmetric, subject.second, sketch.number, **flags)  # type: ignore[arg-type]


def aspect_fits(frame: Frame, object_: Slot) -> bool:
    """Whether the object is seen in a way that the frame speaks of."""
    return bool(object_.aspects & set(frame.aspects)) if object_.aspects else "" in frame.aspects


def _names(members: tuple[Member, ...]) -> str:
    return " or ".join(dict.fromkeys(m.name for m in members))


def _given(frame: Frame) -> tuple[str, ...]:
    return (frame.qualifier,) if frame.qualifier else ()


def _mark(text: str) -> str:
    return text[text.rindex("<") :]


def _ends(sketch: Sketch, match: re.Match[str]) -> tuple[Slot, Slot]:
    """Subject and object of a match: two slots, or the two sides of a pair."""
    found = match.groupdict()
    if not found.get("P"):
        return sketch.at(_mark(match["S"])), sketch.at(match["O"])
    pair = sketch.at(_mark(match["P"]))
    return Slot(pair.members, "A"), Slot(pair.second, "A")


def _of_frame(predicate: str, frame: Frame) -> list[_Template]:
    object_ = _EITHER if len(frame.aspects) > 1 and "" in frame.aspects else _PLAIN if "" in frame.aspects else _SEEN
    confidence = frame.confidence or _CONFIDENCE
    made = [
        _Template(
            predicate,
            frame,
            re.compile(_fill(t), re.IGNORECASE),
            _hint_of(t),
            confidence,
            opens=t.startswith(("{S}", "{O}", "{P}")),
            denies=bool(re.search(r"\b(?:not|never)\b", t)),
        )  # fmt: skip
        for t in frame.templates
    ]
    for source, hints in _implied(frame, object_):
        opens = source.startswith((_SUBJECT, _PLAIN, _SEEN, _EITHER))
        lead = _NO_PREPOSITION if source.startswith((_SUBJECT, _PLAIN, _EITHER)) else ""
        made.append(
            _Template(predicate, frame, re.compile(lead + source, re.IGNORECASE), hints, min(confidence, _CONFIDENCE), opens)
        )
    return made


_NO_PREPOSITION = "".join(
    rf"(?<!\b{word} )" for word in ("of", "by", "to", "with", "for", "in", "from", "on", "than", "between", "or", "and")
)
"""Before a subject: "the glucuronide of <A0> inhibits <B1>" says nothing of A0 itself."""


def _fill(template: str) -> str:
    slots = {
        "{P}": r"(?P<P><P\d+>)",
        "{S}": _SUBJECT,
        "{O}": _EITHER if template.startswith("{O}") else r"(?:(?:the|an?)\s+)?" + _EITHER,
        "{W}": r"(?:[\w'-]+\s+){0,4}",
    }
    lead = _NO_PREPOSITION if template.startswith(("{S}", "{O}")) else ""
    for name, regex in slots.items():
        template = template.replace(name, regex)
    return lead + template


def _hint_of(template: str) -> tuple[str, ...]:
    """A cheap test: the longest literal word of the template that is in no alternative and not optional, or any text."""
    bare = re.sub(r"\{[A-Z]\}", " ", template)
    previous = ""
    while bare != previous:
        previous, bare = bare, re.sub(r"\([^()]*\)[?*+]?(?:\{[\d,]+\})?", " ", bare)
    words = re.findall(r"(?<![\\\w])[a-z]{3,}(?![\w?])", bare)
    return (max(words, key=len),) if words else ("",)


def _implied(frame: Frame, object_: str) -> list[tuple[str, tuple[str, ...]]]:
    """The templates that verbs and nominals imply when nothing much stands between."""
    made: list[tuple[str, tuple[str, ...]]] = []
    if frame.verbs:
        made += _of_verbs(frame, object_)
    if frame.nominals and "" not in frame.aspects:
        nouns = "|".join(sorted(frame.nominals, key=len, reverse=True))
        hint = tuple(frame.nominals)
        fill = _WORD + "{0,5}"
        head = (
            r"(?:results?|resulted|resulting) in|(?:leads?|led|leading) to|caus(?:es?|ed|ing)|"
            r"produc(?:es?|ed|ing)|showed|associated with"
        )
        made.append(
            (
                rf"{_SUBJECT},?\s+{_WORD}{{0,6}}?(?:{head})\s+{fill}?(?:{nouns})\s+(?:\w+\s+){{0,4}}?(?:in|of)\s+{fill}?{object_}",
                hint,
            )
        )
        made.append((rf"(?:{nouns})\s+(?:in|of)\s+{_SIZE}{object_}\s+{_WORD}{{0,6}}?{_WITH}\s+(?:the\s+)?{_SUBJECT}", hint))
    elif frame.nominals:
        nouns = "|".join(sorted(frame.nominals, key=len, reverse=True))
        adverb = r"(?:(?:is|are|\w+ly|mediated|catalyzed|catalysed|in part)\s+){0,4}"
        made.append(
            (
                rf"(?:{nouns})\s+of\s+(?:the\s+)?{object_}\s+{adverb}(?:by|via|through)\s+(?:the\s+)?{_SUBJECT}",
                tuple(frame.nominals),
            )
        )
    return made


def _of_verbs(frame: Frame, object_: str) -> list[tuple[str, tuple[str, ...]]]:
    forms = {verb: verb_forms(verb) for verb in frame.verbs}
    finite = "|".join(sorted({form for f in forms.values() for form in f[:4]}, key=len, reverse=True))
    done = "|".join(sorted({f[2] for f in forms.values()}, key=len, reverse=True))
    hint = tuple({verb[: max(4, len(verb) - 2)] for verb in frame.verbs} | {f[2] for f in forms.values()})
    if frame.prepositions:
        to = "|".join(frame.prepositions)
        verb = rf"(?:is|are|was|were|be|been)\s+(?:\w+\s+){{0,2}}?(?:{done})" if frame.passive_subject else rf"(?:{finite})"
        return [(rf"{_SUBJECT}\s+{_AUXILIARY}{verb}\s+(?:\w+\s+){{0,4}}?(?:{to})\s+{_SIZE}{object_}", hint)]
    given = r"(?:(?:given|administered|taken|dosed)\s+(?:[\w-]+\s+){1,6}?)?"
    active = rf"{_SUBJECT},?\s+{given}{_AUXILIARY}(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )(?:{finite})\s+{_SIZE}{object_}"
    by = _WITH if "" not in frame.aspects else r"(?:by|via)"
    gap = r"(?:[\w.%-]+\s+){0,7}?" if "" not in frame.aspects else r"(?:[\w-]+\s+){0,6}?"
    be = r"(?:(?:is|are|was|were|be|been|has|have|may|might|could|can|not|also|both|\w+ly)\s+){0,6}"
    passive = rf"{object_}\s+{be}(?:{done})\s+{gap}{by}\s+(?:the\s+)?{_SUBJECT}"
    return [(active, hint), (passive, hint)]
