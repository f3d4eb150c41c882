"""Whether words deny a claim or doubt it, and under what condition they make it."""

import re

from graph_builder.extraction._sketch import Sketch
from graph_builder.packs import Pack

_BOUNDARY = re.compile(
    r"\s*(?:;|:|\bbut\b|\balthough\b|\bthough\b|\bwhereas\b|\bwhile\b|\bhowever\b|\bbecause\b|\bsince\b|\bunless\b"
    r"|,\s*and\s+(?=<[A-O]\d+>|it\b|the\b)|,\s*(?:which|who|so)\b)\s*"
)


_CLAIM = r"(?:claim|hypothesis|notion|idea|theory|belief|assertion|suggestion|assumption|statement|rumou?r)s?"
_UNTRUE = r"(?:false|wrong|untrue|incorrect|erroneous|mistaken|fictitious|invented|unfounded)"
_SAYING = r"(?:show|claim|believ|think|report|suggest|find|found|state|demonstrat|indicat|prove|support|maintain)\w*"
_DISOWNED = re.compile(
    # It is disputed, or taken back.
    r"\b(?:den(?:y|ies|ied)|doubts?|doubted|refutes?|refuted|disproves?|disproved|debunks?|debunked|retracts?|retracted)\b"
    rf"|\b(?:is|are|was|were|be|been|proved|proven)\s+(?:\w+ly\s+)?(?:{_UNTRUE}|a myth)\b"
    rf"|\b(?:reject|abandon|withdr[ae]w|discard|dismiss)\w*\b[^.]*\b{_CLAIM}\b"
    rf"|\b{_CLAIM}\b[^.]*\b(?:reject|abandon|withdrawn|discard|discredit|dismiss|unsupported|not supported)\w*"
    r"|\bnot (?:the case|true|so)\s+that\b|\b(?:unlikely|doubtful|questionable|implausible|improbable)\s+(?:that|whether|if)\b"
    # Nobody says it, or nobody who counts.
    r"|\b(?:nobody|no[ -]one|none of|(?<!\ba )few|hardly any\w*|no (?:\w+ )?(?:study|studies|trials?|data|evidence|authors?))\b"
    rf"[^.]*\b{_SAYING}"
    r"|\b(?:rumou?rs?|rumou?red|gossip|hearsay|legend) (?:has it|is|that)\b|\brumou?red to\b"
    r"|\b(?:I|we|he|she|they|you|people)\s+(?:\w+ly\s+|once\s+|had\s+|used to\s+)*"
    r"(?:thought|think|assumed|assume|guess|guessed|imagined|hoped)\b"
    # It is an example of what is wrong, a supposition, or struck out.
    rf"|\btrue or false\b|^\W*(?:{_UNTRUE}|myth|fiction|misconception)\s*:"
    rf"|\b{_UNTRUE}\s+(?:sentence|statement|claim|example|assumption|belief|fact|idea|notion|answer)\b"
    r"|^\W*(?:suppose|supposing|assume|assuming|imagine|hypothetically|what if)\b|\b(?:supposing|assuming)(?: that)?\b|~~\S"
    # It holds in no sense that matters, or it is denied twice.
    r"|\b(?:in no (?:\w+ ){0,3}(?:way|manner|sense)|to no (?:\w+ ){0,3}(?:extent|degree)|by no means)\b"
    r"|\b(?:not|never|cannot|n't)\s+(?:\w+ly\s+)?(?:fail|lack|without|un(?:able|likely))\w*",
    re.IGNORECASE,
)
"""Words by which a sentence takes back what it seems to state, says that somebody else disputes it, or only supposes it."""


def disowned(sentence: str) -> bool:
    """Whether a sentence does not stand by what it seems to state: "the claim that A inhibits B is false"."""
    return bool(_DISOWNED.search(sentence))


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
