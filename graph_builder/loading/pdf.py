"""PDF: the text layer of all pages, with line wraps, hyphens, running headers and page numbers mended."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from graph_builder.errors import UnreadableDocument
from graph_builder.loading import Loaded

if TYPE_CHECKING:
    from pypdf import PdfReader

SUFFIXES: tuple[str, ...] = (".pdf",)

_FEWEST_PAGES = 4
_BROKEN_WORD = re.compile(r"([^\W\d_]+)[-\u2010]\n([^\W\d_]+)")
_BROKEN_NAME = re.compile(r"(\w)([-\u2010])\n(?=\w)")
_WORD = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")
_BEGINS_BLOCK = re.compile(r"\s*(?:[-*–]\s|\(?(?:\d{1,2}|[a-z])[.)]\s|\d{1,2}(?:\.\d{1,2})+\.?\s+[A-Z]|\|)")
_BULLETS = "•‣▪◦●○■□"
_ENDS_BLOCK = tuple(".!?:。！？")
_GLYPHS = str.maketrans(
    {
        "\u00ad": "",
        "\ufb00": "ff",
        "\ufb01": "fi",
        "\ufb02": "fl",
        "\ufb03": "ffi",
        "\ufb04": "ffl",
        "\ufb05": "st",
        "\ufb06": "st",
    }
)
_SHORT = 0.7
"""Of the usual line: a line this short was not broken for lack of room."""


def load(path: str) -> Iterator[Loaded]:
    """One document, named by the title in the file's properties where there is one.

    Raises `UnreadableDocument`: "encrypted", "no text in it …", "not a PDF …".
    """
    import pypdf  # noqa: PLC0415 - half a second of import

    try:
        reader = pypdf.PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):  # an empty password opens what is only locked against change
            raise UnreadableDocument("encrypted")
        pages = [page.extract_text() for page in reader.pages]
        name = _title(reader)
    except (UnreadableDocument, OSError):
        raise
    except pypdf.errors.DependencyError as error:  # its cipher needs a library that is not installed
        raise UnreadableDocument("encrypted") from error
    except pypdf.errors.FileNotDecryptedError as error:
        raise UnreadableDocument("encrypted") from error
    except Exception as error:  # a damaged file makes pypdf raise anything: KeyError, TypeError, RecursionError, …
        raise UnreadableDocument(f"not a PDF, or a damaged one: {_first_line(error)}") from error
    text = joined(pages)
    if not text:
        raise UnreadableDocument("no text in it: the pages are pictures; run text recognition (OCR) on it first")
    yield Loaded(text, name, metadata={"pages": str(len(pages))})


def joined(pages: Sequence[str]) -> str:
    """The running text of pages as they were extracted: paragraphs on one line each, a blank line between them."""
    cleaned = [page.replace("\r\n", "\n").replace("\r", "\n").replace("\u00ad\n", "").translate(_GLYPHS) for page in pages]
    lines = _without_running_lines([[line.rstrip() for line in page.split("\n")] for page in cleaned])
    return _reflowed(_mended_hyphens("\n".join(line for page in lines for line in page)))


def _title(reader: "PdfReader") -> str:
    title = (reader.metadata.title if reader.metadata else None) or ""
    title = " ".join(str(title).split())
    return "" if title.lower().startswith(("untitled", "microsoft word -")) or "." in title[-5:] else title


def _without_running_lines(pages: list[list[str]]) -> list[list[str]]:
    """Pages without page numbers, and without first and last lines that most pages share but for their digits."""
    pages = [page for page in ([line for line in page if line.strip()] or [] for page in pages) if page]
    if len(pages) < _FEWEST_PAGES:
        return [_without_number(page) for page in pages]
    edges = Counter(key for page in pages for key in {_running(page[0]), _running(page[-1])})
    running = {key for key, pages_with in edges.items() if pages_with > len(pages) / 2}
    return [_without_number(_without_edges(_without_number(page), running)) for page in pages]


def _without_edges(page: list[str], running: set[str]) -> list[str]:
    start, end = 0, len(page)
    while start < end and _running(page[start]) in running:
        start += 1
    while end > start and _running(page[end - 1]) in running:
        end -= 1
    return page[start:end]


def _running(line: str) -> str:
    return re.sub(r"\d+", "#", line.strip())


def _without_number(page: list[str]) -> list[str]:
    number = re.compile(r"\s*(?:page\s+)?[-–]?\s*\d{1,4}\s*[-–]?(?:\s*(?:of|/)\s*\d{1,4})?\s*", re.IGNORECASE)
    start = 1 if len(page) > 1 and number.fullmatch(page[0]) else 0
    end = len(page) - 1 if len(page) - start > 1 and number.fullmatch(page[-1]) else len(page)
    return page[start:end]


def _mended_hyphens(text: str) -> str:
    """Words that a line end broke made whole; a hyphen stays where the text elsewhere, a digit or a capital says so."""
    known = {word.casefold() for word in _WORD.findall(text)}

    def mend(match: re.Match[str]) -> str:
        left, right = match[1], match[2]
        if (left + right).casefold() in known:
            return left + right
        if f"{left}-{right}".casefold() in known or not right.islower() or left[-1].isupper():
            return f"{left}-{right}"
        return left + right

    return _BROKEN_NAME.sub(r"\1\2", _BROKEN_WORD.sub(mend, text))


def _reflowed(text: str) -> str:
    lines = [" ".join(line.split()) for line in text.split("\n")]
    lines = [line for line in lines if line]
    width = sorted(map(len, lines))[int(len(lines) * 0.9)] if lines else 0
    paragraphs: list[str] = []
    open_line = ""
    for line in lines:
        if open_line and not _breaks(open_line, line, width):
            paragraphs[-1] += " " + line
        else:
            paragraphs.append(line)
        open_line = line
    return "\n\n".join(paragraphs)


def _breaks(above: str, line: str, width: int) -> bool:
    """Whether a line begins a new block: the one above had room for more, or this one looks like a start."""
    if line[0] in _BULLETS:
        return True
    ended = above.endswith(_ENDS_BLOCK) or len(above) < _SHORT * width
    if _BEGINS_BLOCK.match(line) and (ended or _BEGINS_BLOCK.match(above)):
        return True
    first_word = line.split(" ", 1)[0]
    had_room = len(above) + 1 + len(first_word) < _SHORT * width
    if above.endswith(_ENDS_BLOCK):
        return had_room
    return had_room and not line[0].islower() and above[-1] not in ",;-("


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).split("\n", 1)[0][:120]
