"""Markdown: the document's text is the source itself, so that an offset is one in the file that its author sees."""

import re
from collections.abc import Iterator

from graph_builder.loading import Loaded
from graph_builder.loading._decoding import read_text

SUFFIXES: tuple[str, ...] = (".md", ".markdown")

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*$")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
_EMPHASIS = re.compile(r"[*`]+|(?<!\w)_+|_+(?!\w)")


def load(path: str) -> Iterator[Loaded]:
    """One document, named by its first heading; raises `UnreadableDocument` for what is no text."""
    text = read_text(path)
    yield Loaded(text, first_heading(text))


def first_heading(text: str) -> str:
    """The first heading without its marks, or an empty string; code blocks and front matter have none."""
    fence, above = "", ""
    for line in _without_front_matter(text.split("\n")):
        mark = _FENCE.match(line)
        if mark and (not fence or mark[1].startswith(fence)):
            fence, above = "" if fence else mark[1], ""
            continue
        if fence:
            continue
        heading = _HEADING.match(line)
        title = heading[1] if heading else above if _UNDERLINE.match(line) else ""
        if title.strip():
            return _plain(title)
        above = line.strip()
    return ""


def _without_front_matter(lines: list[str]) -> list[str]:
    if lines[0].rstrip() != "---":
        return lines
    end = next((number for number, line in enumerate(lines[1:], 1) if line.rstrip() in ("---", "...")), 0)
    return lines[end + 1 :] if end else lines


def _plain(title: str) -> str:
    return _EMPHASIS.sub("", _LINK.sub(r"\1", title)).strip()
