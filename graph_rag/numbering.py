"""The citations of an answer, numbered in the order in which a reader meets them: in its text, then along its chains."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from graph_rag.model import Answer, Chain, Citation, Hop, Statement, unique


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
        places = [c.place for c in self.citations]
        place = hop.citation.place
        return places.index(place) + 1 if place in places else 0


def number(answer: Answer, *, chains: Sequence[Chain] = ()) -> Numbered:
    """Number what the statements of an answer cite, and the sentences of the chains that are shown with it."""
    cited = [c for statement in answer.statements for c in statement.citations]
    citations = unique([*cited, *(hop.citation for chain in chains for hop in chain.hops)])
    numbers = {citation.place: n for n, citation in enumerate(citations, 1)}

    pieces: list[Piece] = []
    beside: list[Piece] = []
    cursor = 0
    for statement in answer.statements:
        own = tuple(dict.fromkeys(numbers[c.place] for c in statement.citations))
        end = _end(statement, answer.answer, cursor)
        text = statement.text if end < 0 else answer.answer[cursor:end]
        (beside if end < 0 else pieces).append(Piece(text, own, statement.derived))
        cursor = max(cursor, end)
    if cursor < len(answer.answer):
        pieces.append(Piece(answer.answer[cursor:]))
    return Numbered(tuple(pieces), tuple(beside), citations)


def _end(statement: Statement, text: str, cursor: int) -> int:
    """Where a statement ends in the text, its full stop not counted, or -1; the text may begin it in lower case."""
    said = statement.text.rstrip().rstrip(".")
    found = re.compile(re.escape(said), re.IGNORECASE).search(text, cursor) if said else None
    return found.end() if found else -1
