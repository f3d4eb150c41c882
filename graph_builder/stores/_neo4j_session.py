"""The way to a Neo4j server: statements by name, reads and writes as managed transactions, errors in our words."""
# ruff: noqa: PLC0415  # the driver is loaded when a server is asked for

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from cypher import statement
from graph_builder.errors import StoreBusy, StoreError, StoreFull, StoreUnavailable
from graph_builder.settings import Settings

if TYPE_CHECKING:
    from neo4j import ManagedTransaction, Record, Session, Transaction

Result = TypeVar("Result")
_CONNECT_SECONDS = 10.0
_FIRST_DELAY, _NEXT_DELAY = 0.5, 1.2
"""Seconds before the second try, and how much longer each wait is than the one before it."""

_FETCHED = 1_000
"""Rows that the server sends at a time, as the driver has it by itself."""
_SEARCH_SINCE = (2026, 1)
RETRY_SECONDS = 30.0
"""How long a transaction is tried again while the server is away, starting or busy; the last try begins a little later."""

# What the driver logs about tries that failed is told in an error, if none succeeds; whoever wants to see it sets a handler.
logging.getLogger("neo4j").addHandler(logging.NullHandler())


class _Unshown(list[object]):
    """A list that is not spelt out: the driver spells each parameter for its log, read or not, and takes longer than sending."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"[{len(self)} values]"


def run(transaction: "ManagedTransaction", name: str, /, **parameters: object) -> "list[Record]":
    """All records of the statement in ``cypher/<name>.cypher``."""
    given = {key: _Unshown(value) if isinstance(value, list) else value for key, value in parameters.items()}
    return list(transaction.run(statement(name), given))


def knows_search(agent: str) -> bool:
    """Whether a server that calls itself so, such as "Neo4j/2026.01.1", is of a version that has the clause SEARCH."""
    version = re.match(r"Neo4j/(\d+)\.(\d+)", agent)
    return version is not None and (int(version[1]), int(version[2])) >= _SEARCH_SINCE


class Neo4jSession:
    """One driver to one database; threads may share it."""

    def __init__(self, settings: Settings) -> None:
        from neo4j import READ_ACCESS, WRITE_ACCESS, GraphDatabase

        self._settings = settings
        self._access = {"read": READ_ACCESS, "write": WRITE_ACCESS}
        with self._translating():
            self._driver = GraphDatabase.driver(
                settings.neo4j_uri,
                auth=(settings.neo4j_username, settings.neo4j_password),
                connection_timeout=_CONNECT_SECONDS,
                max_transaction_retry_time=RETRY_SECONDS,
                initial_retry_delay=_FIRST_DELAY,
                retry_delay_multiplier=_NEXT_DELAY,
                notifications_min_severity="OFF",  # advice for whoever writes the statements, in the log of whoever runs them
                telemetry_disabled=True,
            )

    def reach(self) -> str:
        """Find out at once whether the server answers, and what it calls itself; transactions would try again for a while first.

        Raises
        ------
        StoreUnavailable
            No server at the address, or it refuses the user.
        """
        with self._translating():
            return str(self._driver.get_server_info().agent)

    def read(self, work: "Callable[[ManagedTransaction], Result]") -> Result:
        """Run the work in a read transaction, again after a transient error; on a cluster, any member that is up to date."""
        with self._session("read") as session:
            return session.execute_read(work)

    @contextmanager
    def once(self, seconds: float, *, rows: int) -> "Iterator[Transaction]":
        """A read transaction that the server ends after so many seconds, and that is not tried again whatever becomes of it.

        The server sends so many rows at a time, so that those that nobody wants are not sent.
        """
        with self._session("read", fetch_size=rows) as session, session.begin_transaction(timeout=seconds) as transaction:
            yield transaction

    def records(self, name: str, /, **parameters: object) -> "list[Record]":
        """All records of one statement: as `read`, but the server makes the transaction, which saves two ways to it and back."""
        from neo4j.exceptions import DriverError, Neo4jError

        with self._session("read") as session:
            try:
                return list(session.run(statement(name), parameters))
            except (DriverError, Neo4jError) as error:
                if not error.is_retryable():
                    raise
            return session.execute_read(run, name, **parameters)

    def write(self, work: "Callable[[ManagedTransaction], Result]") -> Result:
        """Run the work in a write transaction, again after a transient error: all of it is written, or nothing."""
        with self._session("write") as session:
            return session.execute_write(work)

    def command(self, name: str, /, **parameters: object) -> "list[Record]":
        """Run one statement that needs a transaction to itself, such as a change of the schema."""
        return self.write(lambda transaction: run(transaction, name, **parameters))

    def make(self, name: str, /, **parameters: object) -> None:
        """Run a statement that makes a part of the schema where it is not there yet.

        Two processes may both find it missing, and the second is refused in spite of IF NOT EXISTS. It is there then.
        """
        from neo4j.exceptions import ClientError

        with self._session("write") as session:
            try:
                session.execute_write(lambda transaction: run(transaction, name, **parameters))
            except ClientError as error:
                if "AlreadyExists" not in _code(error):
                    raise

    def understands(self, name: str, /, **parameters: object) -> bool:
        """Whether the server takes a statement, which is not run."""
        from neo4j.exceptions import ClientError

        with self._session("read") as session:
            try:
                session.execute_read(lambda transaction: transaction.run(f"EXPLAIN {statement(name)}", parameters).consume())
            except ClientError as error:
                if ".Statement." in _code(error):
                    return False
                raise
        return True

    def close(self) -> None:
        """Close the driver; twice is once."""
        self._driver.close()

    @contextmanager
    def _session(self, access: str, *, fetch_size: int = _FETCHED) -> "Iterator[Session]":
        with (
            self._translating(),
            self._driver.session(
                database=self._settings.neo4j_database or None,
                default_access_mode=self._access[access],
                fetch_size=fetch_size,
                bookmark_manager=self._driver.execute_query_bookmark_manager,  # so that we read what we wrote, on clusters too
            ) as session,
        ):
            yield session

    @contextmanager
    def _translating(self) -> Iterator[None]:
        from neo4j.exceptions import DriverError, Neo4jError

        try:
            yield
        except (Neo4jError, DriverError) as error:
            raise _translated(error, self._settings) from error


def _translated(error: Exception, settings: Settings) -> StoreError:
    from neo4j.exceptions import AuthError, ServiceUnavailable, SessionExpired, TransientError

    place, code, said = settings.neo4j_uri, _code(error), _first_line(error)
    if isinstance(error, AuthError) or ".Security." in code:
        return StoreUnavailable(
            f"Neo4j at {place} refuses the user {settings.neo4j_username} ({said}): set NEO4J_USERNAME and NEO4J_PASSWORD"
        )
    if isinstance(error, ServiceUnavailable | SessionExpired):
        return StoreUnavailable(f"no Neo4j answers at {place} ({said}): start it, or set NEO4J_URI to where one runs")
    if "DatabaseNotFound" in code or "DatabaseUnavailable" in code:
        return StoreUnavailable(
            f'Neo4j at {place} has no database "{settings.neo4j_database}" that answers ({said}): set NEO4J_DATABASE'
        )
    if "ReadOnly" in code:
        return StoreUnavailable(
            f"Neo4j at {place} lets nobody write ({said}): take the database out of server.databases.read_only, or set "
            "NEO4J_DATABASE to another"
        )
    if "TransactionCommitFailed" in code or "TransactionStartFailed" in code:  # a full disk ends in these; the log says so
        return StoreUnavailable(
            f"Neo4j at {place} stopped its database ({said.partition(': ')[0]}): free space on its disk if it is full, else see "
            "its debug.log, restart it, then run the command again"
        )
    if "no space left" in said.lower() or "OutOfDisk" in code:
        return StoreFull(f"Neo4j at {place} takes no more ({said}): free space on its disk, then run the command again")
    if isinstance(error, TransientError):
        return StoreBusy(f"Neo4j at {place} was too busy for {RETRY_SECONDS:.0f} s ({said}): run the command again")
    return StoreError(f"Neo4j at {place}: {said}")


def _code(error: Exception) -> str:
    code: Any = getattr(error, "code", "")
    return str(code or "")


def _first_line(error: Exception) -> str:
    message = getattr(error, "message", "") or str(error) or type(error).__name__
    return str(message).strip().splitlines()[0].rstrip(".:")
