"""HTML becomes readable text: headings as "# Heading", items as "- item", rows as "a | b", a blank line between blocks.

Read as events (lxml's target parser), so that a document nested ten thousand deep is no deeper for us. Nothing is
fetched, and what is no text to a reader (scripts, styles, forms' controls, navigation, what is hidden or struck out) is left out.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from graph_builder.errors import UnreadableDocument
from graph_builder.loading import Loaded
from graph_builder.loading._decoding import decode

SUFFIXES: tuple[str, ...] = (".html", ".htm", ".xhtml")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_DROPPED = _words(
    "script style template svg math canvas iframe object audio video nav button select textarea datalist del s strike"
)
_BLOCKS = _words(
    "address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer form header "
    "hgroup hr legend li main menu ol p pre section summary table tbody tfoot thead caption ul"
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_TIGHT = frozenset({"li", "dt", "dd"})
_DECLARED = re.compile(
    rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([A-Za-z0-9_\-]{2,20})|<\?xml[^>]{0,99}encoding=[\"']([A-Za-z0-9_\-]{2,20})",
    re.I,
)
_DEEPEST = 20
_NEVER_UNSEEN = _words("html body area base br col embed hr img input link meta param source track wbr")
"""Elements that have no end, and those that pages hide only until their scripts have run."""
_UNSEEN = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|content-visibility\s*:\s*hidden|"
    r"opacity\s*:\s*0(?:\.0*)?%?|font-size\s*:\s*0(?:\.0*)?(?:px|pt|r?em|%)?)\s*(?:!\s*important\s*)?(?:;|$)",
    re.I,
)
"""Styles by which an element is on the page and not seen."""


def load(path: str) -> Iterator[Loaded]:
    """One document, named by its title, else its first heading; raises `UnreadableDocument` when it holds no text."""
    with open(path, "rb") as file:
        data = file.read()
    found = _DECLARED.search(data, 0, 4096)
    declared = (found[1] or found[2]).decode("ascii") if found else ""
    page = read(decode(data, declared))
    if not page.text:
        raise UnreadableDocument("no text in it")
    yield page


def read(source: str) -> Loaded:
    """The readable text of HTML source, with its title for a name."""
    from lxml import etree  # noqa: PLC0415 - compiled, and needed here only

    reader = _Reader()
    parser = etree.HTMLParser(target=reader, encoding="utf-8", no_network=True, huge_tree=True, remove_comments=True)
    try:
        parser.feed(source.encode("utf-8", "replace"))
        parser.close()
    except etree.XMLSyntaxError as error:
        if not reader.blocks:
            raise UnreadableDocument(f"not HTML: {error.msg}") from error
    reader.flush()
    title = " ".join("".join(reader.title).split())
    return Loaded("".join(reader.blocks).strip("\n"), title or reader.first_heading)


@dataclass
class _Reader:
    """What lxml tells of a page, as it goes."""

    blocks: list[str] = field(default_factory=list)
    title: list[str] = field(default_factory=list)
    first_heading: str = ""
    _words: list[str] = field(default_factory=list)
    _cells: list[str] = field(default_factory=list)
    _lists: list[int] = field(default_factory=list)
    _mark: str = ""
    _tight: bool = False
    _dropped: int = 0
    _unseen: str = ""
    _inside: int = 0
    _in_title: int = 0
    _kept: int = 0
    _row: int = 0
    _level: int = 0
    _in_table: bool = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        if self._is_unseen(tag, attributes):
            return
        if tag in _DROPPED or self._dropped:
            self._dropped += tag in _DROPPED
        elif tag == "title":
            self._in_title += 1
        elif tag == "br":
            self._words.append("\n" if not self._row else " ")
        elif tag == "tr":
            self._open_row()
        elif tag in ("td", "th"):
            self._close_cell(keep_empty=False)
        elif self._row:
            if tag in _BLOCKS or tag in _HEADINGS:
                self._words.append(" ")
        elif tag in _HEADINGS or tag in _BLOCKS:
            self._open_block(tag)

    def _is_unseen(self, tag: str, attributes: Mapping[str, str]) -> bool:
        """Whether an element is hidden or stands in one that is; what has "aria-hidden" is seen, and only not read out."""
        if self._unseen:
            self._inside += tag == self._unseen
        elif tag not in _NEVER_UNSEEN and not self._dropped:
            hidden = "hidden" in attributes or _UNSEEN.search(attributes.get("style", ""))
            self._unseen, self._inside = (tag, 1) if hidden else ("", 0)
        return bool(self._unseen)

    def _open_block(self, tag: str) -> None:
        self.flush()
        self._level = _HEADINGS.get(tag, 0)
        self._kept += tag == "pre"
        self._in_table = self._in_table and tag != "table"
        if tag in ("ul", "ol", "menu"):
            self._lists.append(0 if tag == "ol" else -1)
        elif tag == "li":
            self._mark = self._next_mark()
        self._tight = self._tight or tag in _TIGHT

    def _next_mark(self) -> str:
        indent = "  " * min(max(len(self._lists) - 1, 0), _DEEPEST)
        if not self._lists or self._lists[-1] < 0:
            return indent + "- "
        self._lists[-1] += 1
        return f"{indent}{self._lists[-1]}. "

    def end(self, tag: str) -> None:
        """An element ends."""
        if self._unseen:
            self._inside -= tag == self._unseen
            self._unseen = self._unseen if self._inside else ""
        elif tag in _DROPPED:
            self._dropped = max(0, self._dropped - 1)
        elif self._dropped:
            return
        elif tag == "title":
            self._in_title = max(0, self._in_title - 1)
        elif tag == "tr":
            self._close_row()
        elif tag in ("td", "th"):
            self._close_cell(keep_empty=True)
        elif not self._row and (tag in _HEADINGS or tag in _BLOCKS):
            self._close_block(tag)

    def _close_block(self, tag: str) -> None:
        self.flush()
        if tag in ("ul", "ol", "menu") and self._lists:
            self._lists.pop()
        self._kept = max(0, self._kept - (tag == "pre"))
        self._level, self._mark = 0, ""

    def data(self, text: str) -> None:
        """Text, in pieces of any length."""
        if self._unseen:
            return
        if self._in_title and not self._dropped:
            self.title.append(text)
        elif not self._dropped:
            self._words.append(text if self._kept else re.sub(r"\s+", " ", text))

    def close(self) -> None:
        """The page ends."""
        self.flush()

    def flush(self) -> None:
        """What has gathered becomes a block: after a line feed when it stands in the list of the one before."""
        text = "".join(self._words)
        self._words.clear()
        if not self._kept:
            text = "\n".join(filter(None, (" ".join(line.split()) for line in text.split("\n"))))
        if not text.strip():
            return
        if self._level:
            text = " ".join(text.split())
            self.first_heading = self.first_heading or text
            text = f"{'#' * self._level} {text}"
        self.blocks.append(("\n" if self._tight else "\n\n") + self._mark + text.strip("\n"))
        self._mark, self._tight = "", False

    def _open_row(self) -> None:
        if self._row:  # a table inside a cell is that cell's text
            self._words.append(" ")
        else:
            self.flush()
        self._row += 1

    def _close_cell(self, *, keep_empty: bool) -> None:
        text = " ".join("".join(self._words).split())
        self._words.clear()
        if text or (keep_empty and self._row == 1):
            self._cells.append(text)

    def _close_row(self) -> None:
        self._close_cell(keep_empty=False)
        self._row = max(0, self._row - 1)
        if self._row:
            return
        while self._cells and not self._cells[-1]:
            self._cells.pop()
        if self._cells:
            self._tight = self._in_table
            self._words.append(" | ".join(self._cells))
            self.flush()
            self._in_table = True
        self._cells.clear()
