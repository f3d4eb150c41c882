"""A text's blocks: headings, lists, tables, code and paragraphs, by the look of its lines.

Headings are Markdown's (both kinds), numbered ones ("7.1 CYP2C19 Inhibitors"), lines in capitals, and short lines that
stand between blank lines. What a list item or a table row is, `sentences` decides, so that blocks and sentences agree.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from graph_builder.sentences import (
    HEADING,
    RULE,
    TABLE_ROW,
    closed,
    numbered_heading,
    shouted,
    stands_alone,
    starts_item,
)

TITLE_LEVEL = 0
SHOUTED_LEVEL = 8
NUMBERED_LEVEL = 10
SHORT_LEVEL = 20
"""Markdown's levels are 1 to 6; a number's parts are added to `NUMBERED_LEVEL`."""

LONGEST_TITLE = 80
MOST_WORDS = 12

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_NUMBER = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,4})\.?[ \t]+(\S.*)")
_CLOSING_MARKS = re.compile(r"[ \t]+#+$")


class Kind(StrEnum):
    """What a block is."""

    HEADING = "heading"
    LIST = "list"
    TABLE = "table"
    CODE = "code"
    PARAGRAPH = "paragraph"


@dataclass(slots=True)
class Block:
    """A range of lines. ``cuts`` are the starts of its items, rows or lines; only a heading has a level and a title."""

    kind: Kind
    start: int
    end: int
    cuts: list[int] = field(default_factory=list)
    level: int = 0
    title: str = ""


class _Line(NamedTuple):
    start: int
    end: int
    body: str
    indented: bool


def blocks(text: str) -> list[Block]:
    """The blocks of a text, in order; together they hold every line that is not blank."""
    lines = list(_lines(text))
    found: list[Block] = []
    number, gap, previous = 0, True, ""
    while number < len(lines):
        line = lines[number]
        if not line.body:
            gap, previous = True, ""
            number += 1
            continue
        taken = _code(lines, number) or _heading(lines, number, previous, first=not found)
        if taken is not None:
            block, number = taken
            found.append(block)
            gap, previous = True, ""
            continue
        _place(found, line, previous, gap)
        previous = "" if stands_alone(line.body, previous) else line.body
        gap = False
        number += 1
    return found


def _lines(text: str) -> Iterator[_Line]:
    offset = 0
    for line in text.splitlines(keepends=True):
        start, offset = offset, offset + len(line)
        yield _Line(start, offset, line.strip(), line[:1] == "\t" or line[:2] == "  ")


def _place(found: list[Block], line: _Line, previous: str, gap: bool) -> None:
    """Put a line of a list, a table or a paragraph into the last block, or begin another."""
    last = found[-1] if found and found[-1].kind is not Kind.HEADING else None
    kind = _kind(line.body, previous)
    if kind is Kind.PARAGRAPH and last is not None and last.kind is Kind.LIST and (line.indented or not gap):
        last.end = line.end
    elif last is not None and last.kind is kind and (kind is Kind.LIST or not gap):
        last.end = line.end
        last.cuts.append(line.start)
    else:
        found.append(Block(kind, line.start, line.end, [line.start]))


def _kind(body: str, previous: str) -> Kind:
    if TABLE_ROW.match(body):
        return Kind.TABLE
    return Kind.LIST if starts_item(body, previous) and not RULE.match(body) else Kind.PARAGRAPH


def _code(lines: Sequence[_Line], number: int) -> tuple[Block, int] | None:
    """The fenced block that begins here, and the number of the line after it."""
    fence = _FENCE.match(lines[number].body)
    if not fence:
        return None
    ends = (i for i in range(number + 1, len(lines)) if lines[i].body.startswith(fence[1]))
    last = next(ends, len(lines) - 1)
    inside = lines[number : last + 1]
    return Block(Kind.CODE, inside[0].start, inside[-1].end, [line.start for line in inside]), last + 1


def _heading(lines: Sequence[_Line], number: int, previous: str, *, first: bool) -> tuple[Block, int] | None:
    """The heading that this line is, and the number of the line after it."""
    line = lines[number]
    below = lines[number + 1].body if number + 1 < len(lines) else ""
    marked = HEADING.match(line.body)
    if marked and line.body.strip("# \t"):
        title = _CLOSING_MARKS.sub("", line.body.lstrip("#").strip())
        return _titled(line, line, len(line.body) - len(line.body.lstrip("#")), title), number + 1
    if not previous and below and _is_underline(below) and _kind(line.body, "") is Kind.PARAGRAPH:
        return _titled(line, lines[number + 1], 1 if below[0] == "=" else 2, line.body), number + 2
    level = _plain_level(lines, number, previous, first=first)
    return None if level is None else (_titled(line, line, level, line.body), number + 1)


def _titled(line: _Line, last: _Line, level: int, title: str) -> Block:
    shown = " ".join(title.strip("*_ \t").split())[:LONGEST_TITLE]
    return Block(Kind.HEADING, line.start, last.end, [line.start], level, shown)


def _is_underline(body: str) -> bool:
    return not body.strip(body[0]) and body.startswith(("===", "---"))


def _plain_level(lines: Sequence[_Line], number: int, previous: str, *, first: bool) -> int | None:
    """The level of a heading without marks, or None when the line is none."""
    body = lines[number].body
    if len(body) > LONGEST_TITLE or TABLE_ROW.match(body) or RULE.match(body) or not _anything_below(lines, number):
        return None
    numbered = _NUMBER.match(body)
    if closed(previous) and numbered_heading(body) and numbered:
        return NUMBERED_LEVEL + 1 + numbered[1].count(".")
    if closed(previous) and shouted(body):
        return NUMBERED_LEVEL + 1 if numbered else SHOUTED_LEVEL
    if not _stands_free(lines, number):
        return None
    if numbered:
        apart = not any(_NUMBER.match(lines[i].body) for i in _neighbours(lines, number))
        return NUMBERED_LEVEL + 1 if apart and _looks_like_title(numbered[2]) else None
    if starts_item(body, "") or not _looks_like_title(body):
        return None
    return TITLE_LEVEL if first else SHORT_LEVEL


def _looks_like_title(body: str) -> bool:
    """Whether a line may be a title: few words, no small letter first, no stop last, and a letter in it."""
    bare = body.strip("*_ \t")
    if not bare or bare[0].islower() or bare[-1] in ".!?:;,…。！？、，；：":
        return False
    return len(bare.split()) <= MOST_WORDS and any(map(str.isalpha, bare))


def _stands_free(lines: Sequence[_Line], number: int) -> bool:
    above = lines[number - 1].body if number else ""
    return not above and number + 1 < len(lines) and not lines[number + 1].body


def _anything_below(lines: Sequence[_Line], number: int) -> bool:
    return _neighbour(lines, number, 1) is not None


def _neighbours(lines: Sequence[_Line], number: int) -> list[int]:
    """The positions of the nearest lines above and below that are not blank."""
    return [i for i in (_neighbour(lines, number, -1), _neighbour(lines, number, 1)) if i is not None]


def _neighbour(lines: Sequence[_Line], number: int, step: int) -> int | None:
    here = number + step
    while 0 <= here < len(lines):
        if lines[here].body:
            return here
        here += step
    return None
