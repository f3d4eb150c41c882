"""A sentence with its names taken out: "<A0> is metabolised by <E1> ." What stands in the slots is kept beside the text.

A slot's letter says what may stand there: a capital for names (one letter for each group of types of the pack), the same
letter in lower case for names seen through an aspect ("concentration of …"), R for a role ("CYP3A4 inhibitors"), P for two
things taken together. A sketch is short, and regular: that is what patterns and the parser read.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from graph_builder.packs import Pack

SLOT = re.compile(r"<([A-Za-z])(\d+)>")
TOKEN = re.compile(r"<[A-Za-z]\d+>|[^\W_]+(?:[-'\u2019.][^\W_]+)*|[^\w\s]|_")
ROLE, PAIR = "R", "P"
LETTERS = "ABCDEFGHIJKLMNO"
_BULLET = re.compile(r"^[\s>#*+\u2022\u00b7\u2013-]*(?:\(?\d{1,2}[.)]\s+)?[\s*_]*")
_CITED = re.compile(r"\[[^\]]*\]|\((?:see|refer to)\b[^)]*\)|\(\s*\d+(?:\.\d+)*(?:\s*,\s*\d+(?:\.\d+)*)*\s*\)", re.IGNORECASE)
_DOSE = re.compile(
    r"\s*\b\d[\d.,\u2013-]*\s?"
    r"(?:mg|g|mcg|\u00b5g|ug|mL|ml|units?|IU)(?:/(?:kg|day|d|m2|dose|hr?|mL))*"
    r"(?:\s(?:(?:once|twice|three times|four times)\s)?"
    r"(?:a day|daily|per day|a week|weekly|b\.?i\.?d\.?|t\.?i\.?d\.?|q\.?d\.?))?(?=[\s,;.)]|$)"
)
_HEADING_LINE = re.compile(r"[^\n.;,]{1,70}\n(?=\s*[A-Z(])")
_NOT_ONLY = r"\bnot (?:only|just|merely|simply)\b"
_REWRITES = (
    (re.compile(r"\bcannot\b"), "can not"),
    (re.compile(r"n['\u2019]t\b"), " not"),
    (re.compile(rf"{_NOT_ONLY}\s+(?:(?:does|do|did)\s+)?(.*?),?\s+\bbut\b(?!\s+not\b)(?:\s+also\b)?", re.IGNORECASE), r" \1 and"),
    (re.compile(_NOT_ONLY, re.IGNORECASE), ""),
    (re.compile(r"\band/or\b"), "or"),
    (re.compile(r"\*\*|__|`"), ""),
    (re.compile(r"\s+"), " "),
)


@dataclass(frozen=True, slots=True)
class Member:
    """A name as it stands in sentence ``sentence``; ``only`` flags turn claims about this member of a list alone."""

    name: str
    type: str
    canonical: str
    sentence: int
    negated: bool = False
    possible: bool = False
    condition: str = ""
    """Under which alone claims about this member hold: "except terbinafine", of azoles."""


@dataclass(frozen=True, slots=True)
class RoleUse:
    """What a role says of who plays it: ``predicate`` towards the slot's members, or from them when ``reversed``."""

    predicate: str
    reversed: bool


@dataclass(frozen=True, slots=True)
class Slot:
    """What stands in one place of a sketch."""

    members: tuple[Member, ...]
    letter: str
    aspects: frozenset[str] = frozenset()
    word: str = ""
    uses: tuple[RoleUse, ...] = ()
    strength: str = ""
    either: bool = False
    """The members are joined by "or": not taken together."""
    second: tuple[Member, ...] = ()
    """The other side of a pair."""


@dataclass
class Sketch:
    """The text with slots, the slots, and the number of the sentence."""

    text: str
    number: int
    slots: list[Slot] = field(default_factory=list)

    def add(self, slot: Slot) -> str:
        """Keep a slot and give the mark that stands for it."""
        self.slots.append(slot)
        return f"<{slot.letter}{len(self.slots) - 1}>"

    def at(self, mark: str) -> Slot:
        """The slot that a mark such as "<A3>" stands for."""
        return self.slots[int(mark[2:-1])]

    def marks(self) -> list[str]:
        """The marks in the text, in order."""
        return [m[0] for m in SLOT.finditer(self.text)]

    def surface(self, text: str) -> str:
        """A piece of the sketch with the names put back."""
        return SLOT.sub(lambda m: " and ".join(member.name for member in self.slots[int(m[2])].members), text)


@dataclass(frozen=True, slots=True)
class Placed:
    """A name, or a word that points to one, at its place in a sentence."""

    start: int
    end: int
    member: Member


def group_letters(pack: Pack) -> dict[str, str]:
    """The capital of each entity type: types of one group share it."""
    letters: dict[str, str] = {}
    for entity in pack.entity_types.values():
        if entity.group:
            letters.setdefault(entity.group, LETTERS[len(letters) % len(LETTERS)])
    for name, entity in pack.entity_types.items():
        if not entity.group:
            letters.setdefault(name, LETTERS[len(letters) % len(LETTERS)])
    return {name: letters[entity.group or name] for name, entity in pack.entity_types.items()}


def draw(text: str, number: int, placed: Sequence[Placed], letters: dict[str, str]) -> list[Sketch]:
    """The sketches of a sentence with the names at their places, without citations, doses and marks of layout.

    One, or two where its first line is a heading without a stop: "CYP3A Inhibitors", and below it a sentence.
    """
    heading = _HEADING_LINE.match(text)
    cut = heading.end() if heading else 0
    parts = [(0, cut), (cut, len(text))] if cut else [(0, len(text))]
    return [_draw(text, part, number, [p for p in placed if part[0] <= p.start < part[1]], letters) for part in parts]


def _draw(text: str, part: tuple[int, int], number: int, placed: Sequence[Placed], letters: dict[str, str]) -> Sketch:
    sketch = Sketch("", number)
    drawn: list[str] = []
    position, end = part
    for place in placed:
        drawn.append(_plain(text[position : place.start]))
        mark = sketch.add(Slot((place.member,), letters[place.member.type]))
        drawn.append(mark if place.end > place.start else mark + " ")
        position = place.end
    drawn.append(_plain(text[position:end]))
    sketch.text = tidy(_DOSE.sub(" ", _CITED.sub(" ", _BULLET.sub("", "".join(drawn), count=1))))
    return sketch


def tidy(text: str) -> str:
    """White space and spellings made even."""
    for pattern, instead in _REWRITES:
        text = pattern.sub(instead, text)
    return text.strip()


def _plain(text: str) -> str:
    return text.replace("<", "\u2039").replace(">", "\u203a")


def flagged(members: Sequence[Member], *, negated: bool = False, possible: bool = False) -> tuple[Member, ...]:
    """The members with their own negation or doubt."""
    return tuple(replace(m, negated=m.negated or negated, possible=m.possible or possible) for m in members)


def qualified(slot: Slot, condition: str) -> Slot:
    """The slot with a condition on all of its members."""
    return replace(slot, members=tuple(replace(m, condition=condition) for m in slot.members))
