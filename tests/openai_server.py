"""A real HTTP server on loopback that speaks the chat protocol of OpenAI; what it says is scripted by the test.

    with OpenAIServer([{"entities": []}]) as server:
        settings = Settings(llm_model="openai:scripted", llm_base_url=server.url)

A script gets each request and returns its `Reply`, or what the reply's JSON should be. It may be a function, or a
list that is answered from in order (its last entry for ever). Functions are called in threads and may wait.

One thread serves all connections, so that many cost little. A request with an ``Idempotency-Key`` whose answer is complete is
answered from memory and not billed; while the answer is on its way, it waits for that one. A client that hangs up is
billed all the same, as by a real provider. ``GET /counters`` tells what was counted.

For benchmarks: ``python -m tests.openai_server --recorded FOLDER --port N --latency 1``.
"""

import argparse
import asyncio
import json
import math
import random
import signal
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.chat_protocol import Asked, Reply, TokenCounter, Tokeniser, Tokens, completion, error, pieces, words

__all__ = ["Asked", "Counters", "Latency", "Limits", "OpenAIServer", "Reply", "Script", "troubled", "words"]

Script = Callable[[Asked], object] | Sequence[object]
_CHAT, _COUNTERS = "/v1/chat/completions", "/counters"
_THREADS = 128
_LONGEST_HEAD = 1 << 16


@dataclass
class Latency:
    """Seconds until an answer, log-normal: half of the answers take ``median`` or less; ``spread`` 0 is always the median."""

    median: float
    spread: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def __call__(self, asked: Asked) -> float:  # noqa: ARG002  # another latency may look at the request
        """The seconds of one answer."""
        return self.median * math.exp(self._random.gauss(0.0, self.spread))


@dataclass(frozen=True)
class Limits:
    """Above these the server answers 429: requests at the same time, and requests within ``window`` seconds.

    ``tells``: with the seconds to wait, as Retry-After.
    """

    at_once: int | None = None
    per_minute: int | None = None
    tells: bool = True
    window: float = 60.0


@dataclass
class Counters:
    """What a server did. ``billed`` answers were made, ``recalled`` ones came from memory, ``answered`` ones were fully sent."""

    asked: int = 0
    billed: int = 0
    recalled: int = 0
    answered: int = 0
    throttled: int = 0
    failed: int = 0
    in_flight: int = 0
    peak: int = 0
    read: int = 0
    written: int = 0
    cached: int = 0
    kinds: dict[str, dict[str, int]] = field(default_factory=dict)

    def bill(self, kind: str, tokens: Tokens) -> None:
        """Count an answer that was made."""
        self.billed += 1
        of_kind = self.kinds.setdefault(kind, {"billed": 0, "read": 0, "written": 0})
        of_kind["billed"] += 1
        for name, number in asdict(tokens).items():
            setattr(self, name, getattr(self, name) + number)
            if name in of_kind:
                of_kind[name] += number


@dataclass(frozen=True)
class _Made:
    """An answer as the model made it."""

    reply: Reply
    tokens: Tokens = Tokens()


class OpenAIServer:
    """Serves ``/v1/chat/completions`` while the ``with`` block lasts; ``requests`` are all it got.

    ``latency`` gives the seconds of each answer, to which a reply's own are added. ``tokens`` counts prompts and answers;
    without it each prompt is 100 tokens and each answer 10. ``keep`` False keeps no requests.
    """

    def __init__(
        self,
        script: Script,
        *,
        latency: Callable[[Asked], float] | None = None,
        limits: Limits | None = None,
        tokens: Tokeniser | None = None,
        port: int = 0,
        keep: bool = True,
    ) -> None:
        self._script, self._scripted = script, 0
        self._latency, self._limits, self._keep = latency, limits or Limits(), keep
        self._tokens = TokenCounter(tokens)
        self._recent: deque[float] = deque()
        self._answers: dict[str, asyncio.Future[_Made]] = {}
        self._socket = socket.create_server(("127.0.0.1", port), backlog=512)
        self._loop = asyncio.new_event_loop()
        self._threads = ThreadPoolExecutor(_THREADS)
        self._ready, self._over = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),), daemon=True)
        self.requests: list[Asked] = []
        self.counters = Counters()

    @property
    def url(self) -> str:
        """The base URL for clients."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._loop.close()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._talk, sock=self._socket, limit=_LONGEST_HEAD)
        self._ready.set()
        await self._over.wait()
        server.close()
        talks = asyncio.all_tasks() - {asyncio.current_task()}
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection, until a side ends it."""
        try:
            # The ways a client leaves: between requests, within one, and while it is answered.
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                while await self._answer(*await _read(reader), writer):
                    pass
        except asyncio.CancelledError:
            pass  # the server stops
        finally:
            writer.close()

    async def _answer(self, method: str, path: str, headers: dict[str, str], body: bytes, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; whether the connection goes on."""
        if (method, path) == ("GET", _COUNTERS):
            return await _send(writer, 200, json.dumps({**asdict(self.counters), "processor": time.process_time()}).encode())
        if path != _CHAT:
            return await _send(writer, 404, json.dumps(error(f"no such path: {path}")).encode())
        try:
            asked = Asked(path, headers, {**json.loads(body)})
            asked.body["messages"]
        except (ValueError, TypeError, KeyError) as invalid:
            return await _send(writer, 400, json.dumps(error(f"no chat: {invalid!r}")).encode())
        made = await self._made(asked)
        going = await _say(writer, made, asked)
        self.counters.answered += going and made.reply.status == 200
        return going

    async def _made(self, asked: Asked) -> _Made:
        """The answer to a request: remembered, on its way, refused by the limits, or new."""
        self.counters.asked += 1
        if self._keep:
            self.requests.append(asked)
        if known := self._answers.get(asked.key) if asked.key else None:
            self.counters.recalled += 1
            made = await asyncio.shield(known)
            # What befell the connection befell it once.
            return replace(made, reply=replace(made.reply, drop=False, broken=None))
        if (wait := self._throttled()) is not None:
            self.counters.throttled += 1
            headers = {"Retry-After": f"{wait:.3f}"} if self._limits.tells else {}
            return _Made(Reply(status=429, headers=headers, message="rate limit reached"))
        # Counted here, where it was let in: a task begins later, and others ask in between.
        self.counters.in_flight += 1
        self.counters.peak = max(self.counters.peak, self.counters.in_flight)
        # Tasks of their own: the model goes on when the client has left.
        making = asyncio.ensure_future(self._make(asked))
        if asked.key:
            self._answers[asked.key] = making
        return await asyncio.shield(making)

    def _throttled(self) -> float | None:
        """The seconds to wait where a limit is reached."""
        limits, now = self._limits, time.monotonic()
        while self._recent and self._recent[0] <= now - limits.window:
            self._recent.popleft()
        if limits.at_once is not None and self.counters.in_flight >= limits.at_once:
            return 0.1
        if limits.per_minute is not None and len(self._recent) >= limits.per_minute:
            return self._recent[0] + limits.window - now
        self._recent.append(now)
        return None

    async def _make(self, asked: Asked) -> _Made:
        """Let the model answer a request in flight, which takes time and is billed."""
        counters = self.counters
        try:
            start = time.monotonic()
            reply = await self._scripted_reply(asked)
            seconds = reply.seconds + (self._latency(asked) if self._latency else 0.0)
            await asyncio.sleep(start + seconds - time.monotonic())
        finally:
            counters.in_flight -= 1
        if reply.status != 200 or reply.drop:
            counters.failed += 1
            self._answers.pop(asked.key, None)
            return _Made(reply)
        made = _Made(reply, self._tokens.count(asked, reply))
        counters.bill(reply.kind, made.tokens)
        return made

    async def _scripted_reply(self, asked: Asked) -> Reply:
        number, self._scripted = self._scripted, self._scripted + 1
        if callable(self._script):
            try:
                found = await self._loop.run_in_executor(self._threads, self._script, asked)
            except Exception as failed:  # whatever fails in a script is the test's to see
                return Reply(status=500, message=f"the script failed: {failed!r}")
        else:
            found = self._script[min(number, len(self._script) - 1)]
        return found if isinstance(found, Reply) else Reply(json=found)


def troubled(script: Callable[[Asked], object], share: float, *, seed: int = 0) -> Callable[[Asked], object]:
    """A script whose answers fail by chance in a share of the calls: too many requests, server errors, resets, half a JSON."""
    chance = random.Random(seed)

    def answered(asked: Asked) -> object:
        found = script(asked)
        reply = found if isinstance(found, Reply) else Reply(json=found)
        if chance.random() >= share:
            return reply
        return chance.choice([
            Reply(status=429, headers={"Retry-After": "0.2"}),
            Reply(status=429),
            Reply(status=500),
            Reply(status=503, headers={"Retry-After": "0.1"}),
            Reply(drop=True, reset=True),
            replace(reply, broken=60, reset=True),
            replace(reply, text=reply.said[: len(reply.said) // 2]),
        ])  # fmt: skip

    return answered


async def _read(reader: asyncio.StreamReader) -> tuple[str, str, dict[str, str], bytes]:
    """The next request: its method, path, headers by lower-case name, and body."""
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").splitlines()
    method, path, _ = first.split(" ", 2)
    pairs = (line.split(":", 1) for line in lines if ":" in line)
    headers = {name.strip().lower(): value.strip() for name, value in pairs}
    return method, path, headers, await reader.readexactly(int(headers.get("content-length", 0)))


async def _say(writer: asyncio.StreamWriter, made: _Made, asked: Asked) -> bool:
    """Send an answer, or break off where its reply says so; whether the connection goes on."""
    reply = made.reply
    if reply.drop:
        return _end(writer, reset=reply.reset)
    send: Callable[[], Awaitable[bool]]
    if asked.streams and reply.status == 200 and reply.raw is None:
        send = partial(_stream, writer, list(pieces(reply, asked, made.tokens)), reply)
    else:
        send = partial(_send, writer, reply.status, _body(made, asked), reply)
    if not await send():
        return _end(writer, reset=reply.reset)
    return True


def _body(made: _Made, asked: Asked) -> bytes:
    reply = made.reply
    if reply.raw is not None:
        return reply.raw
    return json.dumps(completion(reply, asked, made.tokens) if reply.status == 200 else error(reply.message)).encode()


async def _send(writer: asyncio.StreamWriter, status: int, body: bytes, reply: Reply = Reply()) -> bool:  # noqa: B008  # frozen
    """Send a whole body, or as much of it as the reply lets through; whether it was all."""
    writer.write(_head(status, {"Content-Type": "application/json", **reply.headers, "Content-Length": str(len(body))}))
    writer.write(body[: reply.broken])
    await writer.drain()
    return reply.broken is None


async def _stream(writer: asyncio.StreamWriter, events: list[bytes], reply: Reply) -> bool:
    """Send events one by one, or as many bytes of them as the reply lets through; whether it was all."""
    writer.write(_head(200, {"Content-Type": "text/event-stream", **reply.headers, "Transfer-Encoding": "chunked"}))
    left = math.inf if reply.broken is None else reply.broken
    for event in [*events, b""]:
        if len(event) > left:
            return False
        left -= len(event)
        writer.write(f"{len(event):x}\r\n".encode() + event + b"\r\n")
        await writer.drain()
    return reply.broken is None


def _head(status: int, headers: dict[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Scripted", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _end(writer: asyncio.StreamWriter, *, reset: bool) -> bool:
    """End a connection, in order or by a reset; it does not go on."""
    if reset:
        # To close at once, with data unsent, is what sends RST.
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
    return False


def main() -> None:
    """Serve what a model once said, until the process is told to end."""
    asked = _arguments()
    from tests.recorded import Recorded

    script: Callable[[Asked], object] = Recorded.read(asked.recorded)
    if asked.trouble:
        script = troubled(script, asked.trouble, seed=asked.seed)
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    with OpenAIServer(
        script,
        latency=Latency(asked.latency, asked.spread, asked.seed),
        limits=Limits(asked.at_once, asked.per_minute),
        tokens=_tokeniser(asked.tokens),
        port=asked.port,
        keep=False,
    ) as server:
        print(server.url, flush=True)  # noqa: T201  # the port, where it was left to the system
        over.wait()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.openai_server")
    parser.add_argument("--recorded", type=Path, required=True, help="folder of corpus.jsonl and openie_gpt35.jsonl")
    parser.add_argument("--port", type=int, default=0, help="0: any that is free; the address is printed")
    parser.add_argument("--latency", type=float, default=1.0, help="seconds, median")
    parser.add_argument("--spread", type=float, default=0.0, help="sigma of the log-normal latency")
    parser.add_argument("--at-once", type=int, help="requests in flight before 429")
    parser.add_argument("--per-minute", type=int, help="requests a minute before 429")
    parser.add_argument("--trouble", type=float, default=0.0, help="share of calls that fail")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tokens", default="words", help='"words", or an encoding of tiktoken')
    return parser.parse_args()


def _tokeniser(name: str) -> Tokeniser:
    if name == "words":
        return words
    import tiktoken

    encoding: Any = tiktoken.get_encoding(name)
    return partial(encoding.encode, disallowed_special=())


if __name__ == "__main__":
    main()
