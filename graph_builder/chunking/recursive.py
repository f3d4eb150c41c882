"""Cut at the coarsest separator that makes the parts fit: paragraph, line, sentence, word, character."""

import re
from collections.abc import Iterable, Sequence

from graph_builder.chunking import Options, Piece
from graph_builder.chunking._ranges import Atom, by_words, overlapping, packed, parts, sentence_starts, trimmed
from graph_builder.model import Sentence, Span

_PARAGRAPH = re.compile(r"\n[^\S\n]*\n\s*")
_LINE = re.compile(r"\n\s*")
_LEVELS = 3


def cut(text: str, sentences: Sequence[Sentence], options: Options) -> list[Piece]:
    """Pieces of at most ``options.size`` characters; parts of one level are joined as long as they fit."""
    spans = fitting(text, Span(0, len(text)), sentences, options.size - options.overlap)
    return overlapping(text, [Piece(*span) for span in spans], sentences, options)


def fitting(text: str, span: Span, sentences: Sequence[Sentence], size: int, level: int = 0) -> list[Span]:
    """The span in parts of at most ``size`` characters, trimmed and in order."""
    if level == 0 and 0 < span.end - span.start <= size:
        return list(filter(None, [trimmed(text, *span)]))
    if level == _LEVELS:
        return list(by_words(text, span.start, span.end, size))
    ranges: list[Span] = []
    run: list[Atom] = []
    for part in parts(text, span.start, span.end, _cuts(text, span, sentences, level)):
        if part.end - part.start <= size:
            run.append(Atom(*part))
            continue
        ranges.extend(packed(run, size))
        run = []
        ranges.extend(fitting(text, part, sentences, size, level + 1))
    return ranges + packed(run, size)


def _cuts(text: str, span: Span, sentences: Sequence[Sentence], level: int) -> Iterable[int]:
    """Where the separators of a level end. A line break inside a sentence is only white space."""
    if level == 0:
        return (match.end() for match in _PARAGRAPH.finditer(text, span.start, span.end))
    starts = sentence_starts(sentences, span.start, span.end)
    if level == 1:
        beginnings = set(starts)
        ends = (match.end() for match in _LINE.finditer(text, span.start, span.end))
        return (end for end in ends if end in beginnings or not sentences)
    return starts
