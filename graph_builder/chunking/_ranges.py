"""What the strategies share: ranges of a text trimmed, split, packed up to a size, and made to overlap."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from graph_builder.chunking import Options, Piece
from graph_builder.model import Sentence, Span


class Atom(NamedTuple):
    """A range that is not cut; ``leads`` says that it belongs to what follows (a heading, a list's lead-in)."""

    start: int
    end: int
    leads: bool = False


def trimmed(text: str, start: int, end: int) -> Span | None:
    """The range without white space around it, or None when nothing else is in it."""
    body = text[start:end]
    kept = body.strip()
    if not kept:
        return None
    start += len(body) - len(body.lstrip())
    return Span(start, start + len(kept))


def parts(text: str, start: int, end: int, cuts: Iterable[int]) -> list[Span]:
    """The range parted at the cuts (sorted), each part trimmed, blank ones left out."""
    found: list[Span] = []
    for cut in [*cuts, end]:
        if start < cut <= end:
            found.extend(filter(None, [trimmed(text, start, cut)]))
            start = cut
    return found


def sentence_starts(sentences: Sequence[Sentence], start: int, end: int) -> list[int]:
    """Where sentences begin inside the range, its own beginning left out."""
    low = bisect_right(sentences, start, key=lambda sentence: sentence.start)
    high = bisect_left(sentences, end, lo=low, key=lambda sentence: sentence.start)
    return [sentence.start for sentence in sentences[low:high]]


def by_words(text: str, start: int, end: int, size: int) -> Iterator[Span]:
    """The range in parts of at most ``size``, parted at white space, or hard where there is none."""
    while (rest := trimmed(text, start, end)) is not None:
        if rest.end - rest.start <= size:
            yield rest
            return
        limit = rest.start + size
        cut = next((i for i in range(limit, rest.start, -1) if text[i].isspace()), limit)
        end_of_part = rest.start + len(text[rest.start : cut].rstrip())
        yield Span(rest.start, end_of_part)
        start = cut


def packed(atoms: Sequence[Atom], size: int) -> list[Span]:
    """Neighbouring atoms joined as long as they fit; those that lead go on to the next range when this one is full."""
    ranges: list[Span] = []
    gathered: list[Atom] = []
    for atom in atoms:
        if gathered and atom.end - gathered[0].start > size:
            stay = _staying(gathered, atom, size)
            ranges.append(Span(gathered[0].start, gathered[stay - 1].end))
            gathered = gathered[stay:]
        gathered.append(atom)
    if gathered:
        ranges.append(Span(gathered[0].start, gathered[-1].end))
    return ranges


def _staying(gathered: Sequence[Atom], following: Atom, size: int) -> int:
    """How many of the gathered atoms stay; the rest lead, fit with the following atom, and are as many as can be."""
    stay = len(gathered)
    if following.leads:
        return stay
    while stay > 1 and gathered[stay - 1].leads and following.end - gathered[stay - 1].start <= size:
        stay -= 1
    return stay


def overlapping(text: str, pieces: Sequence[Piece], sentences: Sequence[Sentence], options: Options) -> list[Piece]:
    """Pieces begun earlier by at most ``options.overlap``, at a sentence where one begins there, else at a word.

    A piece does not reach back over a heading, nor to the start of the piece before.
    """
    if not options.overlap:
        return list(pieces)
    begun = list(pieces[:1])
    for before, piece in zip(pieces, pieces[1:], strict=False):
        room = min(options.overlap, options.size - (piece.end - piece.start))
        start = piece.start
        if room > 0 and piece.heading == before.heading:
            start = _begin(text, max(start - room, before.start + 1), start, sentences)
        begun.append(piece._replace(start=start))
    return begun


def _begin(text: str, floor: int, start: int, sentences: Sequence[Sentence]) -> int:
    """The first sentence start in [floor, start), else the first word start there, else ``start``."""
    first = bisect_left(sentences, floor, key=lambda sentence: sentence.start)
    if first < len(sentences) and sentences[first].start < start:
        return sentences[first].start
    words = (i for i in range(floor, start) if not text[i].isspace() and text[i - 1].isspace())
    return next(words, start)
