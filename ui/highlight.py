"""A quote in its context, as HTML. All that comes from a document is escaped here, in one place."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

AROUND = 220
"""Characters of context on each side of a quote."""
_STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


_BLOCK = re.compile(r"\n\s*\n\s*|\n(?=\s*(?:[-*+|#•]|\d+[.)]\s))")


@dataclass(frozen=True, slots=True)
class Context:
    """A quote with the text around it; ``starts`` and ``ends`` say that the document begins or ends there."""

    before: str
    quote: str
    after: str
    starts: bool
    ends: bool


def safe(text: str) -> str:
    """A text for HTML: escaped, without control characters and changes of writing direction, each replaced by one that shows."""
    return escape(_STEERING.sub("\N{REPLACEMENT CHARACTER}", text), quote=True)


def context(text: str, start: int, end: int, *, around: int = AROUND) -> Context:
    """The quote ``text[start:end]`` with about ``around`` characters on each side, cut between words."""
    low, high = max(0, start - around), min(len(text), end + around)
    before, after = text[low:start], text[end:high]
    if low > 0:
        before = before[_first_break(before) :]
    if high < len(text):
        after = after[: len(after) - _first_break(after[::-1])]
    return Context(before, text[start:end], after, low == 0, high == len(text))


def _first_break(text: str) -> int:
    """Where the first word after a break begins; 0 when there is no break."""
    found = re.search(r"\s+", text)
    return found.end() if found else 0


def marked(found: Context, names: Iterable[str]) -> str:
    """The context as HTML: the quote in a ``<mark>``, and in it the names of the hop's ends emphasised."""
    left = "" if found.starts else "… "
    right = "" if found.ends else " …"
    return f"{left}{_flowing(found.before)}<mark>{emphasised(found.quote, names)}</mark>{_flowing(found.after)}{right}"


def emphasised(quote: str, names: Iterable[str]) -> str:
    """The quote as HTML with each whole-word occurrence of a name in ``<strong>``, longest names first."""
    wanted = sorted({name for name in names if name.strip()}, key=lambda name: (-len(name), name))
    if not wanted:
        return safe(quote)
    pattern = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, wanted))})(?:s|'s)?(?!\w)", re.IGNORECASE)
    pieces, cursor = [], 0
    for match in pattern.finditer(quote):
        pieces += [safe(quote[cursor : match.start()]), f"<strong>{safe(match.group())}</strong>"]
        cursor = match.end()
    return "".join([*pieces, safe(quote[cursor:])])


def _flowing(text: str) -> str:
    """Single line ends become spaces; paragraphs, headings, items and rows begin on a line of their own."""
    return "<br>".join(safe(" ".join(block.split("\n"))) for block in _BLOCK.split(text))
