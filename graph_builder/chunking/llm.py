"""Cut where a language model says that the subject changes: it is shown numbered sentences, and names numbers."""

from collections.abc import Sequence

from graph_builder.chunking import Options, Piece
from graph_builder.chunking._ranges import overlapping
from graph_builder.chunking.recursive import fitting
from graph_builder.errors import SettingsError
from graph_builder.model import Sentence, Span

LONGEST_QUESTION = 12_000
"""Characters of sentences in one question: about 3,000 tokens."""


def cut(text: str, sentences: Sequence[Sentence], options: Options) -> list[Piece]:
    """Pieces of at most ``options.size`` characters, broken where ``options.ask`` says.

    A longer part is cut as `recursive` cuts it. Raises `SettingsError` without ``ask``.
    """
    if options.ask is None:
        raise SettingsError("llm chunking needs a language model, and none is set: set LLM_MODEL, or use structure")
    size = options.size - options.overlap
    breaks = _breaks(text, sentences, options)
    spans: list[Span] = []
    for first, after in zip(breaks, [*breaks[1:], len(sentences)], strict=False):
        spans.extend(fitting(text, Span(sentences[first].start, sentences[after - 1].end), sentences, size))
    return overlapping(text, [Piece(*span) for span in spans], sentences, options)


def _breaks(text: str, sentences: Sequence[Sentence], options: Options) -> list[int]:
    """The positions of the sentences that begin a piece, from 0; sorted, the first among them."""
    breaks = [0] if sentences else []
    first = 0
    while first < len(sentences) - 1:
        after = _question_end(sentences, first)
        said = sorted(_asked(text, sentences, first, after, options))
        if after < len(sentences):
            # the last part of a question is asked again, with what follows it; without a break the seam is one
            said = said or [after]
        breaks.extend(said)
        first = said[-1] if after < len(sentences) else len(sentences)
    return breaks


def _question_end(sentences: Sequence[Sentence], first: int) -> int:
    """The position after the last sentence that goes into the question; it holds two sentences at least."""
    after = min(first + 2, len(sentences))
    while after < len(sentences) and sentences[after].end - sentences[first].start <= LONGEST_QUESTION:
        after += 1
    return after


def _asked(text: str, sentences: Sequence[Sentence], first: int, after: int, options: Options) -> set[int]:
    """The positions in (first, after) that the model names; numbers that it was not shown are passed over."""
    shown = range(first, after)
    position = {sentences[i].number: i for i in shown}
    lines = (f"{sentences[i].number}. {' '.join(text[sentences[i].start : sentences[i].end].split())}" for i in shown)
    answer = options.ask("\n".join(lines)) if options.ask else ()
    return {position[number] for number in answer if number in position} - {first}
