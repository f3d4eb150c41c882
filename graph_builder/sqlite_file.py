"""One SQLite file: a connection for each thread, snapshots for readers, one writer at a time, errors in our words."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from graph_builder.errors import StoreBusy, StoreCorrupt, StoreError, StoreFull, StoreUnavailable

BUSY_SECONDS = 60.0
_CACHE_KB = 64_000
"""Pages that each connection keeps: of a large graph, questions come back to more than the 2 MB that SQLite keeps by itself."""
_FULL = ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_FSYNC", "SQLITE_IOERR_TRUNCATE", "SQLITE_IOERR_SHMSIZE")


def translated(error: sqlite3.Error, path: Path) -> StoreError:
    """Our error for one of SQLite's; its name says what happened, its message is only shown."""
    name = getattr(error, "sqlite_errorname", "")
    if name in _FULL:
        return StoreFull(
            f"no space left for {path} ({error}): free some, then run the same command again; what was written is safe"
        )
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreBusy(f"{path} was held by another writer for {BUSY_SECONDS:g} s: wait for it, or stop it")
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return StoreCorrupt(f"{path} is damaged or no file of Hoptrace ({error}): move it away, then run the command again")
    if name.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM", "SQLITE_AUTH")):
        return StoreUnavailable(
            f"{path} can not be opened for writing ({error}): check its folder's permissions, or set HOPTRACE_HOME"
        )
    return StoreError(f"{path}: {error}")


class SqliteFile:
    """The file, and the connections to it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._opened: list[tuple[threading.Thread, sqlite3.Connection]] = []
        self._lock = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one state of the graph to the end; within another `reading`, that one's state."""
        try:
            db = self._connection()
            if db.in_transaction:
                yield db
                return
            db.execute("BEGIN")
            try:
                yield db
            finally:
                _roll_back(db)
        except sqlite3.Error as error:
            raise translated(error, self.path) from error

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A connection whose changes are all written at the end, or none of them."""
        try:
            db = self._connection()
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            finally:  # whatever stopped it, Ctrl-C too, nothing half-written may stay
                _roll_back(db)
        except sqlite3.Error as error:
            raise translated(error, self.path) from error

    def close(self) -> None:
        """Close every thread's connection; the next use opens anew."""
        with self._lock:
            self._local = threading.local()
            while self._opened:
                self._opened.pop()[1].close()

    def _connection(self) -> sqlite3.Connection:
        held: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if held is None:
            # A thread uses its own connection only; another one may close it, at the end.
            held = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            with self._lock:
                self._close_those_of_ended_threads()
                self._opened.append((threading.current_thread(), held))
            _write_ahead(held)
            held.execute("PRAGMA synchronous = NORMAL")
            held.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
            self._local.connection = held
        return held

    def _close_those_of_ended_threads(self) -> None:
        for thread, connection in self._opened:
            if not thread.is_alive():
                connection.close()
        self._opened = [(thread, connection) for thread, connection in self._opened if thread.is_alive()]


def _roll_back(db: sqlite3.Connection) -> None:
    if db.in_transaction:
        with suppress(sqlite3.Error):  # it may fail on a full disk too; the log then ends before us for the next reader
            db.execute("ROLLBACK")


def _write_ahead(db: sqlite3.Connection) -> None:
    """Switch to the write-ahead log, in which readers and a writer do not wait for each other.

    SQLite does not wait where two processes make the same new file and both switch, so we do.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            if db.execute("PRAGMA journal_mode").fetchone() != ("wal",):
                db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if not error.sqlite_errorname.startswith("SQLITE_BUSY") or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
