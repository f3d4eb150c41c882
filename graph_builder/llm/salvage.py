"""The records of an answer that is not quite JSON: each that can be read whole is read, each other is named with its reason.

A model's answer may stand in prose or a code fence, end in the middle, or lack a comma or a quote somewhere. The text is read by
a scanner that knows strings and brackets: an object inside a list is a **record**. A record counts only if its closing brace is
there, so that nothing that the model did not say (as a negation at its end that was cut off) is taken as not meant.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

_THINKING = re.compile(r"\A\s*<think>.*?(?:</think>|\Z)|\A[^{]*</think>", re.DOTALL | re.IGNORECASE)
"""What a model thinks before it answers; behind the first brace the words may stand in a string."""
_LONE_SURROGATE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
_EMPTY = re.compile(r"\s{20,}")
_LONGEST = 200_000
"""Characters of an answer that are read: far more than any passage gives."""
_TRAILING_COMMA = re.compile(r",\s*(?=[}\]])")
_LIST = re.compile(r'["\']?(?<!\w)(\w{1,40})["\']?\s*:\s*\[')
_SHORTEST = 2
_MOST_BROKEN = 100
"""Broken records after which an answer is read no further: a model that repeats itself for ever is no reason to read for ever."""
_DECODER = json.JSONDecoder(strict=False)
"""Takes line breaks within strings as they are."""


@dataclass(slots=True)
class Salvaged:
    """What an answer holds: objects by the list that they stand in, and the texts that can not be read, with the list.

    ``found``: there was something like JSON. ``whole``: all of it could be read, to the end.
    """

    records: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    broken: list[tuple[str, str]] = field(default_factory=list)
    found: bool = False
    whole: bool = True


def salvage(text: str, lists: tuple[str, ...]) -> Salvaged:
    """Read an answer of the form ``{"one list": [{…}, …], "another": […]}``.

    Parameters
    ----------
    lists
        The names of the lists whose records are wanted.
    """
    cut = len(text) > _LONGEST
    text = _EMPTY.sub(" ", _LONE_SURROGATE.sub("\ufffd", _THINKING.sub("", text[:_LONGEST])))
    objects, around = _objects(text)
    if not objects or any(found[1] in lists for found in _LIST.finditer(around)):
        return _by_record(text, lists)
    made = Salvaged(found=True)
    for answer in objects:
        _take(answer, lists, made)
    made.whole = not (made.broken or cut)
    return made


def _objects(text: str) -> tuple[list[dict[str, Any]], str]:
    """The well-formed objects of a text, each as large as can be, and the text around them."""
    found, around, at = [], "", 0
    while (begin := text.find("{", at)) >= 0:
        try:
            answer, end = _DECODER.raw_decode(text, begin)
        except (ValueError, RecursionError):
            return [], text
        found.append(answer)
        around += text[at:begin]
        at = end
    return found, around + text[at:]


def _take(answer: dict[str, Any], lists: tuple[str, ...], made: Salvaged) -> None:
    """The records of a well-formed answer; an item that is no object can not be read."""
    for name in lists:
        held = answer.get(name)
        if held is None:
            continue
        for item in held if isinstance(held, list) else [held]:
            if isinstance(item, dict):
                made.records.append((name, item))
            else:
                made.broken.append((name, json.dumps(item, ensure_ascii=False)))


def _by_record(text: str, lists: tuple[str, ...]) -> Salvaged:
    """The records of a text that is no JSON as a whole."""
    made = Salvaged(whole=False)
    heads = [found for found in _LIST.finditer(text) if found[1] in lists]
    made.found = bool(heads)
    for head, after in zip_longest(heads, heads[1:]):
        name, stop = head[1], after.start() if after else len(text)
        for piece in _pieces(text, head.end(), stop):
            record = _read(piece)
            if record is not None:
                made.records.append((name, record))
            elif len(piece.strip()) >= _SHORTEST:
                made.broken.append((name, piece.strip()))
            if len(made.broken) >= _MOST_BROKEN:
                return made
    return made


def _pieces(text: str, start: int, stop: int) -> Iterator[str]:
    """The objects of a list that begins at ``start``, each from brace to brace; the last may be cut.

    An object that lacks a quote would swallow those after it: it ends where a new one begins on the list's own level, which is
    seen by a brace after a comma and a brace, whatever quotes are open.
    """
    at = start
    while (begin := text.find("{", at, stop)) >= 0:
        between = text[at:begin]
        if "]" in between and not between.lstrip().startswith(","):
            return
        end = _end(text, begin, stop)
        yield text[begin:end]
        at = end


def _end(text: str, begin: int, stop: int) -> int:
    """Behind the brace that closes the object at ``begin``; where quotes do not pair, before the next object."""
    depth, quoted, at = 0, False, begin
    while at < stop:
        letter = text[at]
        if letter == "\\" and quoted:
            at += 1
        elif letter == '"':
            quoted = not quoted
        elif not quoted and letter in "{[":
            depth += 1
        elif not quoted and letter in "}]":
            depth -= 1
            if depth == 0:
                closed = at + 1
                return closed if _read(text[begin:closed]) is not None else min(closed, _next(text, begin, stop))
        at += 1
    return min(_next(text, begin, stop), stop)


_NEXT = re.compile(r"[}\]\"\w]\s*,?\s*(?=\{)|\}\s*(?=\])")
"""What ends a record whose quotes or brackets do not pair: the next one, or the end of its list."""


def _next(text: str, begin: int, stop: int) -> int:
    found = _NEXT.search(text, begin + 1, stop)
    return found.end() if found else stop


def _read(piece: str) -> dict[str, Any] | None:
    """The object, if its text is one, give or take a trailing comma."""
    for mended in (piece, _TRAILING_COMMA.sub("", piece)):
        try:
            made = json.loads(mended, strict=False)
        except (ValueError, RecursionError):
            continue
        return made if isinstance(made, dict) else None
    return None
