"""Text that its author has struck out, "~~A inhibits B~~", is not stated: it is blanked, so that all else keeps its place."""

import re
from collections.abc import Sequence

from graph_builder.extraction import NumberedSentence

_BETWEEN = "\0"
_STRUCK = re.compile(
    r"(?<!~)~~(?![\s~])(?:(?!\n\s*\n).){1,2000}?(?<![\s~])~~(?!~)|<(del|s|strike)\b[^<>\0]*>.{1,2000}?</\1\s*>",
    re.DOTALL | re.IGNORECASE,
)


def unstruck(sentences: Sequence[NumberedSentence]) -> list[NumberedSentence]:
    """The sentences of a passage with what is struck out turned to spaces, also where that runs over several of them."""
    joined = _BETWEEN.join(sentence.text.replace(_BETWEEN, " ") for sentence in sentences)
    if "~~" not in joined and "</" not in joined:
        return list(sentences)
    blank = _STRUCK.sub(lambda m: re.sub(rf"[^{_BETWEEN}\n]", " ", m[0]), joined)
    return [NumberedSentence(s.number, text) for s, text in zip(sentences, blank.split(_BETWEEN), strict=True)]
