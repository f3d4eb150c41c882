"""Whether words deny a claim or doubt it, and under what condition they make it."""

import re

from graph_builder.extraction._sketch import Sketch
from graph_builder.packs import Pack

_BOUNDARY = re.compile(
    r"\s*(?:;|:|\bbut\b|\balthough\b|\bthough\b|\bwhereas\b|\bwhile\b|\bhowever\b|\bbecause\b|\bsince\b|\bunless\b"
    r"|,\s*and\s+(?=<[A-O]\d+>|it\b|the\b)|,\s*(?:which|who|so)\b)\s*"
)


def _any(regexes: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(regexes) or r"(?!)", re.IGNORECASE)


class Cues:
    """The pack's cues, compiled."""

    def __init__(self, pack: Pack) -> None:
        cues = pack.file.cues
        self._negation, self._modality, self._condition = (
            _any(cues.negation),
            _any(cues.modality),
            _any(cues.qualifiers),
        )
        self._void = _any(cues.void)
        self._strength = re.compile(rf"\b({'|'.join(cues.strengths) or '(?!)'})\b", re.IGNORECASE)

    def negated(self, words: str) -> bool:
        """Whether these words hold a denial."""
        return bool(self._negation.search(words))

    def possible(self, words: str) -> bool:
        """Whether these words hold a doubt."""
        return bool(self._modality.search(words))

    def void(self, words: str) -> bool:
        """Whether these words say that nothing is known, or ask: no claim then."""
        return bool(self._void.search(words))

    def strength(self, words: str) -> tuple[str, ...]:
        """The strength that these words state ("strongly" gives "strong"), if any."""
        found = self._strength.search(words)
        return (found[1].lower().removesuffix("ly"),) if found else ()

    def qualifiers(self, sketch: Sketch, clause: str, *, apart_from: str = "") -> tuple[str, ...]:
        """The conditions stated in a clause, in order, with the names put back.

        ``apart_from``: the letter of the claim's object; a condition that names such a thing is part of the claim.
        """
        own = re.compile(rf"<[{apart_from.upper()}{apart_from.lower()}]\d") if apart_from else None
        found = [sketch.surface(m[0]).strip() for m in self._condition.finditer(clause) if not (own and own.search(m[0]))]
        return tuple(dict.fromkeys(text[0].lower() + text[1:] for text in found))


def clause_start(text: str, position: int) -> int:
    """Where the clause that holds ``position`` begins."""
    start = 0
    for match in _BOUNDARY.finditer(text, 0, position):
        start = match.end()
    return start


def clause_end(text: str, position: int) -> int:
    """Where the clause that holds ``position`` ends."""
    match = _BOUNDARY.search(text, position)
    return match.start() if match else len(text)
