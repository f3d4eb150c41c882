"""Words of a question that stand where a name stands, and that no pack, no entity and no English text knows.

Without them "Does nivarol inhibit CYP3A4?" would be a question of CYP3A4 alone, and what does inhibit it would pass for an
answer. It may be a misspelt drug, or one that is too new for the pack.
"""

import re
from collections.abc import Iterator, Sequence

from graph_builder.english import is_word
from graph_builder.names import words
from graph_builder.terms import term_set
from graph_rag.sources import Sources

_WORD = re.compile(r"[^\W_][\w-]*")
_SHORTEST = 5
_ARTICLES = frozenset(words("a an the"))
_BEFORE = frozenset(
    words(
        "does do did is are was were can could may might will would should must has have with between and or by of than to from"
        " when while without if"
    )
)
"""Words after which a name may follow; so it may after a pack's verbs."""


def strangers(question: str, taken: Sequence[tuple[int, int]], sources: Sources) -> list[str]:
    """The strangers, in order, where a closed pack knows what is asked. ``taken``: the spans that are known names."""
    closed = [pack for pack in sources.packs if not pack.is_open]
    verbs, spoken = {v for pack in closed for v in pack.verbs}, {t for pack in closed for t in pack.speech}
    found = []
    for word, before in _after(question):
        known = any(start < word.end() and word.start() < end for start, end in taken) or term_set(word[0]) <= spoken
        placed = before.lower() in _BEFORE or bool(term_set(before) & verbs)
        if placed and not known and len(word[0]) >= _SHORTEST and not is_word(word[0]):
            found.append(word[0])
    return found


def _after(question: str) -> Iterator[tuple[re.Match[str], str]]:
    """Each word with the one before it, articles left out."""
    before = ""
    for word in _WORD.finditer(question):
        if word[0].lower() not in _ARTICLES:
            yield word, before
            before = word[0]
