"""The least that writing a graph into a Neo4j with our indexes takes: plain CREATE, nothing looked up by key, nothing derived."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

import neo4j

_TOGETHER = 1_000
_READ_NODES = "MATCH (n) WHERE NOT n:Hoptrace RETURN elementId(n), labels(n), properties(n)"
_READ_LINKS = "MATCH (a)-[r]->(b) RETURN elementId(a) AS start, elementId(b) AS end, type(r) AS type, properties(r) AS properties"
_NODES = """
UNWIND $rows AS row
CREATE (n:$(row.labels))
SET n = row.properties
WITH n, row
CALL (n, row) {
  WITH n, row
  WHERE row.embedding IS NOT NULL
  CALL db.create.setNodeVectorProperty(n, 'embedding', row.embedding)
}
RETURN elementId(n) AS id
"""
_LINKS = """
UNWIND $rows AS row
MATCH (a)
WHERE elementId(a) = row.start
MATCH (b)
WHERE elementId(b) = row.end
CREATE (a)-[r:$(row.type)]->(b)
SET r = row.properties
"""
Row = dict[str, Any]


@dataclass(frozen=True)
class Finished:
    """The nodes and relationships of a finished graph, by the internal ids that they had."""

    ids: Sequence[str]
    nodes: Sequence[Row]
    links: Sequence[Row]


def finished(driver: neo4j.Driver) -> Finished:
    """All that is in the database but the node about it."""
    found = driver.execute_query(_READ_NODES).records
    nodes = [{"labels": labels, "embedding": held.pop("embedding", None), "properties": held} for _, labels, held in found]
    links = [dict(record) for record in driver.execute_query(_READ_LINKS).records]
    return Finished([id_ for id_, _, _ in found], nodes, links)


def created(driver: neo4j.Driver, graph: Finished) -> float:
    """Seconds that it takes to create the graph in an empty database with our schema."""
    start = time.perf_counter()
    with driver.session() as session:
        made = [id_ for rows in _batches(graph.nodes) for id_ in session.execute_write(_ids, _NODES, rows)]
        now = dict(zip(graph.ids, made, strict=True))
        links = [{**link, "start": now[link["start"]], "end": now[link["end"]]} for link in graph.links]
        for rows in _batches(links):
            session.execute_write(_ids, _LINKS, rows)
    return time.perf_counter() - start


def _ids(transaction: neo4j.ManagedTransaction, statement: LiteralString, rows: Sequence[Row]) -> list[str]:
    return [record["id"] for record in transaction.run(statement, rows=rows)]


def _batches(rows: Sequence[Row]) -> list[Sequence[Row]]:
    return [rows[first : first + _TOGETHER] for first in range(0, len(rows), _TOGETHER)]
