"""The chat protocol of OpenAI as the scripted server speaks it: a request, what is replied, and how tokens are counted."""

import json
import re
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

FIXED_USAGE = (100, 10)
"""Tokens read and written of each answer where nothing counts them: figures that a test can reckon with."""
CACHED_FROM, CACHED_STEP = 1024, 128
"""A prompt's beginning is cached from so many tokens on, in such steps (OpenAI's guide to prompt caching)."""
_AROUND_MESSAGE, _BEFORE_ANSWER = 3, 3
_PIECE = 24  # characters of a streamed piece, about six tokens

Tokeniser = Callable[[str], Sequence[Hashable]]


@dataclass(frozen=True)
class Asked:
    """A request as the server got it. ``prompt`` is the user's part, ``instructions`` the system's."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def prompt(self) -> str:
        """The last thing that the user said."""
        return said[-1] if (said := self.turns) else ""

    @property
    def turns(self) -> list[str]:
        """All that the user said."""
        return [text_of(m.get("content")) for m in self.body["messages"] if m["role"] == "user"]

    @property
    def instructions(self) -> str:
        """What the system said."""
        return "\n".join(text_of(m.get("content")) for m in self.body["messages"] if m["role"] in {"system", "developer"})

    @property
    def corrections(self) -> list[str]:
        """What the model was told to be wrong with its answers."""
        return [text_of(m.get("content")) for m in self.body["messages"] if m["role"] == "tool"]

    @property
    def key(self) -> str:
        """The idempotency key, or nothing."""
        return self.headers.get("idempotency-key", "")

    @property
    def streams(self) -> bool:
        """Whether the answer is wanted in pieces."""
        return bool(self.body.get("stream"))


@dataclass(frozen=True)
class Reply:
    """What to answer: ``json`` in the asked form, or ``text`` in its place (malformed, if the test likes), or an error.

    ``cut`` ends the text after so many characters, and says that the length was the reason. ``finish`` is another reason, such
    as "content_filter". ``refusal`` is said in place of an answer. ``seconds`` delays it. ``raw`` replaces the whole body.
    ``drop`` closes the connection without a word, before the model answered; ``broken`` closes it after so many bytes of the
    body, when the model has answered and its answer is billed. ``reset`` makes either a reset (RST) and not an orderly end.
    ``kind`` is a name under which the server counts the call.
    """

    json: object = None
    text: str | None = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    message: str = "scripted failure"
    cut: int | None = None
    seconds: float = 0.0
    raw: bytes | None = None
    drop: bool = False
    finish: str = ""
    refusal: str = ""
    broken: int | None = None
    reset: bool = False
    kind: str = ""

    @property
    def said(self) -> str:
        """The text of the answer."""
        if self.refusal:
            return self.refusal
        text = json.dumps(self.json, ensure_ascii=False) if self.text is None else self.text
        return text[: self.cut]


@dataclass(frozen=True)
class Tokens:
    """What a call took; ``cached`` are those of ``read`` that an earlier prompt began with."""

    read: int = 0
    written: int = 0
    cached: int = 0

    @property
    def usage(self) -> dict[str, Any]:
        """As the protocol says it."""
        return {
            "prompt_tokens": self.read,
            "completion_tokens": self.written,
            "total_tokens": self.read + self.written,
            "prompt_tokens_details": {"cached_tokens": self.cached},
        }


class TokenCounter:
    """Counts the tokens of requests and answers, and remembers how prompts began."""

    def __init__(self, tokeniser: Tokeniser | None) -> None:
        self._tokens = lru_cache(maxsize=256)(tokeniser) if tokeniser else None
        self._seen: set[int] = set()

    def count(self, asked: Asked, reply: Reply) -> Tokens:
        """The tokens of a call; `FIXED_USAGE` where there is no tokeniser."""
        if self._tokens is None:
            return Tokens(*FIXED_USAGE)
        parts = [self._tokens(part) for part in _parts(asked.body)]
        read = sum(map(len, parts)) + _AROUND_MESSAGE * len(asked.body["messages"]) + _BEFORE_ANSWER
        return Tokens(read, len(self._tokens(reply.said)), self._cached([token for part in parts for token in part]))

    def _cached(self, tokens: Sequence[Hashable]) -> int:
        """How many tokens an earlier prompt began with; what this one begins with is remembered."""
        longest, beginning = 0, 0
        for end in range(CACHED_STEP, len(tokens) + 1, CACHED_STEP):
            beginning = hash((beginning, tuple(tokens[end - CACHED_STEP : end])))
            if end >= CACHED_FROM and beginning in self._seen:
                longest = end
            self._seen.add(beginning)
        return longest


def words(text: str) -> list[str]:
    """Words, numbers and signs: a deterministic stand-in for a tokeniser, for tests."""
    return re.findall(r"\w+|[^\w\s]", text)


def error(message: str) -> dict[str, Any]:
    """The body of a refusal."""
    return {"error": {"message": message, "type": "scripted", "code": None}}


def completion(reply: Reply, asked: Asked, tokens: Tokens) -> dict[str, Any]:
    """The body of an answer."""
    choice = {"index": 0, "finish_reason": _reason(reply, asked), "message": _message(reply, asked)}
    return {**_head(asked, "chat.completion"), "choices": [choice], "usage": tokens.usage}


def pieces(reply: Reply, asked: Asked, tokens: Tokens) -> Iterator[bytes]:
    """The events of a streamed answer: who speaks, the text by and by, why it ends, what it took (if asked), the end."""
    head = _head(asked, "chat.completion.chunk")
    deltas = _deltas(reply, asked)
    for delta, reason in [*((d, None) for d in deltas), ({}, _reason(reply, asked))]:
        yield _event({**head, "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]})
    if (asked.body.get("stream_options") or {}).get("include_usage"):
        yield _event({**head, "choices": [], "usage": tokens.usage})
    yield b"data: [DONE]\n\n"


def text_of(content: object) -> str:
    """The text of a message's content, which may come in parts."""
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content)
    return str(content or "")


def _parts(body: dict[str, Any]) -> list[str]:
    """What a model reads, in the order in which prompts are cached: forms first, then messages."""
    forms = [json.dumps(body[name], ensure_ascii=False) for name in ("tools", "response_format") if body.get(name)]
    return [*forms, *(text_of(m.get("content")) + _calls(m) for m in body["messages"])]


def _calls(message: dict[str, Any]) -> str:
    return json.dumps(calls, ensure_ascii=False) if (calls := message.get("tool_calls")) else ""


def _head(asked: Asked, kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-1", "object": kind, "created": 1_700_000_000, "model": asked.body.get("model", "")}


def _reason(reply: Reply, asked: Asked) -> str:
    if reply.finish:
        return reply.finish
    if reply.cut is not None:
        return "length"
    return "tool_calls" if asked.body.get("tools") and not reply.refusal else "stop"


def _message(reply: Reply, asked: Asked) -> dict[str, Any]:
    """The answer as a call of the tool that was offered, or as plain content where none was."""
    if reply.refusal:
        return {"role": "assistant", "content": None, "refusal": reply.refusal}
    if not (tools := asked.body.get("tools")):
        return {"role": "assistant", "content": reply.said, "refusal": None}
    return {"role": "assistant", "content": None, "tool_calls": [{"id": "call-1", **_call(tools, reply.said)}]}


def _deltas(reply: Reply, asked: Asked) -> list[dict[str, Any]]:
    said = [reply.said[start : start + _PIECE] for start in range(0, len(reply.said), _PIECE)]
    who: dict[str, Any] = {"role": "assistant", "content": None}
    if reply.refusal:
        return [who, *({"refusal": piece} for piece in said)]
    if not (tools := asked.body.get("tools")):
        return [{**who, "content": ""}, *({"content": piece} for piece in said)]
    opened = {"index": 0, "id": "call-1", **_call(tools, "")}
    more = [{"tool_calls": [{"index": 0, "function": {"arguments": piece}}]} for piece in said]
    return [{**who, "tool_calls": [opened]}, *more]


def _call(tools: list[dict[str, Any]], arguments: str) -> dict[str, Any]:
    return {"type": "function", "function": {"name": tools[0]["function"]["name"], "arguments": arguments}}


def _event(data: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(data).encode() + b"\n\n"
