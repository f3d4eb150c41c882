"""Commands of hoptrace, each in a process of its own that need not load anything: a host has it all loaded and forks them.

Loading takes seconds, which a dozen commands of a test would each wait for. Nothing runs in the host but imports, so that forking
is safe. `python -m tests.forked` is the host; `Host` is how a test speaks to it.
"""

import importlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

LOADED = (
    ("torch", "spacy", "neo4j", "hoptrace.graph", "graph_builder.embedding.sentence_transformers")
    + ("graph_builder.stores.neo4j", "graph_builder.stores.sqlite", "graph_builder.extraction.rules")
)  # fmt: skip
_SECONDS = 120.0


@dataclass(frozen=True)
class Ended:
    """What a command left: its exit code, and what it said on stdout and stderr."""

    code: int
    out: str
    error: str


class Running:
    """A command on its way; its folder holds what it says."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return (self._folder / "code").exists()

    def ended(self) -> Ended:
        """Wait for the end of the command, which is not put off for ever."""
        deadline = time.monotonic() + _SECONDS
        while not self.is_over:
            assert time.monotonic() < deadline, f"the command does not end: {self._said('error')}"
            time.sleep(0.02)
        return Ended(int(self._said("code")), self._said("out"), self._said("error"))

    def _said(self, name: str) -> str:
        return (self._folder / name).read_text("utf-8")


class Host:
    """A process that has everything loaded; ``close`` ends it."""

    def __init__(self, repository: Path, folder: Path) -> None:
        self._folder = folder
        self._count = 0
        environment = os.environ | {"PYTHONPATH": str(repository)}
        command = [sys.executable, "-m", "tests.forked"]
        self._process = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.PIPE, text=True)

    def start(self, *arguments: str, retry_seconds: float = 30.0, **environment: str) -> Running:
        """Start a command with these variables in its environment; its store gives up after so many seconds."""
        self._count += 1
        folder = self._folder / str(self._count)
        folder.mkdir()
        asked = {"folder": str(folder), "arguments": arguments, "environment": environment, "retry_seconds": retry_seconds}
        assert self._process.stdin
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return Running(folder)

    def run(self, *arguments: str, retry_seconds: float = 30.0, **environment: str) -> Ended:
        """Start a command and wait for its end."""
        return self.start(*arguments, retry_seconds=retry_seconds, **environment).ended()

    def close(self) -> None:
        """End the host; commands on their way go on."""
        self._process.communicate(timeout=_SECONDS)


def state(host: Host, **environment: str) -> tuple[list[str], str]:
    """The sources in the graph that the environment names, and its fingerprint."""
    ended = host.run("status", "--documents", "--json", **environment)
    assert ended.code == 0, ended.error
    found = json.loads(ended.out)
    return [document["source"] for document in found["sources"]], found["fingerprint"]


def _serve() -> None:
    for module in LOADED:
        importlib.import_module(module)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # those who watch over a command are nobody's to wait for
    for line in sys.stdin:
        if not os.fork():
            _watch(json.loads(line))
            os._exit(0)


def _watch(asked: dict[str, object]) -> None:
    """Fork the command, and note its exit code when it has ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    folder = Path(str(asked["folder"]))
    child = os.fork()
    if not child:
        _run(folder, asked)
    _, status = os.waitpid(child, 0)
    (folder / "code.new").write_text(str(os.waitstatus_to_exitcode(status)))
    (folder / "code.new").rename(folder / "code")


def _run(folder: Path, asked: dict[str, object]) -> None:
    from graph_builder.stores import _neo4j_session
    from hoptrace.main import run

    os.environ.update(asked["environment"])  # type: ignore[call-overload]  # a map of texts
    _neo4j_session.RETRY_SECONDS = float(str(asked["retry_seconds"]))
    for number, name in ((1, "out"), (2, "error")):
        os.dup2(os.open(folder / name, os.O_WRONLY | os.O_CREAT), number)
    sys.argv = ["hoptrace", *asked["arguments"]]  # type: ignore[misc]  # a list of texts
    code: object = 1
    try:
        run()
    except SystemExit as ended:
        code = ended.code
    except BaseException:
        import traceback

        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    _serve()
