"""CSV and TSV with a header line: a document for each row, read as a stream."""

import codecs
import csv
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TextIO

from graph_builder.errors import UnreadableDocument
from graph_builder.loading import Loaded
from graph_builder.loading._rows import Rows, column_of, from_row

SUFFIXES: tuple[str, ...] = (".csv", ".tsv")
STREAMED = SUFFIXES

_LONGEST_FIELD = 50_000_000
_BLOCK = 65_536
_DELIMITERS = ",;\t|"


def load(path: str, fields: Mapping[str, str] | None = None) -> Iterator[Loaded]:
    """One document for each row. Without a text column the columns are written out as "header: value", one a line.

    A row without an id has the file's path and its number (from 1) for one. Raises `UnreadableDocument` for each broken
    row, named by its line, and goes on with the next.
    """
    return Rows(_rows(path, fields or {}))


def _rows(path: str, fields: Mapping[str, str]) -> Iterator[Callable[[], Loaded]]:
    csv.field_size_limit(_LONGEST_FIELD)  # the module's own limit of 131,072 is for the whole process, and too low for texts
    try:
        encoding = _encoding(path)
    except UnreadableDocument as error:
        yield partial(_refuse, str(error))
        return
    with open(path, encoding=encoding, errors="replace", newline="") as file:
        reader = csv.reader(file, delimiter=_delimiter(path, file))
        header: list[str] = []
        number = 0
        while True:
            try:
                cells = next(reader, None)
            except csv.Error as error:
                yield partial(_refuse, f"line {reader.line_num}: {error}")
                return
            if cells is None:
                return
            if not any(cell.strip() for cell in cells):
                continue
            if not header:
                header = _headers(cells)
                continue
            number += 1
            yield partial(_from_cells, header, cells, fields, reader.line_num, f"{path}#{number}")


def _headers(cells: list[str]) -> list[str]:
    """The header's names, each different: "column 2" for an empty one, "dose (2)" for one that stands twice."""
    names: list[str] = []
    for number, cell in enumerate(cells, 1):
        name = " ".join(cell.split()) or f"column {number}"
        times = sum(other == name or other.startswith(f"{name} (") for other in names)
        names.append(f"{name} ({times + 1})" if times else name)
    return names


def _encoding(path: str) -> str:
    """The encoding of a file, judged by all of it in a stream; raises for binary data."""
    with open(path, "rb") as file:
        block = file.read(_BLOCK)
        if block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if b"\0" in block:
            raise UnreadableDocument("binary, not text")
        decoder = codecs.getincrementaldecoder("utf-8")()
        while block:
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                return "cp1252"
            block = file.read(_BLOCK)
    return "utf-8-sig"


def _delimiter(path: str, file: TextIO) -> str:
    """A tab for .tsv; else whichever of the usual ones the header line has most of."""
    header = file.readline()
    file.seek(0)
    return "\t" if path.lower().endswith(".tsv") else max(_DELIMITERS, key=header.count)


def _from_cells(header: list[str], cells: list[str], fields: Mapping[str, str], line: int, position: str) -> Loaded:
    if len(cells) > len(header):
        raise UnreadableDocument(f"line {line}: {len(cells)} cells under {len(header)} headers")
    row = dict(zip(header, cells, strict=False))
    if "text" in fields or column_of(row, "text", fields) is not None:
        return from_row(row, fields, f"line {line}", position)
    text = "\n".join(f"{name}: {cell.strip()}" for name, cell in row.items() if cell.strip())
    named = from_row(row | {"text": text}, fields, f"line {line}", position)
    return Loaded(text, named.name, named.id, named.metadata)


def _refuse(reason: str) -> Loaded:
    raise UnreadableDocument(reason)
