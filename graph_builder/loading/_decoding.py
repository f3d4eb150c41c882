"""Bytes become text: by their byte order mark, else UTF-8, else Windows-1252. Binary data is refused."""

import codecs

from graph_builder.errors import UnreadableDocument

_MARKS = (  # UTF-32 first: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = frozenset(map(chr, range(32))) - frozenset("\t\n\r\f\v\x1b")
_MOST_CONTROL = 0.01
_SAMPLE = 65_536


def read_text(path: str) -> str:
    """A text file's text, with line ends as a single line feed.

    Raises
    ------
    UnreadableDocument
        "binary, not text", or "bad encoding: …".
    """
    with open(path, "rb") as file:
        return decode(file.read())


def decode(data: bytes, declared: str = "") -> str:
    """The text of some bytes; ``declared`` is an encoding that they claim for themselves, tried after the marks."""
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "")
    if not encoding and b"\0" in data:
        raise UnreadableDocument("binary, not text")
    text = _first_that_fits(data, [encoding] if encoding else [declared, "utf-8", "cp1252"])
    sample = text[:_SAMPLE]
    if sum(c in _CONTROL for c in sample) > _MOST_CONTROL * len(sample):
        raise UnreadableDocument("binary, not text")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _first_that_fits(data: bytes, encodings: list[str]) -> str:
    for encoding in filter(None, encodings):
        try:
            return data.decode(encoding)
        except (UnicodeError, LookupError):
            continue
    tried = ", ".join(filter(None, encodings))
    raise UnreadableDocument(f"bad encoding: none of {tried}; save the file as UTF-8")
