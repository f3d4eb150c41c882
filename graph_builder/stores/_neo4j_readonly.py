"""Foreign queries, by people or language models, that may read the graph and do nothing else.

Three locks, each enough against writing: the server says of the query's plan that it only reads; the plan holds no operator
that reaches beyond the graph; and the transaction is one that the server lets read only. The plan is what the server made of
the text, so comments, escapes and quotes hide nothing from us. The type alone does not do: to Neo4j, reading a file or an
address with LOAD CSV, ending somebody's transaction and showing the server's settings are reading too.

Time, rows and the bytes that reach us are bounded. The server's memory is bounded by the server (`db.memory.transaction.max`),
and there only for what operators hold: one value may take the heap, and with it the server. So a query is run once, and a
connection lost under it is told as its doing.
"""
# ruff: noqa: PLC0415  # the driver is loaded when a server is asked for

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import isfinite
from typing import TYPE_CHECKING, Any, cast

from graph_builder.errors import InputError, QueryRefused, QueryWrong, StoreUnavailable
from graph_builder.querying import BYTES, Table
from graph_builder.stores._neo4j_bound import bounded
from graph_builder.stores._neo4j_session import Neo4jSession

if TYPE_CHECKING:
    from neo4j import ManagedTransaction, ResultSummary

PROCEDURES = frozenset({
    "db.index.fulltext.queryNodes", "db.index.fulltext.queryRelationships",
    "db.index.vector.queryNodes", "db.index.vector.queryRelationships",
    "db.labels", "db.relationshipTypes", "db.propertyKeys",
    "db.schema.visualization", "db.schema.nodeTypeProperties", "db.schema.relTypeProperties",
})  # fmt: skip
"""The procedures that may be called: they read the graph, its indexes and its schema."""

_BEYOND = re.compile(r"LoadCSV|Show|Terminate|Transaction|Administration|Create|Drop|Alter")
"""Beginnings of operators that read files and addresses, touch the server, or commit by themselves."""

_CALLED = re.compile(r"`?([A-Za-z_]\w*)`?(?:\.`?\w+`?)+\(")
_NAMESPACES = frozenset({
    "date", "datetime", "localdatetime", "localtime", "time", "duration", "point", "vector",
    "db",  # procedures, which have a list of their own
})  # fmt: skip
"""The server's own functions with a dot in their names; others come with plug-ins, which may reach into the network."""

_VECTOR = 64
"""A list of so many numbers within a node is an embedding, and is not shown."""


def ask(session: Neo4jSession, text: str, parameters: Mapping[str, object], *, limit: int, seconds: float) -> Table:
    """At most ``limit`` rows of a query, after its plan was looked at; as `CypherStore.query`."""
    if limit < 1 or not seconds > 0:
        raise InputError(f"the limit is {limit} rows and {seconds} s; both must be above 0")
    from neo4j import unit_of_work

    def explained(transaction: "ManagedTransaction") -> "ResultSummary":
        with _judging(seconds):
            return transaction.run(f"EXPLAIN {text}", dict(parameters)).consume()

    began = time.perf_counter()
    _check(session.read(unit_of_work(timeout=seconds)(explained)))
    # Once only: a query that takes more memory than the server has may end the server, and would end it again.
    with session.once(seconds, rows=limit + 1) as transaction, _judging(seconds), _lost(), bounded(transaction, BYTES):
        result = transaction.run(text, dict(parameters))
        columns, found = tuple(result.keys()), result.fetch(limit + 1)
        result.consume()  # here, where an error in what is left is known for the query's
        transaction.rollback()
    rows = [tuple(shown(value) for value in record.values()) for record in found]
    return Table(text, columns, tuple(rows[:limit]), len(rows) > limit, time.perf_counter() - began)


@contextmanager
def _lost() -> Iterator[None]:
    """A server that goes away under a query may have been ended by it: whoever asked must know."""
    from neo4j.exceptions import ServiceUnavailable, SessionExpired

    try:
        yield
    except (ServiceUnavailable, SessionExpired) as error:
        raise StoreUnavailable(
            "the connection to Neo4j was lost under the query, which is not run again, since it may be why: a value that takes "
            "all of the server's memory ends the server"
        ) from error


@contextmanager
def _judging(seconds: float) -> Iterator[None]:
    """What the server has against the query itself is the caller's mistake, and not tried again."""
    from neo4j.exceptions import Neo4jError

    try:
        yield
    except Neo4jError as error:
        code = error.code or ""
        said = " ".join((error.message or "").split("\n", 1)[0].split()).rstrip(".")
        if "TransactionTimedOut" in code or "Terminated" in code:
            raise QueryRefused(f"the query was ended after {seconds:g} s: narrow it, or allow more with --seconds") from error
        if "AccessMode" in code or "Forbidden" in code:
            raise QueryRefused(f"the query would write, and only reading is allowed: {said}") from error
        if "MemoryPool" in code or "OutOfMemory" in code:
            raise QueryRefused(f"the query takes more memory than the server has for it: narrow it ({said})") from error
        if ".Statement." in code or ".Procedure." in code:
            raise QueryWrong(f"Neo4j does not take the query: {said}") from error
        raise


def _check(summary: "ResultSummary") -> None:
    """Refuse what would do more than read this database.

    Raises
    ------
    QueryRefused
        The message says what is refused.
    """
    if summary.query_type != "r":
        raise QueryRefused("the query would write or change the server, and only reading is allowed; nothing was run")
    if not summary.plan:
        raise QueryRefused("the server says no plan for the query, so that it can not be checked; nothing was run")
    for step in _steps(summary.plan):
        operator, _, database = step["operatorType"].partition("@")
        details = str(step.get("args", {}).get("Details", ""))
        if _BEYOND.match(operator):
            raise QueryRefused(
                f"the query reaches beyond the graph ({operator}), and only reading it is allowed; nothing was run"
            )
        if database and summary.database and database.lower() != summary.database.lower():
            raise QueryRefused(f"the query asks the database {database}, not {summary.database}; nothing was run")
        if "ProcedureCall" in operator:
            _check_procedure(details)
        _check_functions(details)


def _steps(plan: "Mapping[str, Any]") -> Iterator[Mapping[str, Any]]:
    yield plan
    for child in plan.get("children", ()):
        yield from _steps(child)


def _check_procedure(details: str) -> None:
    name = details.partition("(")[0].replace("`", "").strip()
    if name not in PROCEDURES:
        raise QueryRefused(f"the procedure {name} is not allowed; these are: {', '.join(sorted(PROCEDURES))}")


def _check_functions(details: str) -> None:
    for called in _CALLED.finditer(details):
        if called[1].lower() not in _NAMESPACES:
            raise QueryRefused(f"the function {called[0].rstrip('(')} is a plug-in's, and not allowed; nothing was run")


def shown(value: object) -> object:
    """A value of the driver as JSON can hold it; nodes and relationships without their vectors."""
    from neo4j.graph import Node, Path, Relationship

    if isinstance(value, Node):
        return {"labels": sorted(value.labels), "properties": _properties(value)}
    if isinstance(value, Relationship):
        return {"type": value.type, "properties": _properties(value)}
    if isinstance(value, Path):
        return {"nodes": [shown(n) for n in value.nodes], "relationships": [shown(r) for r in value.relationships]}
    if type(value) in (list, tuple):  # a duration and a point are tuples too, and read better as text
        return [shown(one) for one in cast("list[object]", value)]
    if isinstance(value, Mapping):
        return {str(key): shown(one) for key, one in value.items()}
    if isinstance(value, bytes | bytearray):
        return value.hex()
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def _properties(held: "Mapping[str, Any]") -> dict[str, object]:
    return {key: shown(held[key]) for key in sorted(held) if not _is_vector(held[key])}


def _is_vector(value: object) -> bool:
    if isinstance(value, list):
        return len(value) >= _VECTOR and isinstance(value[0], float)
    return isinstance(value, bytes | bytearray)
