"""A sketch is reduced step by step, as in a cascade of finite-state transducers (Hobbs and others, FASTUS, 1997).

Lists become one slot, "CYP3A4 inhibitors such as <list>" becomes the list and leaves its claims behind, "plasma
concentration of <x>" becomes x seen through exposure, "coadministration of <x> and <y>" a pair. Changed against FASTUS: what
is left is still a sentence, which a dependency parser then reads; with names and lists out of its way it errs far less.
"""

import re

from graph_builder.extraction._apart import Apart
from graph_builder.extraction._claims import Findings
from graph_builder.extraction._lists import Lists
from graph_builder.extraction._roles import Roles
from graph_builder.extraction._sketch import Sketch, Slot
from graph_builder.extraction._words import NAME, SUCH, alternatives, class_types, copulas, insensitive
from graph_builder.extraction._wrappers import Wrappers
from graph_builder.packs import Pack

_SURE = 0.85
_EMPTY_BRACKETS = re.compile(r"\s*\([^()<>]*\)")
_BRACKETS = re.compile(r"\s*\([^()]*\)")
_KNOWN_AS = re.compile(
    rf"({NAME})(\s*\([^()]*\))?,?\s+\(?(?:(?:is|are|was)\s+)?(?:also\s+|commonly\s+|now\s+|better\s+)*"
    r"(?:known|called|marketed|sold|spelled|spelt|written|named|available|referred to)"
    r"(?:\s+(?:as|under the (?:brand|trade|name)(?:\s+names?)?(?:\s+of)?))?\s+"
    rf"({NAME}(?:(?:,|\s+or|\s+and|,\s+or|,\s+and)\s+{NAME})*)\)?,?(\s|$|[.;])"
)
_NAME_IN_BRACKETS = re.compile(
    rf"({NAME})\s*\(\s*((?:an?|the|e\.?g\.?,?|i\.?e\.?,?|such as|including|formerly|also known as|also called|"
    rf"brand names?:?)\s+)?({NAME})\s*\)"
)
_MEMBERS_AFTER = insensitive(rf"({NAME})(?:\s+(?:drugs|agents|medicines))?{SUCH}({NAME})")
_CLASS_AFTER = (
    re.compile(rf"({NAME}),?\s+(?:and|or)\s+other\s+({NAME})"),
    re.compile(rf"({NAME}),\s+(?:an?|another|the)\s+(?:[\w-]+\s+){{0,2}}({NAME})(?:\s+[^,<>.]*)?,(?!\s+(?:and|or)\b)"),
)
_APPOSITION = re.compile(
    rf"({NAME}),\s+(?:an?|the|one of)\s[^,;.]{{1,80}},(?=\s+(?:also\s+|\w+ly\s+)?"
    r"(?:is|are|was|were|may|might|can|could|does|do|did|has|have|should|[a-z]{3,}(?:[^s]s|ed))\b)"
)


class Reducer:
    """The cascade for one pack; holds compiled patterns and nothing else."""

    def __init__(self, pack: Pack, letters: dict[str, str]) -> None:
        self.roles = Roles(pack)
        self._apart = Apart(pack)
        self._lists = Lists(letters)
        self._wrappers = Wrappers(pack, letters)
        self._class_types = class_types(pack)
        self._copulas = copulas(pack)
        self._general_such = insensitive(rf"\b(?:other\s+)?(?:{alternatives(pack.file.general)}){SUCH}({NAME})")

    def reduce(self, sketch: Sketch, findings: Findings) -> None:
        """Rewrite the sketch in place, leaving claims and aliases in ``findings``."""
        self._apart.take_out(sketch)
        bracketed = "(" in sketch.text
        sketch.text = _KNOWN_AS.sub(lambda m: _known_as(sketch, findings, m), sketch.text)
        if bracketed:
            self._explanations(sketch, findings)
        self._lists.merge(sketch)
        self.roles.name(sketch)
        if bracketed:
            self.roles.in_brackets(sketch, findings)
            sketch.text = _BRACKETS.sub("", sketch.text)
            self._lists.merge(sketch)
            self.roles.name(sketch)
        self.roles.players(sketch, findings)
        self._classes(sketch, findings)
        self._lists.merge(sketch)
        self._wrappers.unwrap(sketch)
        self._lists.merge(sketch)

    def _explanations(self, sketch: Sketch, findings: Findings) -> None:
        """Read names that stand alone in brackets; cut out brackets that hold none."""
        sketch.text = _EMPTY_BRACKETS.sub("", sketch.text)
        self._lists.merge_bracketed(sketch)
        sketch.text = _NAME_IN_BRACKETS.sub(lambda m: self._explanation(sketch, findings, m), sketch.text)

    def _explanation(self, sketch: Sketch, findings: Findings, match: re.Match[str]) -> str:
        """Read "Plavix (clopidogrel)" declares an alias, "azoles (ketoconazole)" members, "timolol (a beta blocker)" a class."""
        outer, lead, inner = match[1], match[2] or "", match[3]
        left, right = sketch.at(outer), sketch.at(inner)
        if left.letter != right.letter:
            return match[0]
        if not lead and len(left.members) == 1:
            for member in right.members:
                findings.alias(left.members[0], member, sketch.number)
        if self._is_class(left) and not self._is_class(right) and not re.match(r"an?\b", lead):
            self._belong(right, left, sketch, findings)
            return sketch.add(Slot((*left.members, *right.members), left.letter))
        if self._is_class(right) and not self._is_class(left):
            self._belong(left, right, sketch, findings)
        return outer

    def _is_class(self, slot: Slot) -> bool:
        return bool(slot.members) and all(member.type in self._class_types for member in slot.members)

    def _belong(self, members: Slot, classes: Slot, sketch: Sketch, findings: Findings) -> None:
        for predicate in self._copulas:
            findings.claim(members.members, predicate, classes.members, sketch.number, confidence=_SURE)

    def _classes(self, sketch: Sketch, findings: Findings) -> None:
        """Read "azoles such as <A1>", "<A1>, an azole," and "<A1> and other azoles"; drop other appositions."""
        if sketch.text.count("<") < 2:  # noqa: PLR2004 - a class and a member
            return
        text = _MEMBERS_AFTER.sub(lambda m: self._members_after(sketch, findings, m), sketch.text)
        for pattern in _CLASS_AFTER:
            text = pattern.sub(lambda m: self._class_after(sketch, findings, m), text)
        sketch.text = self._general_such.sub(r"\1", _APPOSITION.sub(r"\1", text))

    def _members_after(self, sketch: Sketch, findings: Findings, match: re.Match[str]) -> str:
        left, right = sketch.at(match[1]), sketch.at(match[2])
        if left.letter != right.letter or not self._is_class(left) or self._is_class(right):
            return match[0]
        self._belong(right, left, sketch, findings)
        return sketch.add(Slot((*left.members, *right.members), left.letter))

    def _class_after(self, sketch: Sketch, findings: Findings, match: re.Match[str]) -> str:
        left, right = sketch.at(match[1]), sketch.at(match[2])
        if left.letter != right.letter or not self._is_class(right) or self._is_class(left):
            return match[0]
        self._belong(left, right, sketch, findings)
        return match[1]


def _known_as(sketch: Sketch, findings: Findings, match: re.Match[str]) -> str:
    """Note "X, also known as Y or Z"; cut it down to X."""
    for mark in re.findall(NAME, match[3]):
        for left in sketch.at(match[1]).members:
            for right in sketch.at(mark).members:
                findings.alias(left, right, sketch.number)
    return match[1] + (match[2] or "") + match[4]
