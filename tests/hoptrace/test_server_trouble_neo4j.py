"""A Neo4j that is away, refuses us, dies, restarts, has no space, lets nobody write: one line, and nothing half-written."""

import json
import os
import resource
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from neo4j.exceptions import DriverError, Neo4jError

from tests.conftest import skip_loudly
from tests.forked import Ended, Host, state
from tests.hoptrace.conftest import NOTES, Undisturbed
from tests.neo4j_server import Unpacked

STORE = 4
"""The exit code for a store that failed."""

QUICK_START = "-XX:TieredStopAtLevel=1"
"""Java does not optimise what is started four times and does little: a start takes 6 s of processor rather than 10."""

SMALL_LOGS = "db.tx_log.preallocate=false"
RUNNING = "SHOW TRANSACTIONS YIELD currentQuery RETURN currentQuery AS query"


@dataclass
class Own:
    """A server of this file's own, which may come to harm, and what leads hoptrace to it."""

    unpacked: Unpacked
    host: Host
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        found = self.unpacked.found
        return {"HOPTRACE_HOME": str(self.folder / "home"), "NEO4J_URI": found.uri, "NEO4J_PASSWORD": found.password}

    def run(self, *arguments: str, retry_seconds: float = 30.0, **more: str) -> Ended:
        """A command at the server."""
        return self.host.run(*arguments, retry_seconds=retry_seconds, **{**self.environment, **more})

    def state(self) -> tuple[list[str], str]:
        """The sources in the graph, and its fingerprint."""
        return state(self.host, **self.environment)


@contextmanager
def _disk_of_its_own(folder: Path) -> Iterator[None]:
    """A small disk at the folder, where we may mount one; elsewhere a limit on the size of files stands for it."""
    mounted = not subprocess.run(["mount", "-t", "tmpfs", "-o", "size=160m", "tmpfs", str(folder)], check=False).returncode
    try:
        yield
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture(scope="module")
def own(request: pytest.FixtureRequest, host: Host, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Own]:
    """A server from NEO4J_HOME, not started yet. One that others share, or one in Docker, is not ours to kill."""
    home = os.environ.get("NEO4J_HOME")
    if not home:
        skip_loudly(request.config, "NO TROUBLE IS MADE FOR A NEO4J: NEO4J_HOME is not set")
    folder = tmp_path_factory.mktemp("own")
    unpacked = Unpacked(Path(home), folder / "neo4j", java=QUICK_START)
    with _disk_of_its_own(folder / "neo4j" / "data"):
        unpacked.initialise()
        try:
            yield Own(unpacked, host, folder)
        finally:
            unpacked.stop()


def _one_line(ended: Ended) -> str:
    """What a failed command said: one line on stderr, and nothing else."""
    assert (ended.code, ended.out) == (STORE, ""), ended
    assert ended.error.startswith("error: ")
    assert ended.error.count("\n") == 1, ended.error
    return ended.error


def test_a_server_that_is_away_or_refuses_us(own: Own) -> None:
    assert "start it, or set NEO4J_URI" in _one_line(own.run("status"))
    own.unpacked.start(SMALL_LOGS)
    refused = _one_line(own.run("status", NEO4J_PASSWORD="open sesame"))
    assert "set NEO4J_USERNAME and NEO4J_PASSWORD" in refused
    assert "open sesame" not in refused
    assert 'no database "elsewhere"' in _one_line(own.run("status", NEO4J_DATABASE="elsewhere"))


def test_a_server_that_dies_in_the_middle_of_a_write(own: Own, notes: Path, undisturbed: Undisturbed) -> None:
    """One ingest gives up, and goes on when it is run again; another waits for the restart, and goes on by itself."""
    assert own.run("ingest", *_some(notes, 2)).code == 0
    with _held(own):
        patient = own.host.start("ingest", *_some(notes, NOTES - 4), retry_seconds=60, **own.environment)
        hasty = own.host.start("ingest", str(notes), retry_seconds=0.5, **own.environment)
        _await_two_writers(own)
        own.unpacked.kill()
    assert "start it, or set NEO4J_URI" in _one_line(hasty.ended())
    own.unpacked.start(SMALL_LOGS)
    assert patient.ended().code == 0, patient.ended().error
    sources, fingerprint = own.state()
    assert fingerprint == undisturbed(sources)
    report = json.loads(own.run("ingest", str(notes), "--json").out)
    assert {document["status"] for document in report["documents"]} == {"ingested", "unchanged"}
    assert own.state()[1] == undisturbed([str(notes)])


def _some(notes: Path, count: int) -> list[str]:
    return [str(path) for path in sorted(notes.iterdir())[:count]]


@contextmanager
def _held(own: Own) -> Iterator[None]:
    """Keep the entities locked, so that who writes stops in the middle: its document is written, its relations are not."""
    with own.unpacked.found.driver() as driver, driver.session() as session:
        transaction = session.begin_transaction()
        assert transaction.run("MATCH (n:__Entity__) SET n.name = n.name RETURN n").data()
        try:
            yield
        finally:
            with suppress(DriverError, Neo4jError):  # the server was killed
                transaction.close()


def _await_two_writers(own: Own) -> None:
    """Come back when one ingest is in the middle of a write, and another waits for its turn."""
    deadline = time.monotonic() + 90
    with own.unpacked.found.driver() as driver:
        while time.monotonic() < deadline:
            running = [record["query"] for record in driver.execute_query(RUNNING).records]
            if all(any(part in query for query in running) for part in ("UNWIND $", "SET m.revision")):
                return
            time.sleep(0.1)
    pytest.fail("nobody writes")


def test_a_server_without_space(own: Own, notes: Path, tmp_path: Path, undisturbed: Undisturbed) -> None:
    more = tmp_path / "more"
    more.mkdir()
    for path in _some(notes, 4):
        shutil.copy(path, more)
    with _full(own):
        said = [_one_line(own.run("ingest", str(more), retry_seconds=0.5)) for _ in range(2)]
    assert all("free space on its disk" in line and "run the command again" in line for line in said)
    own.unpacked.stop()
    own.unpacked.start(SMALL_LOGS)
    sources, fingerprint = own.state()
    assert len(sources) < NOTES + 4
    assert fingerprint == undisturbed(sources)
    assert own.run("ingest", str(more)).code == 0
    assert own.state()[1] == undisturbed([str(notes), str(more)])


@contextmanager
def _full(own: Own) -> Iterator[None]:
    """Leave the server room for nothing."""
    data = own.folder / "neo4j" / "data"
    if os.path.ismount(data):
        ballast = data / "ballast"
        ballast.write_bytes(b"0" * (shutil.disk_usage(data).free - 100_000))
        yield
        ballast.unlink()
    else:
        largest = max(path.stat().st_size for path in (data / "transactions").rglob("*") if path.is_file())
        resource.prlimit(own.unpacked.process_id, resource.RLIMIT_FSIZE, (largest + 50_000, resource.RLIM_INFINITY))
        yield


def test_a_server_that_lets_nobody_write(own: Own, notes: Path, tmp_path: Path) -> None:
    own.unpacked.stop()
    own.unpacked.start(SMALL_LOGS, "server.databases.read_only=neo4j")
    before = own.state()
    (tmp_path / "another.md").write_text("# Another\n\nOmeprazole inhibits CYP2C19.\n")
    for command in (("ingest", str(tmp_path / "another.md")), ("delete", before[0][0])):
        said = _one_line(own.run(*command))
        assert "server.databases.read_only" in said
        assert "NEO4J_DATABASE" in said
    assert own.run("ingest", str(notes)).code == 0  # nothing to write
    assert "CYP2C9" in own.run("connect", "fluconazole", "warfarin").out
    assert own.state() == before


def test_a_query_that_ends_the_server_is_not_run_again(own: Own) -> None:
    """Nothing in Neo4j bounds the memory of one value; what became of the server is said, and a restarted one is left alone."""
    said = _one_line(own.run("cypher", "--query", "RETURN reduce(text = 'x', n IN range(1, 60) | text + text) AS text"))
    assert "is not run again" in said
    assert "start it, or set NEO4J_URI" in _one_line(own.run("status"))
