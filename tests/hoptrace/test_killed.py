"""`kill -9` in the middle of an ingest, and two ingests at once: nothing is lost, and the graph is that of an undisturbed run."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-c", "from hoptrace.main import run; run()"]


def _start(repository: Path, home: Path, folder: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(repository), "HOPTRACE_HOME": str(home)}
    command = [*COMMAND, "ingest", str(folder), "--json"]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def _report(process: subprocess.Popen[bytes]) -> dict[str, int]:
    out, error = process.communicate(timeout=120)
    assert process.returncode == 0, error.decode()
    found: dict[str, int] = json.loads(out)
    return found


def _fingerprint(repository: Path, home: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(repository), "HOPTRACE_HOME": str(home)}
    out = subprocess.run([*COMMAND, "status", "--json"], env=environment, capture_output=True, check=True, timeout=60).stdout
    return str(json.loads(out)["fingerprint"])


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documents")
    for n in range(30):
        text = (
            f"# Note {n}\n\nFluconazole inhibits CYP2C9. Warfarin {n} is metabolised by CYP2C9. Dose {n} was given with water.\n"
        )
        (folder / f"{n:02}.md").write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="module")
def undisturbed(repository: Path, documents: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    home = tmp_path_factory.mktemp("undisturbed")
    _report(_start(repository, home, documents))
    return _fingerprint(repository, home)


def test_killed_twice_and_started_again(repository: Path, documents: Path, undisturbed: str, tmp_path: Path) -> None:
    for pages in (2, 8):
        process = _start(repository, tmp_path, documents)
        deadline = time.monotonic() + 60
        while _written(tmp_path) < pages and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()
    report = _report(_start(repository, tmp_path, documents))
    statuses = [document["status"] for document in report["documents"]]  # type: ignore[attr-defined]  # a list of objects
    assert "unchanged" in statuses
    assert set(statuses) <= {"unchanged", "ingested"}
    assert _fingerprint(repository, tmp_path) == undisturbed


def _written(home: Path) -> int:
    """Documents in the store so far, seen by another reader."""
    from graph_builder.settings import Settings
    from graph_builder.stores import sqlite

    if not (home / "graph.db").exists():
        return 0
    store = sqlite.connect(Settings(home=str(home)), embedding_model="all-MiniLM-L6-v2", dim=384)
    try:
        return store.counts().documents
    finally:
        store.close()


def test_two_ingests_at_once(repository: Path, documents: Path, undisturbed: str, tmp_path: Path) -> None:
    both = [_start(repository, tmp_path, documents) for _ in range(2)]
    assert [_report(process)["documents_total"] for process in both] == [30, 30]
    assert _fingerprint(repository, tmp_path) == undisturbed
