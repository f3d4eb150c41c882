"""What names are wrapped in: "treatment with x" is x, "plasma concentration of x" x seen through exposure, "x with y" a pair."""

import re

from graph_builder.extraction._sketch import PAIR, Sketch, Slot
from graph_builder.extraction._words import NAME, alternatives, aspect_words, aspects_by_letter, insensitive
from graph_builder.packs import Pack

_TOGETHER = (
    r"(?:co-?administered|combined|in combination|taken together|given together|together|used in combination|"
    r"used concomitantly|given concomitantly|administered concomitantly|concomitantly|concurrently)"
)
_USED_TOGETHER = re.compile(
    rf"({NAME})(?=\s+(?:is|are|were|was)\s+(?:used|given|administered|taken|prescribed)\s+(?:concomitantly|together|concurrently))"
)
_BOTH_TAKEN = re.compile(
    rf"(?:(?<=patients receiving )|(?<=patients taking )|(?<=patients on ))(?:both\s+|concomitant\s+)?({NAME})(?!,)"
)
_DETERMINER = r"(?:the|an?|any|each|single|multiple|repeated|chronic|long-term|daily|prior|subsequent)"
_BETWEEN = (
    r"(?:the|an?|administered|both|either|single|multiple|repeated|other|serious|severe|major|clinically|significant|"
    r"increased|active|total|fatal|use|of|concomitant|concomitantly|co-?administered)"
)


class Wrappers:
    """The patterns of a pack's carriers, joint words and aspects."""

    def __init__(self, pack: Pack, letters: dict[str, str]) -> None:
        carriers, joint = alternatives(pack.file.carriers), alternatives(pack.file.joint)
        filler = alternatives(pack.file.fillers)
        self._aspects = aspect_words(pack)
        self._seen_through = aspects_by_letter(pack, letters)
        words = alternatives(self._aspects)
        self._any = insensitive(rf"\b(?:{carriers}|{joint}|{words}|interactions?|{_TOGETHER[3:-1]})\b")
        self._carried = insensitive(
            rf"(?:\b(?:{_DETERMINER}|{filler})\s+){{0,3}}\b(?:{carriers})\s+(?:of|with)\s+(?:the\s+)?({NAME})"
        )
        self._carrier_after = insensitive(rf"({NAME})\s+(?:(?:{filler})\s+){{0,3}}(?:{carriers})\b")
        self._pairs = _pair_patterns(joint)
        both_of = rf"(?:\b(?:the|an?)\s+)?\b(?:{joint}|interactions?)\s+(?:of|between|with)\s+(?:the\s+|both\s+)?"
        self._pair_list = insensitive(both_of, rf"({NAME})")
        also = r"\s*(?:,|and|or|/|&)+\s*"
        self._seen = insensitive(
            rf"\b({words})(?:{also}(?:the\s+)?(?:\w+\s+)?(?:{words}))*\s+(?:of|for|to|from)\s+",
            rf"(?:(?:{_BETWEEN}|{filler})\s+){{0,3}}({NAME})(?!\s+on\s+(?:[\w-]+\s+){{0,4}}<)",
        )
        self._seen_after = insensitive(
            rf"({NAME})(?:['\u2019]s?)?\s+(?:(?:{filler})\s+){{0,3}}({words})\b(?:{also}(?:{words})\b)*"
        )

    def unwrap(self, sketch: Sketch) -> None:
        """Look through carriers and aspects, and join pairs."""
        text = sketch.text
        if not self._any.search(text):
            return
        for pattern in self._pairs:
            text = pattern.sub(lambda m: _pair(sketch, m), text)
        text = self._pair_list.sub(lambda m: _pair_of_list(sketch, m), text)
        for both in (_BOTH_TAKEN, _USED_TOGETHER):
            text = both.sub(lambda m: _pair_of_list(sketch, m), text)
        for _ in range(2):
            text = self._carried.sub(r"\1", text)
            text = self._carrier_after.sub(r"\1", text)
        text = self._seen.sub(lambda m: self._aspect(sketch, m[0], m[1], m[2]), text)
        sketch.text = self._seen_after.sub(lambda m: self._aspect(sketch, m[0], m[2], m[1]), text)

    def _aspect(self, sketch: Sketch, text: str, word: str, mark: str) -> str:
        slot = sketch.at(mark)
        aspects = self._aspects[word.lower()] & self._seen_through.get(slot.letter, frozenset())
        if not aspects:
            return text
        return sketch.add(Slot(slot.members, slot.letter.lower(), aspects=aspects, word=word))


def _pair_patterns(joint: str) -> tuple[re.Pattern[str], ...]:
    """Read "coadministration of x and y", "use of x with y", "x in combination with y"."""
    article = r"(?:\b(?:the|an?)\s+)?"
    and_ = r"\s*,?\s+(?:and|with|plus|together with|in combination with)\s+"
    other = r"(?:the\s+|an?\s+|other\s+|potent\s+|use of\s+)?"
    return (
        insensitive(rf"{article}\b(?:{joint}|interactions?)\s+(?:of|between|with)\s+(?:the\s+)?({NAME}){and_}{other}({NAME})"),
        insensitive(
            rf"{article}\b(?:use|administration|combination|treatment|therapy)\s+(?:of|with)\s+({NAME})\s+",
            rf"(?:concomitantly\s+|concurrently\s+|together\s+)?with\s+(?:the\s+)?({NAME})",
        ),
        insensitive(
            rf"(?:(?<=when )|(?<=if )|(?<=When )|(?<=If ))({NAME})\s+(?:is|are|was|were)\s+(?:\w+ly\s+)?",
            rf"(?:given|used|taken|administered|combined|added)\s+(?:\w+ly\s+)?(?:with|to)\s+(?:the\s+|other\s+)?({NAME})",
        ),
        insensitive(
            rf"({NAME})\s*,?\s+(?:when\s+)?(?:(?:is|are|was|were)\s+)?(?:concomitantly\s+|concurrently\s+)?",
            rf"{_TOGETHER}\s+with\s+(?:the\s+|other\s+)?({NAME})",
        ),
    )


def _pair(sketch: Sketch, match: re.Match[str]) -> str:
    left, right = sketch.at(match[1]), sketch.at(match[2])
    if left.letter != right.letter:
        return match[0]
    return sketch.add(Slot(left.members, PAIR, second=right.members))


def _pair_of_list(sketch: Sketch, match: re.Match[str]) -> str:
    slot = sketch.at(match[1])
    members = slot.members
    if len(members) != 2 or slot.either:  # noqa: PLR2004 - a pair
        return match[0]
    return sketch.add(Slot(members[:1], PAIR, second=members[1:]))
