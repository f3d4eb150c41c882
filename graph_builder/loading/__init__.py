"""Files become documents. One file a format; each has `SUFFIXES` and `load(path)`.

``load(path)`` yields one `Loaded` for each document in the file, in order. It raises `UnreadableDocument` with the
reason in a few words ("encrypted", "no text in it", "not a PDF: …").

A format of rows has `STREAMED` too, those of its suffixes that are read row by row, and ``load(path, fields)``, where
``fields`` says which column holds the id, the name and the text; a row that can not be read raises when its turn comes,
and the next call of ``next`` goes on with the row after it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from graph_builder.loading._walk import Failure, load_paths

__all__ = ["Failure", "Loaded", "load_paths"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A document as its format gives it. ``id`` is the row's own in a file of rows, else empty; ``name`` its title."""

    text: str
    name: str = ""
    id: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
