"""The least that writing a graph into a Neo4j with our indexes takes: plain CREATE, nothing looked up by key, nothing derived.

All is one transaction, since each commit brings what it wrote into the vector and full-text indexes. Labels and types stand in
the statements, which are planned as such, and ends are found by their internal ids.
"""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import neo4j

_TOGETHER = 5_000
_READ_NODES = "MATCH (n) WHERE NOT n:Hoptrace RETURN id(n), labels(n), properties(n)"
_READ_LINKS = "MATCH (a)-[r]->(b) RETURN id(a) AS start, id(b) AS end, type(r) AS type, properties(r) AS properties"
_NODES = "UNWIND $rows AS row CREATE (n:`%s`) SET n = row.properties %s RETURN id(n) AS id"
_VECTOR = "WITH n, row CALL db.create.setNodeVectorProperty(n, 'embedding', row.embedding)"
_LINKS = """
UNWIND $rows AS row
MATCH (a)
WHERE id(a) = row.start
MATCH (b)
WHERE id(b) = row.end
CREATE (a)-[r:`%s`]->(b)
SET r = row.properties
"""
Row = dict[str, Any]


class _Unshown(list[Row]):
    """A list that the driver does not spell out for its log."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"[{len(self)} rows]"


@dataclass(frozen=True)
class Finished:
    """The nodes of a finished graph by their labels, its relationships by their type, and the internal ids that nodes had."""

    nodes: Mapping[tuple[str, ...], Sequence[Row]]
    links: Mapping[str, Sequence[Row]]


def finished(driver: neo4j.Driver) -> Finished:
    """All that is in the database but the node about it."""
    nodes, links = defaultdict(list), defaultdict(list)
    for id_, labels, held in driver.execute_query(_READ_NODES).records:
        nodes[tuple(sorted(labels))].append({"id": id_, "embedding": held.pop("embedding", None), "properties": held})
    for record in driver.execute_query(_READ_LINKS).records:
        links[record["type"]].append(dict(record))
    return Finished(nodes, links)


def created(driver: neo4j.Driver, graph: Finished) -> float:
    """Seconds that it takes to create the graph in an empty database with our schema."""
    start = time.perf_counter()
    with driver.session() as session, session.begin_transaction() as transaction:
        now: dict[int, int] = {}
        for labels, rows in graph.nodes.items():
            statement = _NODES % ("`:`".join(labels), _VECTOR if rows[0]["embedding"] else "")
            made = [record["id"] for batch in _batches(rows) for record in _run(transaction, statement, batch)]
            now |= zip((row["id"] for row in rows), made, strict=True)
        for type_, links in graph.links.items():
            ended = [{**link, "start": now[link["start"]], "end": now[link["end"]]} for link in links]
            for batch in _batches(ended):
                _run(transaction, _LINKS % type_, batch)
        transaction.commit()
    return time.perf_counter() - start


def _run(transaction: neo4j.Transaction, statement: str, rows: Sequence[Row]) -> list[neo4j.Record]:
    return list(transaction.run(statement, rows=_Unshown(rows)))


def _batches(rows: Sequence[Row]) -> list[Sequence[Row]]:
    return [rows[first : first + _TOGETHER] for first in range(0, len(rows), _TOGETHER)]
