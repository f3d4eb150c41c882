"""`kill -9` fifty times during one ingest with a language model: no answer that arrived is asked for again, nothing is lost."""

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from graph_builder.llm.journal import Journal
from tests.openai_server import Asked, OpenAIServer, Reply

KILLS = 50
DOCUMENTS = 150
FILLER = "Nothing is said here but words that take room, " * 8 + "and no more.\n"
_SENTENCE = re.compile(r"\[(\d+)\] (Alpha\d+) employs (Beta\d+)\.")


def answer(asked: Asked) -> Reply:
    """What a model would say of the documents below, after a while that differs from call to call."""
    found = _SENTENCE.findall(asked.prompt)
    names = [(name, n) for n, *pair in found for name in pair]
    entities = [{"name": name, "type": "Thing", "sentences": [int(n)]} for name, n in names]
    relations = [{"subject": a, "predicate": "EMPLOYS", "object": b, "sentences": [int(n)]} for n, a, b in found]
    seconds = random.Random(asked.prompt).uniform(0.02, 0.2)
    return Reply({"entities": entities, "relations": relations}, seconds=seconds)


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documents")
    for n in range(DOCUMENTS):
        parts = [f"## Part {part}\n\nAlpha{n} employs Beta{part}. {FILLER * 4}" for part in range(2)]
        (folder / f"{n:03}.md").write_text(f"# Note {n}\n\n" + "\n\n".join(parts) + "\n", "utf-8")
    return folder


class Parent:
    """The process that forks ingests."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def start(self) -> int:
        """Fork an ingest; its process id."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return self._line()

    def ended(self) -> int:
        """Wait for the ingest's end; its exit status, negative for a signal."""
        return self._line()

    def _line(self) -> int:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the parent ended"
        return int(line)


@contextmanager
def parent(repository: Path, home: Path, documents: Path, server: OpenAIServer) -> Iterator[Parent]:
    home.mkdir(exist_ok=True)
    settings = {
        "LLM_MODEL": "openai:scripted",
        "OPENAI_BASE_URL": server.url,
        "OPENAI_API_KEY": "sk-scripted",
        "LLM_AT_ONCE": "4",
    }
    environment = {**os.environ, **settings, "PYTHONPATH": str(repository), "HOPTRACE_HOME": str(home)}
    command = [sys.executable, "-m", "tests.hoptrace.forked_ingest", str(documents)]
    with subprocess.Popen(
        command, env=environment, cwd=home, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as process:
        yield Parent(process)
        process.kill()


def keys_of(server: OpenAIServer) -> list[str]:
    return [asked.headers["idempotency-key"].partition("-")[0] for asked in server.requests]


def answered(home: Path) -> set[str]:
    journal = Journal(home / "journal.db")
    try:
        return {line["key"] for line in journal.export() if "key" in line}
    finally:
        journal.close()


@pytest.mark.slow
def test_killed_fifty_times_nothing_is_paid_twice(repository: Path, documents: Path, tmp_path: Path) -> None:
    moments = random.Random(0)
    with OpenAIServer(answer) as server, parent(repository, tmp_path / "undisturbed", documents, server) as quiet:
        quiet.start()
        assert quiet.ended() == 0
        calls = len(server.requests)
    assert calls == len(set(keys_of(server))) == 2 * DOCUMENTS

    home = tmp_path / "killed"
    with OpenAIServer(answer) as server, parent(repository, home, documents, server) as forked:
        for _ in range(KILLS):
            paid, before = answered(home), len(server.requests)
            child = forked.start()
            deadline, enough = time.monotonic() + moments.choice((0.3, 2.0, 2.0)), before + moments.randint(1, 6)
            while time.monotonic() < deadline and len(server.requests) < enough:
                time.sleep(0.002)
            time.sleep(moments.uniform(0.0, 0.15))
            os.kill(child, signal.SIGKILL)
            assert forked.ended() == -signal.SIGKILL, "the ingest ended before it was killed: more documents are needed"
            assert not paid & set(keys_of(server)[before:])
        paid, before = answered(home), len(server.requests)
        forked.start()
        assert forked.ended() == 0
        assert not paid & set(keys_of(server)[before:])
        assert len(set(keys_of(server))) == calls == len(answered(home))
    assert (home / "fingerprint").read_text() == (tmp_path / "undisturbed" / "fingerprint").read_text()
