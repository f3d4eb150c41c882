"""A text becomes sentences: exact offsets, linear time, no model.

Two passes. Lines are grouped into **units**: a paragraph (its line wraps are no ends), a list item, a heading, a table
row. Inside a unit of prose every stop is a candidate, and is refused when it belongs to an abbreviation, an initial, a list
number, a bracket that is still open, or when what follows can not begin a sentence.

The mistakes it prefers: two sentences left together rather than one cut apart, since a claim whose subject stands in
another sentence is lost, and a long quote is merely long.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from graph_builder.model import Sentence, Span

LONGEST = 1500
"""Characters. A longer sentence is cut at white space, or hard where there is none."""

HEADING = re.compile(r"[ ]{0,3}#{1,6}(?:[ \t]|$)")
RULE = re.compile(r"[ ]{0,3}([=\-*_~])[ \t]*(?:\1[ \t]*){2,}$")
BULLET = re.compile(r"\s*[-*+•‣▪◦●○■□–—·][ \t]+\S")
ITEM_NUMBER = re.compile(r"\s*(?:\(?(?:\d{1,3}|[a-z]|[ivx]{1,4})\)|\d{1,3}\.)[ \t]+\S")
SECTION_NUMBER = re.compile(r"\s*\d{1,2}(?:\.\d{1,2}){1,4}\.?[ \t]+[^\W\d_]")
TABLE_ROW = re.compile(r"\s*\|.*\||[^|]*\S[ \t]\|[ \t]\S|[^\t]*\S\t+[^\t\s][^\t]*\t+\S")
_MARK = frozenset("-*+•‣▪◦●○■□–—·#=_~|(0123456789abcdefghijklmnopqrstuvwxyz")
_AMBIGUOUS_BULLETS = "–—·"
_LONGEST_HEADING = 100
_SHORTEST_WORD = 4
_LONGEST_MARK = 12

_STOP = re.compile("[.!?…؟।۔。！？｡]+[\"'”’»)\\]}」』）】》*_]*")
_FULL_WIDTH = frozenset("。！？｡")
_QUOTED_ON = frozenset("とっはがをのにもで、，,")
_NEXT = re.compile(r"\s+[\"'“‘«(\[*_¿¡]*(\w*)")
_BEFORE = re.compile(r"[^\s(\[\"“'‘*_]*$")
_BRACKETS = re.compile(r"[()\[\]]")
_LONGEST_BRACKET = 400
_CITES = re.compile(r"\[(?:see\b|cf\b|refs?\b|\d)|\((?:see\b|cf\b|\d+\.\d+)", re.IGNORECASE)
_NOTE_NUMBER = re.compile(r"\d{1,3}(?:[,–-]\d{1,3})*(?=\s+[A-Z])")
_ACRONYM = re.compile(r"(?:[^\W\d_]\.-?)+[^\W\d_]|ph\.d", re.IGNORECASE)
_LIST_NUMBER = re.compile(r"\s*(?:[-*+•]\s+)?[(\[]?(?:\d+(?:\.\d+)*|[A-Za-z]|[ivxIVX]{1,5})")
_ROMAN_OR_LETTER = re.compile(r"[IVXLC]+|[A-Z]\d*")
_LETTERED = re.compile(
    r"\b(?:vitamins?|hepatitis|types?|groups?|factors?|class|grades?|appendix|tables?|parts?|phases?|schedules?|plans?|"
    r"coenzyme|immunoglobulin|protein|figures?|panels?|arms?|cohorts?|stages?|category|substrates?|drugs?|options?|"
    r"cytochrome|influenza|enzyme|company|steps?)\s+$",
    re.IGNORECASE,
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NEVER_LAST = _words(
    "e.g i.e eg ie vs cf viz approx appr ca dr mr mrs ms prof st rev hon gen capt col sgt lt messrs assoc "
    "subsp ssp var resp esp incl excl "
)
_BEFORE_A_NUMBER = _words(
    "no nos nr fig figs eq eqs ref refs sec sect ch chap tab vol vols p pp art par para app suppl ed eds jan "
    "feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun "
)
_SELDOM_LAST = _words("al inc ltd co corp jr sr mt dept univ sp spp bros ave ")
_STARTERS = _words(
    "the this these that those it its in a an for if when while however although because since after before "
    "during at on by with as to from there we they he she i you patients such both each some all most many "
    "several moreover furthermore therefore thus here our their his her one two another other what which who "
    "how why "
)
_SHORTEST_LAST_WORD = 5
"""Letters. A stop before a small letter ends a sentence only after a word that is too long for an abbreviation."""


class _Unit(NamedTuple):
    start: int
    end: int
    prose: bool


def split(text: str) -> list[Sentence]:
    """The sentences of a text, in order, numbered from 0.

    They never overlap, begin and end with a character that is not white space, and together hold every such character.
    None is longer than `LONGEST`. A blank line always ends one; a single line break inside running prose never does.
    """
    spans: list[Span] = []
    for unit in _units(text):
        start = unit.start
        for end in _ends(text, unit) if unit.prose else ():
            spans.extend(_trimmed(text, start, end))
            start = end
        spans.extend(_trimmed(text, start, unit.end))
    return [Sentence(number, start, end) for number, (start, end) in enumerate(spans)]


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    """The range without white space around it, cut where it is longer than a sentence may be."""
    body = text[start:end]
    end = start + len(body.rstrip())
    start += len(body) - len(body.lstrip())
    while end - start > LONGEST:
        cut = next((i for i in range(start + LONGEST, start, -1) if text[i].isspace()), start + LONGEST)
        yield Span(start, start + len(text[start:cut].rstrip()))
        while text[cut].isspace():
            cut += 1
        start = cut
    if start < end:
        yield Span(start, end)


# ------------------------------------------------------------------------------------------------------------ units
def _units(text: str) -> Iterator[_Unit]:
    opened, offset, previous = -1, 0, ""
    for line in text.splitlines(keepends=True):
        start, offset = offset, offset + len(line)
        body = line.strip()
        alone = bool(body) and stands_alone(body, previous)
        if opened >= 0 and (not body or alone or starts_item(body, previous)):
            yield _Unit(opened, start, True)
            opened = -1
        if alone:
            yield _Unit(start, offset, False)
        elif body and opened < 0:
            opened = start
        previous = "" if alone else body
    if opened >= 0:
        yield _Unit(opened, offset, True)


def closed(line: str) -> bool:
    """Whether running prose may have ended with this line (blank, or a stop, colon or semicolon at its end)."""
    return not line or line.rstrip("\"'”’»)]}*_")[-1:] in tuple(".!?:;…。！？")


def stands_alone(body: str, previous: str) -> bool:
    """Whether a line is a sentence by itself: heading, rule or table row. ``previous`` is the line before, stripped."""
    first = body[0]
    if first in _MARK and (HEADING.match(body) or RULE.match(body)):
        return True
    if ("|" in body or "\t" in body) and TABLE_ROW.match(body):
        return True
    return len(body) <= _LONGEST_HEADING and closed(previous) and (numbered_heading(body) or shouted(body))


def numbered_heading(body: str) -> bool:
    """Whether a line looks like "7.1 CYP2C19 Inhibitors": a number of two or more parts, a title, no stop last."""
    number = SECTION_NUMBER.match(body) if body[0].isdigit() else None
    return number is not None and number[0][-1].isupper() and body[-1] not in ".!?:;,"


def shouted(body: str) -> bool:
    """Whether a line is a heading in capitals with a real word in it ("DRUG INTERACTIONS", not "CYP2C19")."""
    if not body.isupper() or body[-1] in ".!?;,":
        return False
    return any(len(word) >= _SHORTEST_WORD and word.isalpha() for word in body.split()) and not BULLET.match(body)


def starts_item(body: str, previous: str) -> bool:
    """Whether a line begins a list item. A number or a dash at the head of a wrapped line does not."""
    if body[0] not in _MARK:
        return False
    if BULLET.match(body):
        return body[0] not in _AMBIGUOUS_BULLETS or closed(previous) or previous[:1] == body[0]
    return bool(ITEM_NUMBER.match(body)) and (closed(previous) or bool(ITEM_NUMBER.match(previous)))


# ------------------------------------------------------------------------------------------------------------ stops
def _ends(text: str, unit: _Unit) -> Iterator[int]:
    """The offsets after which a new sentence begins, inside a unit of prose."""
    brackets = _bracketed(text, unit)
    inside = iter(sorted(brackets.items()))
    opened, shut = next(inside, (unit.end, unit.end))
    last = unit.start
    for stop in _STOP.finditer(text, unit.start, unit.end):
        if stop.start() < last:
            continue
        while shut <= stop.start():
            opened, shut = next(inside, (unit.end, unit.end))
        if opened < stop.start() and stop.end() < shut:
            continue
        after = _with_citations(text, stop, unit, brackets)
        if after < unit.end and _ends_here(text, stop, after, unit):
            last = after
            yield after


def _bracketed(text: str, unit: _Unit) -> dict[int, int]:
    """Where each outermost closed bracket begins and ends; brackets left open, and very long ones, are not there."""
    stack: list[int] = []
    found: dict[int, int] = {}
    for match in _BRACKETS.finditer(text, unit.start, unit.end):
        here = match.start()
        if match[0] in "([":
            stack.append(here)
        elif stack and text[stack[-1]] == ("(" if match[0] == ")" else "["):
            opened = stack.pop()
            if here - opened <= _LONGEST_BRACKET:
                while found and next(reversed(found)) > opened:
                    found.popitem()
                found[opened] = here + 1
    return found


def _with_citations(text: str, stop: re.Match[str], unit: _Unit, brackets: dict[int, int]) -> int:
    """The end of a stop with what belongs to it: "[12]", "[see Warnings (5.1)].", a note's number."""
    after = stop.end()
    note = _NOTE_NUMBER.match(text, after, unit.end)
    if note and stop[0] == "." and text[max(unit.start, after - 4) : after - 1].islower():
        after = note.end()
    while True:
        opens = after
        while opens < unit.end and text[opens].isspace():
            opens += 1
        if opens not in brackets or not _CITES.match(text, opens, unit.end):
            return after
        shut = brackets[opens]
        shut += text[shut : shut + 1] == "."
        follows = _NEXT.match(text, shut, unit.end)
        if shut < unit.end and (not follows or follows[1][:1].islower()):
            return after
        after = shut


def _ends_here(text: str, stop: re.Match[str], after: int, unit: _Unit) -> bool:
    if not _FULL_WIDTH.isdisjoint(stop[0]):
        return not (stop[0][-1] in "」』”" and text[after] in _QUOTED_ON)
    follows = _NEXT.match(text, after, unit.end)
    if not follows:
        return False
    word = follows[1]
    if not word and text[follows.end() : follows.end() + 1] in tuple(",;:)]"):
        return False
    if stop[0] != ".":
        bare = stop[0].rstrip("\"'”’»)]}*_")
        return not word[:1].islower() and (bare != "." or not _never_last(text, stop, unit))
    return _full_stop_ends(text, stop.start(), word, unit)


def _token_before(text: str, stop: int, unit: _Unit) -> str:
    found = _BEFORE.search(text[max(unit.start, stop - 30) : stop])
    return found[0].casefold() if found else ""


def _never_last(text: str, stop: re.Match[str], unit: _Unit) -> bool:
    return _token_before(text, stop.start(), unit) in _NEVER_LAST


def _full_stop_ends(text: str, stop: int, word: str, unit: _Unit) -> bool:
    """Whether the full stop at ``stop`` ends a sentence, given the word that follows it."""
    token = _token_before(text, stop, unit)
    if token in _NEVER_LAST or (stop - unit.start < _LONGEST_MARK and _LIST_NUMBER.fullmatch(text, unit.start, stop)):
        return False
    starter = word[:1].isupper() and word.casefold() in _STARTERS
    if token in _BEFORE_A_NUMBER:
        return starter or not (word[:1].isdigit() or word[:1].islower() or _ROMAN_OR_LETTER.fullmatch(word))
    if token in _SELDOM_LAST or _ACRONYM.fullmatch(token):
        return starter
    if len(token) == 1 and token.isalpha() and not starter:
        return not word[:1].islower() and bool(_LETTERED.search(text[max(unit.start, stop - 30) : stop - 1]))
    if word[:1].islower():
        return not word.islower() or any(c.isdigit() for c in word) or len(token) >= _SHORTEST_LAST_WORD
    return True
