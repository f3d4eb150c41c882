"""Names that a sentence sets apart from what it states: "unlike x", "all azoles except x", "y rather than x".

Of such a name the sentence states nothing, or the contrary; which of the two is often not said. It is taken out before lists are
joined and before a parser sees it, to whom "y, unlike x, inhibits z" looks like a list. An exception stays with what it is an
exception of, as a condition: "azoles, except x".
"""

import re

from graph_builder.extraction._sketch import Sketch, qualified
from graph_builder.extraction._words import NAME, alternatives, insensitive, role_uses
from graph_builder.packs import Pack

_CONTRAST = (
    r"unlike|in\s+contrast\s+(?:to|with)|by\s+contrast\s+with|contrary\s+to|as\s+opposed\s+to|as\s+distinct\s+from|"
    r"in\s+distinction\s+to|different(?:ly)?\s+from|rather\s+than|instead\s+of|in\s+place\s+of"
)
_EXCEPTION = (
    r"with\s+the\s+(?:\w+\s+)?exceptions?\s+of|with\s+exception\s+of|excepting|except(?:\s+for)?|excluding|exclusive\s+of|"
    r"apart\s+from|aside\s+from|other\s+than|save\s+for|barring|but\s+for"
)
_LEAD = r"(?:(?:the|an?|most|many|some|all|other|both|either|of|by|via|for|with|to|from|in|on|that|those)\s+){0,3}"
_NEXT = r"(?:\s*,\s*(?:(?:and|or)\s+)?|\s+(?:and|or|nor|and/or|plus|as\s+well\s+as)\s+|\s*/\s*)"


class Apart:
    """The patterns for a pack's names and roles."""

    def __init__(self, pack: Pack) -> None:
        item = rf"{_LEAD}{NAME}(?:[\s-]+(?:{alternatives([*role_uses(pack), *pack.file.general])})\b)?"
        listed = rf"{item}(?:{_NEXT}{item})*"
        words = rf"(?P<exception>\b(?:{_EXCEPTION}))|\b(?:{_CONTRAST})"
        # In front, the comma that ends the phrase must be told from one inside its list: the last that fits is taken. A single
        # word in such a list is a name that the pack does not know.
        before = r"(?:^|(?<=[;:(])\s*|(?<=, and )|(?<=, but ))"
        self._in_front = insensitive(
            rf"{before}(?:{words})\s+{item}(?:{_NEXT}(?:{item}|[\w-]+))*\s*,\s+(?P<lead>{_LEAD})(?P<of>{NAME})?"
        )
        ended = r"(?:\s*,(?!\s*(?:and|or|but|which|who)\b))?"
        self._behind = insensitive(rf"(?P<of>{NAME})?\s*,?\s*(?P<open>\()?(?:{words})\s+{listed}(?(open)\)|{ended})")
        every = r"(?P<every>\b(?:all|any|every|no|none)\s+(?:[\w-]+\s+){0,3}?)"
        self._all_but = insensitive(rf"{every}(?P<of>{NAME})\s+but\s+{listed}")
        self._any = insensitive(words, r"|\b(?:all|any|every|none?)\b.*\bbut\b")

    def take_out(self, sketch: Sketch) -> None:
        """Take the names that are set apart out of the sketch."""
        if not self._any.search(sketch.text):
            return
        text = self._all_but.sub(lambda m: m["every"] + _kept(sketch, m["of"], m[0][m.end("of") - m.start() :]), sketch.text)
        text = self._in_front.sub(lambda m: _first(sketch, m), text)
        sketch.text = self._behind.sub(lambda m: _rest(sketch, m), text).strip()


def _first(sketch: Sketch, match: re.Match[str]) -> str:
    """What is left of a sentence that begins with what is set apart: the name that follows, with its exception."""
    of, told = match["of"] or "", match[0][: match.start("lead") - match.start()]
    return match["lead"] + (_kept(sketch, of, told) if of and match["exception"] else of)


def _rest(sketch: Sketch, match: re.Match[str]) -> str:
    of = match["of"]
    if of and match["exception"]:
        return _kept(sketch, of, match[0][match.start("exception") - match.start() :].rstrip(")")) + " "
    return (of or "") + " "


def _kept(sketch: Sketch, mark: str, exception: str) -> str:
    """A new slot for what an exception is made of, which says so."""
    slot = sketch.at(mark)
    told = sketch.surface(exception).strip(" ,")
    return sketch.add(qualified(slot, told))
