"""DOCX: headings, paragraphs, lists and tables in the order of the document, written as Markdown writes them."""

import re
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

from graph_builder.errors import UnreadableDocument
from graph_builder.loading import Loaded

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from lxml.etree import _Element

SUFFIXES: tuple[str, ...] = (".docx",)

_COMPOUND_FILE = b"\xd0\xcf\x11\xe0"
_MOST_UNPACKED = 500_000_000
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_HEADING = re.compile(r"heading ([1-9])$", re.IGNORECASE)
_DEEPEST_HEADING = 6
_WRITTEN = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_NOT_TEXT = frozenset({_FALLBACK, f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", f"{_W}pPr", f"{_W}rPr"})


def load(path: str) -> Iterator[Loaded]:
    """One document, named by its title property, else its first heading.

    Raises `UnreadableDocument`: "encrypted", "no text in it", "not a DOCX …".
    """
    _check_container(path)
    import docx  # noqa: PLC0415 - a slow import

    try:
        document = docx.Document(path)
        text, heading = _written(document)
        name = document.core_properties.title
    except (UnreadableDocument, OSError):
        raise
    except Exception as error:  # a damaged package makes python-docx and lxml raise anything
        reason = (str(error).strip() or type(error).__name__).split("\n", 1)[0][:120]
        raise UnreadableDocument(f"not a DOCX, or a damaged one: {reason}") from error
    if not text.strip():
        raise UnreadableDocument("no text in it")
    yield Loaded(text, name or heading)


def _check_container(path: str) -> None:
    """Raise for what is no ZIP archive, for a protected file, and for an archive that unpacks to far too much."""
    with open(path, "rb") as file:
        head = file.read(4)
    if head == _COMPOUND_FILE:
        raise UnreadableDocument("encrypted, or a .doc of before 2007; save it as .docx without a password")
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile as error:
        raise UnreadableDocument("not a DOCX: no ZIP archive") from error
    if unpacked > _MOST_UNPACKED:
        raise UnreadableDocument(f"unpacks to more than {_MOST_UNPACKED // 1_000_000} MB")


def _written(document: "WordDocument") -> tuple[str, str]:
    """The text, and the first heading in it."""
    styles = {style.style_id: (style.name or "") for style in document.styles}
    blocks: list[str] = []
    numbers: dict[tuple[str, int], int] = {}
    first_heading, in_list = "", False
    for element in _blocks(document.element.body):
        if element.tag == f"{_W}tbl":
            block, item = _table(element), False
        else:
            words = _text(element).strip()
            block, item = _paragraph(element, words, styles, numbers)
            if block.startswith("#") and not first_heading and words:
                first_heading = " ".join(words.split())
        if block:
            blocks.append(("\n" if item and in_list else "\n\n") + block)
            in_list = item
    return "".join(blocks).lstrip("\n"), first_heading


def _blocks(parent: "_Element") -> Iterator["_Element"]:
    """Paragraphs and tables, also those inside content controls and tracked insertions."""
    for child in parent:
        if child.tag in (f"{_W}p", f"{_W}tbl"):
            yield child
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml"):
            yield from _blocks(child)


def _text(element: "_Element") -> str:
    """The text of an element as Word shows it: with insertions and text boxes, without deletions."""
    parts: list[str] = []
    waiting = [element]
    while waiting:
        node = waiting.pop()
        if node.tag == f"{_W}t":
            parts.append(node.text or "")
        elif node.tag in _WRITTEN:
            parts.append(_WRITTEN[node.tag])
        elif node.tag not in _NOT_TEXT:
            if node.tag == f"{_W}p" and parts:
                parts.append("\n")
            waiting.extend(reversed(node))
    return "".join(parts)


def _paragraph(element: "_Element", words: str, styles: dict[str, str], numbers: dict[tuple[str, int], int]) -> tuple[str, bool]:
    """A paragraph as it is written, and whether it is a list item."""
    style = styles.get(_value(element, "pStyle"), "")
    heading = _HEADING.match(style)
    if not words:
        return "", False
    if heading or style == "Title":
        level = min(int(heading[1]), _DEEPEST_HEADING) if heading else 1
        return f"{'#' * level} {' '.join(words.split())}", False
    listed = element.find(f"{_W}pPr/{_W}numPr") is not None
    if not listed and not style.startswith("List "):
        numbers.clear()
        return words, False
    depth = _depth(element, style)
    if style.startswith("List Number"):
        key = (style, depth)
        numbers[key] = numbers.get(key, 0) + 1
        return f"{'  ' * depth}{numbers[key]}. {words}", True
    return f"{'  ' * depth}- {words}", True


def _depth(element: "_Element", style: str) -> int:
    level = _value(element, "numPr/{w}ilvl") or (str(int(style[-1]) - 1) if style[-1:].isdigit() else "0")
    return min(int(level), 8) if level.isdigit() else 0


def _value(element: "_Element", path: str) -> str:
    """The `w:val` of a paragraph property, or an empty string."""
    found = element.find(f"{_W}pPr/{_W}{path.replace('{w}', _W)}")
    return "" if found is None else found.get(f"{_W}val", "")


def _table(element: "_Element") -> str:
    """The rows of a table, cells parted by " | "; a table in a cell is that cell's text."""
    rows = []
    for row in element.iterchildren(f"{_W}tr"):
        cells = [" ".join(_text(cell).split()) for cell in row.iterchildren(f"{_W}tc", f"{_W}sdt")]
        if any(cells):
            rows.append(" | ".join(cells))
    return "\n".join(rows)
