"""Questions in Cypher to a store that speaks it: read-only, bounded in time, rows and bytes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

ROWS = 100
SECONDS = 10.0
BYTES = 8_000_000
"""What a query's rows may take on their way, in all; some 600 whole chunks with their vectors take less."""
Parameters = Mapping[str, object] | None
"""The values of a query's parameters, by name."""


@dataclass(frozen=True, slots=True)
class Table:
    """The rows that a query gave, as values that JSON can hold. ``cut``: there were more than were asked for.

    ``explanation`` is what a language model that wrote the query says of it.
    """

    query: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    cut: bool
    seconds: float
    explanation: str = ""

    def as_json(self) -> dict[str, object]:
        """The JSON of the command line."""
        return {
            **{"query": self.query, "explanation": self.explanation, "columns": list(self.columns)},
            **{"rows": [dict(zip(self.columns, row, strict=True)) for row in self.rows]},
            **{"cut": self.cut, "seconds": self.seconds},
        }


@dataclass(frozen=True, slots=True)
class Pattern:
    """How many relationships of a type run from nodes of one label to nodes of another."""

    subject: str
    type: str
    object: str
    count: int


@runtime_checkable
class CypherStore(Protocol):
    """A store that can be asked in Cypher, without being changed by it."""

    def query(self, text: str, parameters: Mapping[str, object], *, limit: int = ROWS, seconds: float = SECONDS) -> Table:
        """At most ``limit`` rows of a query that reads the graph, within so many seconds and `BYTES`.

        Raises
        ------
        QueryRefused
            It would do more than read this graph, took too long, or its rows are too large; nothing was changed.
        QueryWrong
            The server does not understand it.
        """

    def patterns(self, *, limit: int) -> list[Pattern]:
        """What relates to what in the graph, the most frequent first."""
