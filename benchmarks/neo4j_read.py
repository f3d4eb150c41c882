"""One-hop expansion on graphs of 100,000 and 1,000,000 relations: `make bench-neo4j-read`.

Usage: NEO4J_HOME=FOLDER python benchmarks/neo4j_read.py [--draws N] [--sizes 10000,100000] [--store sqlite]. For each size a
server is started with 2 GB of heap on a generated graph (`generated_graphs.py`); all run at once, and draws alternate between
them, so that what else the machine does meets each alike. The schema, and the best relations of hubs, are made by the store's
own statements. With ``--store sqlite`` the same graphs lie in the embedded store.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
from generated_graphs import Generated, load, load_embedded

from cypher import statement
from graph_builder.settings import Settings
from graph_builder.stores import Store, sqlite
from graph_builder.stores._neo4j_session import Neo4jSession
from graph_builder.stores._neo4j_transaction import KEPT
from graph_builder.stores.neo4j import Neo4jStore
from tests.neo4j_server import Setup, unpacked

CAP, SIZE, RELATIONS = 50, 20, 10
WARM = 2000
"""Expansions of each kind before those that are timed: by then Java has compiled what they run. After 200 they take twice as
long."""


def main() -> None:
    """Run it and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=300, help="expansions of each kind on each graph")
    parser.add_argument("--sizes", default="10000,100000", help="numbers of entities; relations are ten times as many")
    parser.add_argument("--store", choices=["neo4j", "sqlite"], default="neo4j", help="where the graphs lie")
    asked = parser.parse_args()
    opened = _served if asked.store == "neo4j" else _embedded
    sizes = [int(size) for size in asked.sizes.split(",")]
    with ExitStack() as servers:
        graphs = [Generated(size, RELATIONS * size) for size in sizes]
        stores = [servers.enter_context(opened(graph)) for graph in graphs]
        for by_degree in (False, True):
            _measure(graphs, stores, asked.draws, by_degree=by_degree)


@contextmanager
def _embedded(graph: Generated) -> Iterator[Store]:
    with tempfile.TemporaryDirectory() as home:
        store = sqlite.connect(Settings(home=home), embedding_model="none", dim=8)
        load_embedded(graph, Path(home, "graph.db"))
        print(f"made: {store.counts()}")
        yield store
        store.close()


@contextmanager
def _served(graph: Generated) -> Iterator[Neo4jStore]:
    with tempfile.TemporaryDirectory() as scratch:
        files, data = Path(scratch, "files"), Path(scratch, "server")
        files.mkdir()
        setup = Setup(heap="2g", pages="1g", before=lambda home, environment: load(graph, files, home, environment))
        start = time.perf_counter()
        with unpacked(Path(os.environ["NEO4J_HOME"]), data, setup) as found:
            settings = Settings(neo4j_uri=found.uri, neo4j_password=found.password)
            store = Neo4jStore(Neo4jSession(settings), place=found.uri, dim=8)
            store.lay_out("none")
            with found.driver() as driver:
                for first in range(0, graph.entities, 1000):
                    ids = graph.ids[first : first + 1000]
                    driver.execute_query(statement("writes/best"), ids=ids, limit=KEPT)  # type: ignore[arg-type]
            print(f"made in {time.perf_counter() - start:.0f} s: {store.counts()}")
            yield store
            store.close()


def _measure(graphs: Sequence[Generated], stores: Sequence[Store], draws: int, *, by_degree: bool) -> None:
    chosen = [graph.drawn(draws + WARM, SIZE, by_degree=by_degree) for graph in graphs]
    took: list[list[float]] = [[] for _ in graphs]
    found: list[list[int]] = [[] for _ in graphs]
    for turn in range(draws + WARM):
        for each, store in enumerate(stores):
            seconds, relations = _timed(lambda s=store, ids=chosen[each][turn]: len(s.expand(ids, cap=CAP).relations))
            if turn >= WARM:
                took[each].append(1000 * seconds)
                found[each].append(relations)
    for graph, milliseconds, relations in zip(graphs, took, found, strict=True):
        _print(graph, "by degree" if by_degree else "uniform", milliseconds, statistics.median(relations))
    print(f"median time of the last graph over the first: {statistics.median(took[-1]) / statistics.median(took[0]):.2f}")


def _timed(work: Callable[[], int]) -> tuple[float, int]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def _print(graph: Generated, how: str, milliseconds: Sequence[float], relations: float) -> None:
    p50, p95 = np.percentile(milliseconds, [50, 95])
    print(
        f"{graph.entities:>7} entities, {graph.relations:>8} relations, {SIZE} {how:9}: p50 {p50:.1f} ms, p95 {p95:.1f} ms "
        f"({p95 / p50:.2f} x), best {min(milliseconds):.1f}; {relations:.0f} relations an expansion"
    )


if __name__ == "__main__":
    main()
