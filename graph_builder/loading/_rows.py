"""A row of a JSON, JSONL or CSV file becomes a document: which field is its id, its name and its text."""

from collections.abc import Callable, Iterator, Mapping

from graph_builder.errors import UnreadableDocument
from graph_builder.loading import Loaded

USUAL = {
    "id": ("id", "_id", "doc_id", "docid", "document_id", "uid", "pmid", "key"),
    "name": ("title", "name", "headline", "heading"),
    "text": (
        "text",
        "content",
        "contents",
        "body",
        "abstract",
        "paragraph_text",
        "page_content",
        "passage",
        "paragraph",
    ),
}

_LONGEST_ID = 1_000
"""Letters of an id: Neo4j's indexes take 8,000 bytes."""


class Rows:
    """An iterator that raises for a row that can not be read, and goes on with the next one when asked again."""

    def __init__(self, rows: Iterator[Callable[[], Loaded]]) -> None:
        self._rows = rows

    def __iter__(self) -> "Rows":
        return self

    def __next__(self) -> Loaded:
        """The next row's document; raises `UnreadableDocument` for that row alone."""
        return next(self._rows)()


def from_row(row: Mapping[str, object], fields: Mapping[str, str], where: str, position: str) -> Loaded:
    """The document of a row. ``where`` names the row in messages; ``position`` is its id when it has none of its own.

    Raises
    ------
    UnreadableDocument
        The row has no text field, or an id that no database would look up.
    """
    columns = {role: column_of(row, role, fields) for role in USUAL}
    text_column = columns["text"]
    if text_column is None:
        raise UnreadableDocument(f"{where}: no {_wanted(fields)} field; there are: {_listed(row)}")
    rest = {key: as_text(value) for key, value in row.items() if key not in columns.values()}
    name, own = (as_text(row[column]) if column else "" for column in (columns["name"], columns["id"]))
    if len(own) > _LONGEST_ID:
        raise UnreadableDocument(
            f'{where}: the field "{columns["id"]}" has {len(own):,} letters, and an id {_LONGEST_ID:,} at most'
        )
    metadata = {key: value for key, value in rest.items() if value}
    return Loaded(as_text(row[text_column]), name.strip(), own.strip() or position, metadata)


def column_of(row: Mapping[str, object], role: str, fields: Mapping[str, str]) -> str | None:
    """The row's field for a role: the one that ``fields`` names, else the first usual one that holds something."""
    if role in fields:
        return fields[role] if fields[role] in row else None
    lowered = {key.strip().casefold(): key for key in reversed(list(row))}
    usual = [lowered[name] for name in USUAL[role] if name in lowered]
    return next((key for key in usual if as_text(row[key])), usual[0] if usual else None)


def as_text(value: object) -> str:
    """A field as text: strings as they are, lists of strings joined, other plain values written out, the rest empty."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        spaced = any(part[:1].isspace() for part in value[1:])
        return ("" if spaced else " ").join(value)
    return ""


def _wanted(fields: Mapping[str, str]) -> str:
    return f'"{fields["text"]}"' if "text" in fields else "text"


def _listed(row: Mapping[str, object]) -> str:
    shown = [key[:40] for key in list(row)[:8]]
    return ", ".join(shown) or "none"
