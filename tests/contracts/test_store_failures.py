"""What a store says when it can not: one line with what to do next, and nothing half-written."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from graph_builder import registry, stores
from graph_builder.errors import SettingsError, StoreBusy, StoreCorrupt, StoreError, StoreUnavailable
from graph_builder.settings import Settings
from graph_builder.stores import Store
from tests.contracts.contributions import DIM, MODEL, corpus, many
from tests.contracts.places import Database, Folder
from tests.contracts.writing_process import FULL

NOBODY = 65_534


def opened(name: str, settings: Settings) -> Store:
    store: Store = registry.load(stores, name, what="store").connect(settings, embedding_model=MODEL, dim=DIM)
    return store


def one_line(error: pytest.ExceptionInfo[StoreError]) -> str:
    message = str(error.value)
    assert message
    assert "\n" not in message
    return message


# --------------------------------------------------------------------------------------------------------- sqlite


def database(place: Folder) -> Path:
    """The file of a store with some documents, which is closed."""
    store = place.fresh()
    for c in [*corpus(), *many(10)]:
        store.write(c)
    place.close()
    return Path(place.settings.home) / "graph.db"


def test_a_file_that_is_no_database_is_corrupt(sqlite_place: Folder) -> None:
    path = database(sqlite_place)
    path.write_bytes(b"These are the notes of somebody else.\n" * 100)
    with pytest.raises(StoreCorrupt, match="run the command again") as error:
        sqlite_place.open()
    assert str(path) in one_line(error)


def test_a_damaged_file_is_corrupt_and_never_an_empty_answer(sqlite_place: Folder) -> None:
    path = database(sqlite_place)
    with path.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(os.urandom(path.stat().st_size - 4096 * 4))
    with pytest.raises(StoreCorrupt) as error:
        sqlite_place.open().fingerprint()
    assert str(path) in one_line(error)


def test_another_programs_database_is_left_alone(sqlite_place: Folder) -> None:
    sqlite_place.fresh()
    sqlite_place.close()
    path = Path(sqlite_place.settings.home) / "graph.db"
    path.unlink()
    with sqlite3.connect(path) as theirs:
        theirs.execute("CREATE TABLE recipes (name TEXT)")
    theirs.close()
    with pytest.raises(StoreCorrupt, match="HOPTRACE_HOME"):
        sqlite_place.open()
    with sqlite3.connect(path) as theirs:
        assert theirs.execute("SELECT name FROM sqlite_master").fetchall() == [("recipes",)]
    theirs.close()


def test_a_graph_of_another_layout_is_refused(sqlite_place: Folder) -> None:
    path = database(sqlite_place)
    with sqlite3.connect(path) as db:
        db.execute("UPDATE meta SET value = '0' WHERE key = 'layout'")
    db.close()
    with pytest.raises(StoreCorrupt, match="another version"):
        sqlite_place.open()


@pytest.fixture
def anyones_folder() -> Iterator[Path]:
    """A folder that any user of the machine can reach, which pytest's own are not."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def _as_nobody() -> Iterator[None]:
    """Root writes anywhere, so a test of permissions runs as somebody else."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    yield
    os.seteuid(0)


@pytest.mark.parametrize("home", ["home", "new"])
def test_a_folder_that_can_not_be_written_is_unavailable(anyones_folder: Path, request: pytest.FixtureRequest, home: str) -> None:
    connect = registry.load(stores, "sqlite", what="store").connect  # now: the checkout may be closed to others too
    opened("sqlite", Settings(home=str(anyones_folder / "home"))).close()
    (anyones_folder / "home").chmod(0o555)
    anyones_folder.chmod(0o555)
    request.getfixturevalue("_as_nobody")
    with pytest.raises(StoreUnavailable, match="HOPTRACE_HOME") as error:
        connect(Settings(home=str(anyones_folder / home)), embedding_model=MODEL, dim=DIM)
    assert str(anyones_folder / home) in one_line(error)


def test_a_home_below_a_file_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match="HOPTRACE_HOME"):
        opened("sqlite", Settings(home=str(tmp_path / "file" / "home")))


def test_a_writer_that_never_ends_is_busy(sqlite_place: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph_builder.sqlite_file.BUSY_SECONDS", 0.1)
    path = database(sqlite_place)
    store = sqlite_place.open()
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy, match="another writer"):
        store.write(many(1, first=200)[0])
    assert store.counts().documents == 15  # readers do not wait
    holder.execute("ROLLBACK")
    holder.close()
    store.write(many(1, first=200)[0])
    assert store.counts().documents == 16


def test_a_full_disk_is_said_and_leaves_whole_documents(sqlite_place: Folder, repository: Path) -> None:
    path = database(sqlite_place)
    # A limit on the size of files stands for the full disk: SQLite sees the same, a write that comes back short.
    limit = path.stat().st_size + 150_000
    command = [sys.executable, "-m", "tests.contracts.writing_process", "sqlite", json.dumps(sqlite_place.as_json)]
    ended = subprocess.run(
        [*command, "100", "60", str(limit)], cwd=repository, capture_output=True, text=True, check=False, timeout=60
    )
    assert ended.returncode == FULL, ended.stderr
    *said, message = ended.stdout.splitlines()
    assert "no space left" in message
    store = sqlite_place.open()
    there = {record.source for record in store.documents()}
    assert len(said) > 1
    assert set(said) - {"open"} <= there
    found = store.fingerprint()
    fresh = sqlite_place.fresh()
    for c in [*corpus(), *many(10), *many(60, first=100)]:
        if c.document.source in there:
            fresh.write(c)
    assert fresh.fingerprint() == found


def test_two_processes_may_make_one_new_store(tmp_path: Path, repository: Path) -> None:
    arguments = ["sqlite", json.dumps({"home": str(tmp_path / "new")})]
    command = [sys.executable, "-m", "tests.contracts.writing_process", *arguments]
    processes = [
        subprocess.Popen([*command, first, "3"], cwd=repository, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for first in ("0", "3", "6")
    ]
    said = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], said
    store = opened("sqlite", Settings(home=str(tmp_path / "new")))
    assert store.counts().documents == 9
    store.close()


# ---------------------------------------------------------------------------------------------------------- neo4j


@pytest.mark.neo4j
def test_a_wrong_password_is_unavailable_and_not_shown(neo4j_place: Database) -> None:
    with pytest.raises(StoreUnavailable, match="NEO4J_PASSWORD") as error:
        opened("neo4j", replace(neo4j_place.settings, neo4j_password="open sesame"))
    message = one_line(error)
    assert neo4j_place.settings.neo4j_uri in message
    assert "open sesame" not in message


@pytest.mark.neo4j
def test_a_database_that_is_not_there_is_unavailable(neo4j_place: Database) -> None:
    with pytest.raises(StoreUnavailable, match="NEO4J_DATABASE") as error:
        opened("neo4j", replace(neo4j_place.settings, neo4j_database="elsewhere"))
    assert "elsewhere" in one_line(error)


@pytest.mark.parametrize("uri", ["bolt://127.0.0.1:1", "neo4j://127.0.0.1:1"])
def test_a_server_that_is_away_is_unavailable(uri: str) -> None:
    with pytest.raises(StoreUnavailable, match="NEO4J_URI") as error:
        opened("neo4j", Settings(neo4j_uri=uri, neo4j_password="open sesame"))
    message = one_line(error)
    assert uri in message
    assert "open sesame" not in message


@pytest.mark.neo4j
def test_a_database_with_other_things_is_left_alone(neo4j_place: Database) -> None:
    neo4j_place.fresh()
    neo4j_place.close()
    neo4j_place.run("MATCH (m:Hoptrace) DELETE m")
    neo4j_place.run("CREATE (:Document {title: 'of somebody else'})")
    with pytest.raises(SettingsError, match="NEO4J_DATABASE"):
        neo4j_place.open()
    assert neo4j_place.run("MATCH (n) RETURN count(n) AS n")[0]["n"] == 1


@pytest.mark.neo4j
def test_a_store_that_was_emptied_under_us_says_so(neo4j_place: Database) -> None:
    store = neo4j_place.fresh()
    neo4j_place.run("MATCH (n) DETACH DELETE n")
    with pytest.raises(StoreCorrupt, match="hoptrace ingest"):
        store.write(corpus()[0])
    assert neo4j_place.run("MATCH (n) RETURN count(n) AS n")[0]["n"] == 0
