"""Windows of one size, begun and ended at words."""

import re
from collections.abc import Sequence

from graph_builder.chunking import Options, Piece
from graph_builder.model import Sentence

_NOT_BLANK = re.compile(r"\S")


def cut(text: str, sentences: Sequence[Sentence], options: Options) -> list[Piece]:  # noqa: ARG001 - the contract's
    """Pieces of at most ``options.size`` characters, each begun ``options.overlap`` before the end of the one before.

    Sentences are not looked at: this is the plain baseline.
    """
    pieces: list[Piece] = []
    start, covered = 0, 0
    while (first := _NOT_BLANK.search(text, start)) is not None:
        start = first.start()
        end = _window_end(text, start, max(covered, start), options.size)
        if end is None and start < covered:  # the next word does not fit beside the overlap: do without
            start = covered
            continue
        window = text[start : start + options.size if end is None else end]
        end = start + len(window.rstrip())
        if end > covered:
            pieces.append(Piece(start, end))
            covered = end
        start = _next_start(text, start, end, options.overlap)
    return pieces


def _window_end(text: str, start: int, covered: int, size: int) -> int | None:
    """The last white space in the window that is past what is covered, or None."""
    limit = start + size
    if limit >= len(text) or text[limit].isspace():
        return min(limit, len(text))
    return next((i for i in range(limit - 1, covered, -1) if text[i].isspace()), None)


def _next_start(text: str, start: int, end: int, overlap: int) -> int:
    """The first word that begins in the last ``overlap`` characters of the window; its end where none does."""
    if end >= len(text):
        return end
    begins = range(max(end - overlap, start + 1), end)
    return next((i for i in begins if text[i - 1].isspace() and not text[i].isspace()), end)
