"""The way to a Neo4j server: statements by name, reads and writes as managed transactions, errors in our words."""
# ruff: noqa: PLC0415  # the driver is loaded when a server is asked for

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from cypher import statement
from graph_builder.errors import StoreBusy, StoreError, StoreFull, StoreUnavailable
from graph_builder.settings import Settings

if TYPE_CHECKING:
    from neo4j import ManagedTransaction, Record, Session

Result = TypeVar("Result")
_CONNECT_SECONDS = 10.0
_RETRY_SECONDS = 30.0


def run(transaction: "ManagedTransaction", name: str, /, **parameters: object) -> "list[Record]":
    """All records of the statement in ``cypher/<name>.cypher``."""
    return list(transaction.run(statement(name), parameters))


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
                max_transaction_retry_time=_RETRY_SECONDS,
                notifications_min_severity="OFF",  # advice for whoever writes the statements, in the log of whoever runs them
                telemetry_disabled=True,
            )

    def reach(self) -> None:
        """Find out at once whether the server answers; transactions would try again for a while first.

        Raises
        ------
        StoreUnavailable
            No server at the address, or it refuses the user.
        """
        with self._translating():
            self._driver.verify_connectivity()

    def read(self, work: "Callable[[ManagedTransaction], Result]") -> Result:
        """Run the work in a read transaction, again after a transient error; on a cluster, any member that is up to date."""
        with self._session("read") as session:
            return session.execute_read(work)

    def records(self, name: str, /, **parameters: object) -> "list[Record]":
        """All records of one statement in a read transaction of its own: as `read`, with a way to the server and back less."""
        from neo4j import RoutingControl

        database = self._settings.neo4j_database or None
        with self._translating():
            found = self._driver.execute_query(
                statement(name), parameters_=parameters, routing_=RoutingControl.READ, database_=database
            )
        return found.records

    def write(self, work: "Callable[[ManagedTransaction], Result]") -> Result:
        """Run the work in a write transaction, again after a transient error: all of it is written, or nothing."""
        with self._session("write") as session:
            return session.execute_write(work)

    def command(self, name: str, /, **parameters: object) -> "list[Record]":
        """Run one statement that needs a transaction to itself, such as a change of the schema."""
        return self.write(lambda transaction: run(transaction, name, **parameters))

    def close(self) -> None:
        """Close the driver; twice is once."""
        self._driver.close()

    @contextmanager
    def _session(self, access: str) -> "Iterator[Session]":
        with (
            self._translating(),
            self._driver.session(
                database=self._settings.neo4j_database or None,
                default_access_mode=self._access[access],
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
    if "no space left" in said.lower() or "OutOfDisk" in code or "ReadOnly" in code:
        return StoreFull(f"Neo4j at {place} takes no more ({said}): free space on its disk, then run the command again")
    if isinstance(error, TransientError):
        return StoreBusy(f"Neo4j at {place} was too busy for {_RETRY_SECONDS:.0f} s ({said}): run the command again")
    return StoreError(f"Neo4j at {place}: {said}")


def _code(error: Exception) -> str:
    code: Any = getattr(error, "code", "")
    return str(code or "")


def _first_line(error: Exception) -> str:
    message = getattr(error, "message", "") or str(error) or type(error).__name__
    return str(message).strip().splitlines()[0].rstrip(".")
