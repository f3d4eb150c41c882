"""Plain text: the file's text is the document's."""

from collections.abc import Iterator

from graph_builder.loading import Loaded
from graph_builder.loading._decoding import read_text

SUFFIXES: tuple[str, ...] = (".txt", ".text")


def load(path: str) -> Iterator[Loaded]:
    """One document; raises `UnreadableDocument` for what is no text."""
    yield Loaded(read_text(path))
