"""How a name is compared: the one place that decides when two spellings are the same name."""

import re
import unicodedata
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+")
_SHORTEST_PLURAL = 4
_SIGNS = {"+": " plus ", "-": " minus ", "\u2212": " minus ", "#": " sharp "}
_BRACKETS = re.compile(r"\s*\([^()]*\)\s*$")
_POSSESSIVE = re.compile(r"['\u2019]s(?!\w)", re.IGNORECASE)
_SIGN = re.compile(r"(?<=\w)[+#\u2212-]+(?=\s|$)")
"""Signs at the end of a word, which tell CD4+ from CD4- and C++ from C#."""


def fold(text: str) -> str:
    """Compatibility-normalised, case-folded, without diacritics: "Sjögren" and "SJOGREN" fold alike."""
    if text.isascii():  # nothing to take apart: most texts, and many times as fast
        return text.casefold()
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def words(text: str) -> list[str]:
    """The folded alphanumeric runs of a text, in order: "5-FU/leucovorin" gives ["5", "fu", "leucovorin"]."""
    return _WORD.findall(fold(text))


def singular(word: str) -> str:
    """A word in the singular, as far as its ending tells."""
    if len(word) < _SHORTEST_PLURAL or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > _SHORTEST_PLURAL:
        return word[:-3] + "y"
    return word[:-1]


def _spelt_out(sign: re.Match[str]) -> str:
    return "".join(_SIGNS[character] for character in sign[0])


@lru_cache(maxsize=200_000)
def normalise(name: str) -> str:
    """The form in which names are equal: folded words, single spaces, the last word in the singular, without "the" in front.

    Punctuation within a name separates, so "P-gp" and "P gp" are one name; digits stay, so CYP2C9 and CYP2C19 never are.
    A name without a letter or digit ("+/+") is equal only to itself: two such names must not meet in an empty form.
    """
    parts = words(_SIGN.sub(_spelt_out, _POSSESSIVE.sub("", name)))
    if len(parts) > 1 and parts[0] == "the":
        parts.pop(0)
    if parts and not any(c.isdigit() for c in parts[-1]) and not name.rsplit(maxsplit=1)[-1].isupper():
        parts[-1] = singular(parts[-1])
    return " ".join(parts) or fold(name).strip()


def bare_title(title: str) -> str:
    """A title without what tells it from others of that name: "Love Me Again (film)" gives "Love Me Again"."""
    return _BRACKETS.sub("", title).strip()
