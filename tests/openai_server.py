"""A real HTTP server on loopback that speaks the chat protocol of OpenAI; what it says is scripted by the test.

    with OpenAIServer([{"entities": []}]) as server:
        settings = Settings(llm_model="openai:scripted", llm_base_url=server.url)

A script gets each request and returns its `Reply`, or what the reply's JSON should be. It may be a function, or a
list that is answered from in order (its last entry for ever).
"""

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True)
class Asked:
    """A request as the server got it. ``prompt`` is the user's part, ``instructions`` the system's."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def prompt(self) -> str:
        """The last thing that the user said."""
        said = [_text(m["content"]) for m in self.body["messages"] if m["role"] == "user"]
        return said[-1] if said else ""

    @property
    def instructions(self) -> str:
        """What the system said."""
        return "\n".join(_text(m["content"]) for m in self.body["messages"] if m["role"] in {"system", "developer"})

    @property
    def corrections(self) -> list[str]:
        """What the model was told to be wrong with its answers."""
        return [_text(m["content"]) for m in self.body["messages"] if m["role"] == "tool"]


@dataclass(frozen=True)
class Reply:
    """What to answer: ``json`` in the asked form, or ``text`` in its place (malformed, if the test likes), or an error.

    ``cut`` ends the text after so many characters, and says that the length was the reason. ``seconds`` delays it.
    ``raw`` replaces the whole body. ``drop`` closes the connection without a word.
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


Script = Callable[[Asked], object] | Sequence[object]


class OpenAIServer:
    """Serves ``/v1/chat/completions`` while the ``with`` block lasts; ``requests`` are all it got."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._lock = threading.Lock()
        self._over = threading.Event()
        self.requests: list[Asked] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def url(self) -> str:
        """The base URL for clients."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def reply(self, asked: Asked) -> Reply:
        """What the script says to a request."""
        with self._lock:
            self.requests.append(asked)
            number = len(self.requests) - 1
        found = self._script(asked) if callable(self._script) else self._script[min(number, len(self._script) - 1)]
        return found if isinstance(found, Reply) else Reply(json=found)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                asked = Asked(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
                reply = server.reply(asked)
                server._over.wait(reply.seconds)
                if reply.drop:
                    self.close_connection = True
                    return
                self._send(reply, asked)

            def _send(self, reply: Reply, asked: Asked) -> None:
                known = asked.path == "/v1/chat/completions"
                payload = reply.raw if reply.raw is not None else json.dumps(_payload(reply, asked)).encode()
                try:
                    self.send_response(reply.status if known else 404)
                    for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(payload)))
                    self.end_headers()
                    self.wfile.write(payload)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True  # the client no longer waits

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing: a test reads `requests`."""

        return Handler


def _payload(reply: Reply, asked: Asked) -> dict[str, Any]:
    if reply.status != 200:
        return {"error": {"message": reply.message, "type": "scripted", "code": None}}
    text = json.dumps(reply.json) if reply.text is None else reply.text
    said = text[: reply.cut]
    reason = "length" if reply.cut is not None else "tool_calls" if asked.body.get("tools") else "stop"
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": asked.body["model"],
        "choices": [{"index": 0, "finish_reason": reason, "message": _message(said, asked)}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110},
    }


def _message(said: str, asked: Asked) -> dict[str, Any]:
    """The answer as a call of the tool that was offered, or as plain content where none was."""
    tools = asked.body.get("tools")
    if not tools:
        return {"role": "assistant", "content": said}
    call = {"id": "call-1", "type": "function", "function": {"name": tools[0]["function"]["name"], "arguments": said}}
    return {"role": "assistant", "content": None, "tool_calls": [call]}


def _text(content: object) -> str:
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content)
    return str(content or "")
