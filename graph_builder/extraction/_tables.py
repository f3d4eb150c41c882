"""Relations by the rows of tables: "| paroxetine | strong inhibitor | CYP2D6 |", with the header's words where a row has none."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from graph_builder.extraction._claims import Findings
from graph_builder.extraction._cues import Cues
from graph_builder.extraction._sketch import Member, Placed, RoleUse
from graph_builder.packs import Pack

_CONFIDENCE = 0.8
_RULE = re.compile(r"^[\s|:=-]+$")
_NONE = re.compile(r"^\s*(?:none|no|no effect|negligible|[-\u2013\u2014])\s*$", re.IGNORECASE)
_NAMES_OF = re.compile(r"\b(?:brands?|brand names?|trade names?|also known as|synonyms?|other names?)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cell:
    """A table's cell: its text, and the names in it."""

    text: str
    members: tuple[Member, ...]


def is_row(text: str) -> bool:
    """Whether a sentence is a row of a table."""
    return text.lstrip().startswith("|") and text.count("|") > 2  # noqa: PLR2004 - two cells have three bars


def cells(text: str, placed: Sequence[Placed]) -> list[Cell]:
    """The cells of a row, with the names that stand in each."""
    bars = [i for i, char in enumerate(text) if char == "|" and (i == 0 or text[i - 1] != "\\")]
    if not text.rstrip().endswith("|"):
        bars.append(len(text))
    return [
        Cell(text[left + 1 : right].strip(), tuple(p.member for p in placed if left < p.start and p.end <= right))
        for left, right in zip(bars, bars[1:], strict=False)
    ]


@dataclass
class Tables:
    """Reads the rows of one document in order; the first row of each table is its header."""

    pack: Pack
    cues: Cues
    _header: list[Cell] = field(default_factory=list)
    _header_number: int = -1
    _last_number: int = -2

    def read(
        self,
        text: str,
        number: int,
        placed: Sequence[Placed],
        context: Sequence[tuple[str, Sequence[Member]]],
        findings: Findings,
    ) -> None:
        """Note the claims of a row.

        ``context``: texts above the table that may say its role, nearest first ("Inhibitors of CYP2D6"), with their names.
        """
        row = cells(text, placed)
        if number != self._last_number + 1 and not _RULE.match(text):
            self._header, self._header_number = row, number
            self._last_number = number
            return
        self._last_number = number
        if _RULE.match(text):
            return
        self._aliases(row, number, findings)
        roles = self._roles_of_row(row) or self._roles_of_header(row)
        if roles:
            self._claims(row, roles, number, findings)
        else:
            self._by_context(row, number, context, findings)

    def _roles_of_row(self, row: list[Cell]) -> dict[int, tuple[RoleUse, ...]]:
        """The roles that the row itself states, by cell."""
        return {i: uses for i, cell in enumerate(row) if not cell.members and (uses := self._uses(cell.text))}

    def _roles_of_header(self, row: list[Cell]) -> dict[int, tuple[RoleUse, ...]]:
        """The roles that the header states, by cell of the row."""
        return {i: uses for i, cell in enumerate(self._header[: len(row)]) if (uses := self._uses(cell.text))}

    def _claims(self, row: list[Cell], roles: dict[int, tuple[RoleUse, ...]], number: int, findings: Findings) -> None:
        stated_in_header = not self._roles_of_row(row)
        for index, uses in roles.items():
            cell, header = row[index], self._header[index] if index < len(self._header) else Cell("", ())
            support = (self._header_number,) if stated_in_header else ()
            qualifiers = self.cues.strength(cell.text) or (self.cues.strength(header.text) if stated_in_header else ())
            negated = bool(_NONE.match(cell.text)) or self.cues.negated(cell.text)
            possible = self.cues.possible(cell.text)
            players = cell.members if stated_in_header and cell.members else ()
            others = tuple(m for i, c in enumerate(row) if i != index for m in c.members)
            extra = header.members if stated_in_header else ()
            for use in uses:
                for left in (players or others, extra):
                    for right in (others, extra):
                        ends = (right, left) if use.reversed else (left, right)
                        findings.claim(
                            ends[0], use.predicate, ends[1], number, negated=negated, possible=possible,
                            qualifiers=qualifiers, confidence=_CONFIDENCE, support=support,
                        )  # fmt: skip

    def _by_context(
        self, row: list[Cell], number: int, context: Sequence[tuple[str, Sequence[Member]]], findings: Findings
    ) -> None:
        """Rows of a table that the text above calls "inhibitors of CYP2D6": the first cell's names play that role."""
        if not row or not row[0].members:
            return
        strength = next((s for cell in row for s in self.cues.strength(cell.text) if not cell.members), "")
        for text, members in context:
            uses = self._uses(text)
            if uses and members and strength:
                for use in uses:
                    left, right = (members, row[0].members) if use.reversed else (row[0].members, members)
                    findings.claim(
                        tuple(left), use.predicate, tuple(right), number, qualifiers=(strength,), confidence=_CONFIDENCE - 0.1,
                        support=tuple(m.sentence for m in members),
                    )  # fmt: skip
                return

    def _aliases(self, row: list[Cell], number: int, findings: Findings) -> None:
        """Names in a column of brands are those of the row's first cell, where the cell holds nothing but names."""
        for index, header in enumerate(self._header[: len(row)]):
            if index == 0 or not _NAMES_OF.search(header.text) or len(row[0].members) != 1:
                continue
            bare = re.sub(r"[\W_]+", "", row[index].text)
            if bare == re.sub(r"[\W_]+", "", "".join(m.name for m in row[index].members)):
                for member in row[index].members:
                    findings.alias(row[0].members[0], member, number)

    def _uses(self, text: str) -> tuple[RoleUse, ...]:
        words = set(re.findall(r"\w+", text.lower()))
        found = []
        for predicate, relation in self.pack.relation_types.items():
            for frame in relation.frames:
                plain = {w for word in (*frame.roles, *(n for n in frame.nominals if frame.roles)) for w in (word, word + "s")}
                turned = {w for word in frame.reversed_roles for w in (word, word + "s")}
                if words & plain:
                    found.append(RoleUse(predicate, reversed=False))
                if words & turned:
                    found.append(RoleUse(predicate, reversed=True))
        return tuple(found)
