"""JSON (one object, or a list of them) and JSONL (an object a line, read as a stream): a document for each row."""

import codecs
import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from graph_builder.errors import UnreadableDocument
from graph_builder.loading import Loaded
from graph_builder.loading._decoding import decode, read_text
from graph_builder.loading._rows import Rows, column_of, from_row

SUFFIXES: tuple[str, ...] = (".json", ".jsonl", ".ndjson")
STREAMED = (".jsonl", ".ndjson")

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_LONGEST_LINE = 50_000_000
"""Bytes: what a stream keeps in memory at most."""


def load(path: str, fields: Mapping[str, str] | None = None) -> Iterator[Loaded]:
    """One document for each row; its text is the text field alone, its other plain fields are metadata.

    A row without an id has the file's path and its number (from 1) for one. Raises `UnreadableDocument` for each broken
    row, named by its line or number, and goes on with the next.
    """
    read = _lines if path.lower().endswith(STREAMED) else _whole
    return Rows(read(path, fields or {}))


def _lines(path: str, fields: Mapping[str, str]) -> Iterator[Callable[[], Loaded]]:
    with open(path, "rb") as file:
        number = 0
        while line := file.readline(_LONGEST_LINE + 1):
            number += 1
            if len(line) > _LONGEST_LINE:
                yield partial(_refuse, f"line {number}: larger than {_LONGEST_LINE // 1_000_000} MB")
                return
            if number == 1 and b"\0" in line and not line.startswith(_UTF_16):
                yield partial(_refuse, "binary, not text")
                return
            if number == 1 and line.startswith(_UTF_16):
                yield partial(_refuse, "bad encoding: JSONL is UTF-8; save the file as UTF-8")
                return
            if line.strip():
                yield partial(_from_line, line, fields, number, path)


def _from_line(line: bytes, fields: Mapping[str, str], number: int, path: str) -> Loaded:
    where = f"line {number}"
    try:
        text = decode(line)
    except UnreadableDocument as error:
        raise UnreadableDocument(f"{where}: {error}") from error
    return _from_value(_parsed(text, where), fields, where, f"{path}#{number}")


def _whole(path: str, fields: Mapping[str, str]) -> Iterator[Callable[[], Loaded]]:
    try:
        value = _parsed(read_text(path), "not JSON")
    except UnreadableDocument as error:
        yield partial(_refuse, str(error))
        return
    if isinstance(value, dict):
        rows = _only_list(value) if column_of(value, "text", fields) is None else None
        if rows is None:
            yield partial(_from_value, value, fields, "the object", "")
            return
        value = rows
    if not isinstance(value, list):
        yield partial(_refuse, "neither an object nor a list of objects")
        return
    for number, row in enumerate(value, 1):
        yield partial(_from_value, row, fields, f"row {number}", f"{path}#{number}")


def _only_list(value: Mapping[str, object]) -> list[object] | None:
    """The rows of an object that only wraps them: {"documents": [{…}, …]}."""
    lists = [part for part in value.values() if isinstance(part, list) and part and isinstance(part[0], dict)]
    return lists[0] if len(lists) == 1 else None


def _from_value(value: object, fields: Mapping[str, str], where: str, position: str) -> Loaded:
    if isinstance(value, str):
        return Loaded(value, id=position)
    if not isinstance(value, dict):
        raise UnreadableDocument(f"{where}: not an object")
    return from_row(value, fields, where, position)


def _parsed(text: str, where: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise UnreadableDocument(f"{where}: {error.msg} at line {error.lineno}, column {error.colno}") from error
    except RecursionError as error:
        raise UnreadableDocument(f"{where}: nested too deeply") from error
    except ValueError as error:  # a number of thousands of digits
        raise UnreadableDocument(f"{where}: {error}") from error


def _refuse(reason: str) -> Loaded:
    raise UnreadableDocument(reason)
