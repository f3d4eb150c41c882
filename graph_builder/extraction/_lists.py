"""Lists of names become one slot: "CYP3A4, CYP2C9 and P-gp", "x but not y", "neither x nor y"."""

import re

from graph_builder.extraction._sketch import Sketch, Slot, flagged
from graph_builder.extraction._words import NAME, SUCH, insensitive

_GLUE = r"(?:\s*,\s*(?:and|or|as well as|and also|plus)\s+(?:also\s+)?|\s+(?:and|or|as well as|plus|&)\s+|\s*/\s*)"
_TWO = r"(?:\s+(?:and|or|as well as|plus|&)\s+|\s*/\s*|,\s+as well as\s+)"
"""Between two names no comma stands before "and": ", and" begins another clause."""
_COMMA = r"\s*[,;]\s*"
_ARTICLE = r"(?:(?:the|an?|other|both|either|certain|some|of|by)\s+)?"
_DOUBT = r"to a (?:lesser|smaller) (?:extent|degree)|possibly|perhaps|probably|potentially"
_ALSO = rf"{_GLUE}(?:(?:of|by|for|with|to|in|on|the)\s+)?{NAME}"
_FLAG_AFTER = re.compile(
    rf"({NAME}),?\s+(?:but|and|though|although)?\s*(?:(not)|(?:{_DOUBT})),?\s+"
    rf"(?:(?:of|by|for|with|to|in|on)\s+)?({NAME}(?:(?!,\s*(?:and|plus)){_ALSO}|(?:{_COMMA}{NAME})+{_ALSO})*)"
)
_DOUBTED = re.compile(r"possibly|perhaps|probably|potentially")
_FLAGS = insensitive(rf"\bnot\b|\bneither\b|{_DOUBT}")
_NEITHER = re.compile(rf"\b[Nn]either\s+({NAME}(?:(?:,|,?\s+n?or)\s+{NAME})*,?\s+nor\s+{NAME})")
_LIST = 2


class Lists:
    """The patterns of lists, for each group of types that may stand in one."""

    def __init__(self, letters: dict[str, str]) -> None:
        self._of = {letter: _patterns(letter) for letter in sorted(set(letters.values()))}

    def merge(self, sketch: Sketch) -> None:
        """Join lists of names of one group into one slot each."""
        text = sketch.text
        if _FLAGS.search(text):
            text = _FLAG_AFTER.sub(lambda m: _flag(sketch, m), text)
            text = _NEITHER.sub(lambda m: _neither(sketch, m), text)
        for letter, (such, listed, _) in self._of.items():
            if text.count(f"<{letter}") >= _LIST:
                text = such.sub(lambda m: m[1] + _join(sketch, m[2]), text)
                text = listed.sub(lambda m: _join(sketch, m[0]), text)
        sketch.text = text

    def merge_bracketed(self, sketch: Sketch) -> None:
        """Join lists that fill a pair of brackets, where commas alone part them."""
        for _, _, bracketed in self._of.values():
            sketch.text = bracketed.sub(lambda m: f" ({m[1] or ''}{_join(sketch, m[2])})", sketch.text)


def _patterns(letter: str) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Patterns for lists of one group: after "such as", anywhere, and alone in brackets."""
    name = rf"<{letter}\d+>"
    any_list = rf"({name}(?:(?:{_GLUE}|{_COMMA}){_ARTICLE}{name})+)"
    two = rf"{_TWO}{_ARTICLE}{name}"
    more = rf"(?:{_COMMA}{_ARTICLE}{name})+{_GLUE}{_ARTICLE}{name}"
    return (
        insensitive(rf"({SUCH}){any_list}"),
        re.compile(rf"(?:\b(?:[Bb]oth|[Ee]ither)\s+)?{name}(?:{two}|{more})+"),
        insensitive(
            r"\s*\(\s*((?:such as|including|e\.?g\.?,?|i\.?e\.?,?|for example,?)\s*)?",
            any_list,
            r"(?:,?\s*(?:and others|etc\.?|among others))?\s*\)",
        ),
    )


def _join(sketch: Sketch, text: str) -> str:
    marks = re.findall(NAME, text)
    if len(marks) == 1:
        return str(marks[0])
    members = tuple(member for mark in marks for member in sketch.at(mark).members)
    either = " or " in text or any(sketch.at(mark).either for mark in marks)
    return sketch.add(Slot(members, sketch.at(marks[0]).letter, either=either))


def _flag(sketch: Sketch, match: re.Match[str]) -> str:
    """Read "x but not y" and "x and possibly y": y is denied or doubted within the list."""
    left, listed = sketch.at(match[1]), [sketch.at(mark) for mark in re.findall(NAME, match[3])]
    if any(left.letter != slot.letter for slot in listed):
        return match[0]
    right = tuple(member for slot in listed for member in slot.members)
    members = flagged(right, negated=bool(match[2]), possible=bool(_DOUBTED.search(match[0])))
    return sketch.add(Slot((*left.members, *members), left.letter))


def _neither(sketch: Sketch, match: re.Match[str]) -> str:
    listed = [sketch.at(mark) for mark in re.findall(NAME, match[1])]
    if len({slot.letter for slot in listed}) > 1:
        return match[0]
    members = tuple(member for slot in listed for member in slot.members)
    return sketch.add(Slot(flagged(members, negated=True), listed[0].letter))
