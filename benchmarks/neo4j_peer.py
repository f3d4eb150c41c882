"""neo4j-graphrag's side of `neo4j_write.py`, in an environment of its own: it writes a graph each time a line comes in.

Usage: python neo4j_peer.py URI PASSWORD GRAPHS. ``GRAPHS`` is a JSON file: by name a list of graphs, each a map of nodes and
relationships in the form of its `Neo4jGraph`. A line on stdin names one; the seconds come out. Making the objects is not timed.
"""

import asyncio
import json
import sys
import time
from pathlib import Path

import neo4j
from neo4j_graphrag.experimental.components.kg_writer import Neo4jWriter
from neo4j_graphrag.experimental.components.types import Neo4jGraph


def main() -> None:
    """Answer each line."""
    uri, password, graphs = sys.argv[1:4]
    made = {name: [Neo4jGraph(**graph) for graph in each] for name, each in json.loads(Path(graphs).read_text("utf-8")).items()}
    with neo4j.GraphDatabase.driver(uri, auth=("neo4j", password), notifications_min_severity="OFF") as driver:
        writer = Neo4jWriter(driver)
        for line in sys.stdin:
            start = time.perf_counter()
            for graph in made[line.strip()]:
                done = asyncio.run(writer.run(graph))
                if done.status != "SUCCESS":
                    raise SystemExit(f"the peer failed: {done.metadata}")
            print(time.perf_counter() - start, flush=True)


if __name__ == "__main__":
    main()
