"""Cut where the subject changes: at the gaps between sentences whose two sides are least alike.

Each side of a gap is a group of `GROUP` sentences, so that one odd sentence does not make a gap. A gap is a break when
its cosine is a valley among the lowest `PERCENTILE` per cent of the document; where no such gap lies in reach, the lowest one in
the second half of what fits is.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from graph_builder.chunking import Options, Piece
from graph_builder.chunking._ranges import overlapping
from graph_builder.chunking.recursive import fitting
from graph_builder.errors import SettingsError
from graph_builder.model import Sentence, Span, Vectors

GROUP = 2
PERCENTILE = 10.0
SMALLEST = 0.2
"""Of the size: no piece is ended before it has grown to this."""


def cut(text: str, sentences: Sequence[Sentence], options: Options) -> list[Piece]:
    """Pieces of at most ``options.size`` characters, broken at low cosines; `SettingsError` without ``embed``."""
    if options.embed is None:
        raise SettingsError("semantic chunking needs an embedder, and none is set: set EMBEDDING_MODEL, or use structure")
    size = options.size - options.overlap
    gaps = gap_cosines(text, sentences, options.embed) if sentences else np.zeros(0, dtype=np.float32)
    segments = _segments(sentences, gaps, size)
    spans = [part for segment in segments for part in fitting(text, segment, sentences, size)]
    return overlapping(text, [Piece(*span) for span in spans], sentences, options)


def gap_cosines(text: str, sentences: Sequence[Sentence], embed: Callable[[Sequence[str]], Vectors]) -> Vectors:
    """The cosine of the groups on both sides of each gap, shape (sentences - 1,), in [-1, 1]."""
    ends = [sentences[min(i + GROUP, len(sentences)) - 1].end for i in range(len(sentences))]
    groups = [" ".join(text[s.start : end].split()) for s, end in zip(sentences, ends, strict=True)]
    vectors = embed(groups)
    right = np.arange(1, len(sentences))
    cosines: Vectors = np.einsum("ij,ij->i", vectors[np.maximum(right - GROUP, 0)], vectors[right])
    return cosines


def breaks(gaps: Vectors) -> NDArray[np.bool_]:
    """Which gaps are breaks, shape (gaps,): among the lowest, below the median, and no higher than their neighbours."""
    if not len(gaps):
        return np.zeros(0, dtype=np.bool_)
    beside = np.concatenate([[np.inf], gaps, [np.inf]])
    valley = (gaps <= beside[:-2]) & (gaps <= beside[2:])
    found: NDArray[np.bool_] = valley & (gaps <= np.percentile(gaps, PERCENTILE)) & (gaps < np.median(gaps))
    return found


def _segments(sentences: Sequence[Sentence], gaps: Vectors, size: int) -> list[Span]:
    """Runs of sentences; one is longer than ``size`` only when it is a single sentence."""
    broken = breaks(gaps)
    segments, first = [], 0
    while first < len(sentences):
        last = _last(sentences, gaps, broken, first, size)
        segments.append(Span(sentences[first].start, sentences[last].end))
        first = last + 1
    return segments


def _last(sentences: Sequence[Sentence], gaps: Vectors, broken: NDArray[np.bool_], first: int, size: int) -> int:
    """The last sentence of the segment that begins with ``first``."""
    start = sentences[first].start
    last = first
    while last + 1 < len(sentences) and sentences[last + 1].end - start <= size:
        if broken[last] and sentences[last].end - start >= SMALLEST * size:
            return last
        last += 1
    if last + 1 == len(sentences) or last == first:
        return last
    middle = next(i for i in range(first, last + 1) if sentences[i].end - start >= (sentences[last].end - start) / 2)
    return middle + int(np.argmin(gaps[middle : last + 1]))
