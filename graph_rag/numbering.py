"""The citations of an answer, numbered in the order in which a reader meets them: in its text, then along its chains."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from graph_rag.model import Answer, Chain, Citation, Hop, Statement


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the answer's text with the numbers of what it rests on; ``derived`` when a rule concludes it."""

    text: str
    numbers: tuple[int, ...] = ()
    derived: bool = False


@dataclass(frozen=True, slots=True)
class Numbered:
    """The answer's text in pieces, joined they are the text; statements that do not stand in it; citations from number 1."""

    pieces: tuple[Piece, ...]
    beside: tuple[Piece, ...]
    citations: tuple[Citation, ...]

    def of(self, hop: Hop) -> int:
        """The number of the sentence that states a hop; 0 when its chain was not numbered."""
        places = [_place(c) for c in self.citations]
        place = (hop.document, hop.start, hop.end)
        return places.index(place) + 1 if place in places else 0


def number(answer: Answer, *, chains: Sequence[Chain] = ()) -> Numbered:
    """Number what the statements of an answer cite, and the sentences of the chains that are shown with it."""
    cited = [c for statement in answer.statements for c in statement.citations]
    shown = [as_citation(hop) for chain in chains for hop in chain.hops]
    unique = {_place(c): c for c in reversed([*cited, *shown])}
    ordered = list(dict.fromkeys(_place(c) for c in [*cited, *shown]))
    numbers = {place: n for n, place in enumerate(ordered, 1)}

    pieces: list[Piece] = []
    beside: list[Piece] = []
    cursor = 0
    for statement in answer.statements:
        own = tuple(dict.fromkeys(numbers[_place(c)] for c in statement.citations))
        end = _end(statement, answer.answer, cursor)
        text = statement.text if end < 0 else answer.answer[cursor:end]
        (beside if end < 0 else pieces).append(Piece(text, own, statement.derived))
        cursor = max(cursor, end)
    if cursor < len(answer.answer):
        pieces.append(Piece(answer.answer[cursor:]))
    return Numbered(tuple(pieces), tuple(beside), tuple(unique[place] for place in ordered))


def as_citation(hop: Hop) -> Citation:
    """The sentence of a hop as a citation."""
    return Citation(hop.document, hop.chunk, hop.start, hop.end, hop.quote, hop.verified)


def _place(citation: Citation) -> tuple[str, int, int]:
    return citation.document, citation.start, citation.end


def _end(statement: Statement, text: str, cursor: int) -> int:
    """Where a statement ends in the text, its full stop not counted, or -1; the text may begin it in lower case."""
    said = statement.text.rstrip().rstrip(".")
    found = re.compile(re.escape(said), re.IGNORECASE).search(text, cursor) if said else None
    return found.end() if found else -1
