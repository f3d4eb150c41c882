"""How many tokens a text has, about: no provider's tokenizer is at hand before a call, and they differ from each other anyway."""

import re

from graph_builder.llm import Prompt

_PIECE = re.compile(r"[^\W\d_]+|\d{1,3}|[^\w\s]|_")
_LETTERS = 7
"""Letters of a word that make one token, on average, beyond which it takes another."""
_PER_MESSAGE = 4


def tokens_in(text: str) -> int:
    """The number of tokens of a text as byte-pair encodings of today's models count them; within a tenth or so in English."""
    return sum(1 + (len(piece) - 1) // _LETTERS for piece in _PIECE.findall(text))


def tokens_of(prompt: Prompt) -> int:
    """The number of tokens that are read for a prompt."""
    texts = (prompt.instructions, prompt.schema_json, *prompt.turns)
    return sum(tokens_in(text) + _PER_MESSAGE for text in texts)
