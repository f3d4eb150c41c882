import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from graph_builder import registry
from hoptrace import commands
from hoptrace.main import app

TIMEOUT = 60


def hoptrace(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parents[2]
    env = {**os.environ, "PYTHONPATH": str(root), **environment}
    command = [sys.executable, "-c", "from hoptrace.main import run; run()", *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=TIMEOUT, check=False)


def test_help_lists_each_file_of_the_folder_and_the_exit_codes() -> None:
    shown = CliRunner().invoke(app, ["--help"], terminal_width=200).stdout
    verbs = registry.names(commands)
    assert {"ask", "chunk", "compare", "connect", "delete", "demo", "doctor", "ingest", "show", "status", "ui"} <= set(verbs)
    for verb in verbs:
        assert f" {verb} " in shown
    for code in ("0 done", "2 the", "3 a", "4 the", "5 the", "6 ingest", "130"):
        assert code in " ".join(shown.replace("│", " ").split())
    assert " index " not in shown


@pytest.mark.parametrize("verb", registry.names(commands))
def test_each_verb_explains_itself(verb: str) -> None:
    shown = CliRunner().invoke(app, [verb, "--help"], terminal_width=200)
    assert shown.exit_code == 0
    assert ("--json" in shown.stdout) == (verb != "ui")
    assert ("--home" in shown.stdout) == (verb != "chunk")


@pytest.mark.parametrize("alias", ["index", "query", "path"])
def test_aliases_are_there_and_hidden(alias: str) -> None:
    assert CliRunner().invoke(app, [alias, "--help"]).exit_code == 0


def test_help_takes_less_than_half_a_second_of_work() -> None:
    def used() -> float:
        before = os.times()
        assert hoptrace("--help").returncode == 0
        after = os.times()
        return after.children_user + after.children_system - before.children_user - before.children_system

    assert min(used() for _ in range(3)) < 0.5  # seconds of processor, so that a busy machine does not decide


def test_version() -> None:
    assert CliRunner().invoke(app, ["--version"]).stdout.startswith("hoptrace ")


def test_a_mistake_is_one_line_and_exits_with_2() -> None:
    done = hoptrace("ask")
    assert done.returncode == 2
    assert done.stderr == "error: Missing argument 'question'. See `hoptrace ask --help`.\n"
    assert done.stdout == ""


def test_an_unknown_verb_is_one_line() -> None:
    done = hoptrace("aks")
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1


def test_a_reader_who_has_seen_enough_is_no_error(home: Path) -> None:
    root = Path(__file__).parents[2]
    code = "from hoptrace.main import run; run()"
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as closed:
        done = subprocess.run(
            [sys.executable, "-c", code, "show", "simvastatin.md", "--text", "--home", str(home)],
            env={**os.environ, "PYTHONPATH": str(root)},
            stdout=closed,
            stderr=subprocess.PIPE,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
    assert done.stderr == ""
    assert done.returncode in (1, 141)


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_in_an_ingest_keeps_what_was_written_and_the_next_run_goes_on(repository: Path, tmp_path: Path) -> None:
    documents = repository / "hoptrace" / "corpus" / "drug_interactions" / "documents"
    arguments = ["ingest", str(documents), "--home", str(tmp_path / "home"), "--json"]
    process = subprocess.Popen(
        [sys.executable, "-c", "from hoptrace.main import run; run()", *arguments],
        env={**os.environ, "PYTHONPATH": str(repository)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell that starts the tests in the background has them ignore the signal, and so would what they start.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  # no thread runs here yet
    )
    written = _wait_for_documents(tmp_path / "home" / "graph.db")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 130
    assert out == ""
    assert err.splitlines()[-1] == "stopped; what was written is safe, run the same command again to go on"
    assert "Traceback" not in err

    few = [str(path) for path in sorted(documents.iterdir())[:written]]
    again = CliRunner().invoke(app, ["ingest", *few, "--home", str(tmp_path / "home"), "--json"])
    statuses = [document["status"] for document in json.loads(again.stdout)["documents"]]
    assert statuses == ["unchanged"] * written


def _wait_for_documents(file: Path, *, enough: int = 2) -> int:
    import sqlite3
    from contextlib import closing

    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline:
        try:
            with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
                (found,) = db.execute("SELECT count(*) FROM document").fetchone()
        except sqlite3.OperationalError:  # not there yet
            found = 0
        if found >= enough:
            return int(found)
        time.sleep(0.02)
    raise AssertionError("no document was written")
