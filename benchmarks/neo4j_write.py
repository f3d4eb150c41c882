"""The graph of the FDA labels written into Neo4j, beside neo4j-graphrag's writer: `make bench-neo4j-write`.

Usage: NEO4J_HOME=FOLDER python benchmarks/neo4j_write.py --venv FOLDER [--labels FOLDER] [--home FOLDER] [--documents N]
[--rounds N] [--plugins FOLDER]

The labels are ingested once into the embedded store in ``--home``; only writing is timed. On one server, warm, they take turns:

ours     `hoptrace copy --to neo4j`: documents, chunks, aliases, mentions, evidence and vectors; entities, joins and relations
         are derived again
singly   the same as an ingest writes it: a transaction for each document
whole    `Neo4jWriter`, every node and relationship that ours leaves behind, in one call: the same graph, less the exact vectors
         as bytes and dates, which JSON lacks
bare     `Neo4jWriter`, the entities and relations of the finished graph in one call, and nothing else
floor    plain CREATE of every node and relationship that ours leaves behind, with the vectors, in one transaction, ends by their
         internal ids: about the least that these indexes let any writer take
lexical  `Neo4jWriter` as its own pipeline calls it: once a document, with that document's chunks (text and vector), the entities
         that they mention and its relations; an entity of several documents is written for each

The peer needs APOC (``--plugins``) and runs in an environment of its own, made in ``--venv`` when it is not there.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import neo4j
from neo4j_floor import created, finished

from graph_builder.copying import copy_documents, same_fingerprint
from graph_builder.model import Contribution, Entity, Relation
from graph_builder.settings import Settings
from graph_builder.stores import Counts, Store, sqlite
from graph_builder.stores import neo4j as served
from hoptrace import Graph
from tests.neo4j_server import Server, Setup, unpacked

HERE = Path(__file__).resolve().parent
SHARED = HERE.parent.parent / "shared"
OURS, SINGLY, FLOOR, WHOLE, BARE, LEXICAL = "ours", "singly", "floor", "whole", "bare", "lexical"
_WARM = 4
"""Rounds before those that are timed: Java has compiled what they run by then."""
_MODEL, _DIM = "all-MiniLM-L6-v2", 384
_SIZES = (
    "CALL () { MATCH (n) RETURN count(n) AS nodes } CALL () { MATCH ()-[r]->() RETURN count(r) AS links } RETURN nodes, links"
)
_NODES = "MATCH (n) WHERE NOT n:Hoptrace RETURN elementId(n), [label IN labels(n) WHERE label <> '__Entity__'][0], properties(n)"
_LINKS = (
    "MATCH (a)-[r]->(b) RETURN elementId(a) AS start_node_id, elementId(b) AS end_node_id, type(r) AS type, "
    "properties(r) AS properties"
)

Peer = dict[str, Any]


def main() -> None:
    """Run the sides in turns and print the table."""
    asked = _arguments()
    _install(asked.venv)
    _ingest(asked)
    with tempfile.TemporaryDirectory() as scratch, closing(_first(asked, scratch)) as source:
        setup = Setup(heap="1g", pages="256m", plugins=asked.plugins)
        with unpacked(Path(os.environ["NEO4J_HOME"]), Path(scratch, "server"), setup) as server, server.driver() as driver:
            graphs = Path(scratch, "graphs.json")
            _copied(source, server)
            graphs.write_text(json.dumps({WHOLE: [_whole(driver)], **_graphs(source)}), "utf-8")
            plain = finished(driver)
            with _peer(asked.venv, server, graphs) as ask:
                sides: dict[str, Callable[[], float]] = {
                    OURS: lambda: _copied(source, server),
                    SINGLY: lambda: _copied(source, server, singly=True),
                    FLOOR: lambda: created(driver, plain),
                    **{side: lambda s=side: ask(s) for side in (WHOLE, BARE, LEXICAL)},
                }
                _measure(source, driver, sides, asked.rounds)
            _empty(driver)
            _copied(source, server)
            _again(source, server, driver)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labels", type=Path, default=SHARED / "data/fda_labels/text")
    parser.add_argument(
        "--home", type=Path, default=Path(".hoptrace-bench"), help="folder of the embedded graph; made when missing"
    )
    parser.add_argument("--venv", type=Path, required=True, help="folder for the peer's environment")
    parser.add_argument("--plugins", type=Path, default=SHARED / "neo4j/peer-plugins", help="folder with APOC, for the peer")
    parser.add_argument("--documents", type=int, default=120, help="the first so many of the labels only")
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def _install(venv: Path) -> None:
    if not (venv / "bin/python").exists():
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        wanted = [f"neo4j=={neo4j.__version__}", f"neo4j-rust-ext=={neo4j.__version__}.*", "neo4j-graphrag==1.22.0"]
        subprocess.run([str(venv / "bin/python"), "-m", "pip", "install", "--quiet", *wanted], check=True)


def _ingest(asked: argparse.Namespace) -> None:
    if not (asked.home / "graph.db").exists():
        with Graph.open(str(asked.home)) as graph:
            graph.ingest(str(asked.labels))


def _first(asked: argparse.Namespace, scratch: str) -> Store:
    """An embedded graph of the first documents."""
    few = sqlite.connect(Settings(home=scratch), embedding_model=_MODEL, dim=_DIM)
    with closing(sqlite.connect(Settings(home=str(asked.home)), embedding_model=_MODEL, dim=_DIM)) as source:
        for record in source.documents()[: asked.documents]:
            few.write(source.contribution(record.id))
    return few


def _whole(driver: neo4j.Driver) -> Peer:
    """All that is in the database but the node about it, as the peer takes it."""
    nodes = [_node(*record) for record in driver.execute_query(_NODES).records]
    return {"nodes": nodes, "relationships": [dict(record) for record in driver.execute_query(_LINKS).records]}


def _node(id_: str, label: str, held: Mapping[str, Any]) -> Peer:
    properties = {key: value for key, value in held.items() if isinstance(value, str | int | float | list)}
    embedding = properties.pop("embedding", None)
    vectors = {"embedding_properties": {"embedding": embedding}} if embedding else {}
    return {"id": id_, "label": label, "properties": properties, **vectors}


def _graphs(source: Store) -> dict[str, list[Peer]]:
    """The graphs that the peer writes: the finished one, and one for each document."""
    entities = source.fetch_entities([row[1] for row in source.rows() if row[0] == "entity"])
    relations = source.expand(list(entities), cap=100_000).relations
    contributions = [source.contribution(record.id) for record in source.documents()]
    bare = {"nodes": [_entity(e) for e in entities.values()], "relationships": [_relation(r) for r in relations]}
    return {BARE: [bare], LEXICAL: [_lexical(c, entities, relations) for c in contributions]}


def _entity(entity: Entity, document: str = "") -> Peer:
    properties = {"name": entity.name, "aliases": list(entity.aliases), "description": entity.description}
    return {"id": document + entity.id, "label": entity.type, "properties": properties}


def _relation(relation: Relation, document: str = "") -> Peer:
    said = {"polarity": str(relation.polarity), "modality": str(relation.modality), "qualifiers": relation.qualifiers}
    properties = {**said, "confidence": relation.confidence, "evidence_ids": list(relation.evidence_ids)}
    ends = {"start_node_id": document + relation.subject, "end_node_id": document + relation.object}
    return {**ends, "type": relation.predicate, "properties": properties}


def _lexical(c: Contribution, entities: Mapping[str, Entity], relations: Sequence[Relation]) -> Peer:
    """One document as the peer's pipeline would write it: ids are the document's own, since its writer joins nothing."""
    entity_of = {alias: entity.id for entity in entities.values() for alias in entity.alias_ids}
    named = sorted({(m.chunk_id, entity_of[m.alias_id]) for m in c.mentions})
    given = {e.id for e in c.evidence}
    here = [r for r in relations if given & set(r.evidence_ids)]
    held = {id_ for _, id_ in named} | {id_ for r in here for id_ in (r.subject, r.object)}
    own = c.document.id
    document = {"id": own, "label": "Document", "properties": {"path": c.document.source}}
    chunks = [
        {
            **{"id": chunk.id, "label": "Chunk", "properties": {"text": chunk.text, "index": chunk.index}},
            "embedding_properties": {"embedding": vector.tolist()},
        }
        for chunk, vector in zip(c.chunks, c.chunk_vectors, strict=True)
    ]
    links = [_link(chunk.id, own, "FROM_DOCUMENT") for chunk in c.chunks]
    links += [_link(before.id, after.id, "NEXT_CHUNK") for before, after in zip(c.chunks, c.chunks[1:], strict=False)]
    links += [_link(own + entity_id, chunk_id, "FROM_CHUNK") for chunk_id, entity_id in named]
    nodes = [document, *chunks, *(_entity(entities[id_], own) for id_ in sorted(held))]
    return {"nodes": nodes, "relationships": [*links, *(_relation(r, own) for r in here)]}


def _link(start: str, end: str, type_: str) -> Peer:
    return {"start_node_id": start, "end_node_id": end, "type": type_, "properties": {}}


@contextmanager
def _peer(venv: Path, server: Server, graphs: Path) -> Iterator[Callable[[str], float]]:
    """The peer's program; it takes the name of what to write, and gives the seconds."""
    command = [str(venv / "bin/python"), "-W", "ignore", str(HERE / "neo4j_peer.py"), server.uri, server.password, str(graphs)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def ask(name: str) -> float:
            print(name, file=process.stdin, flush=True)
            return float(process.stdout.readline() if process.stdout else 0)

        yield ask
        if process.stdin:
            process.stdin.close()


def _measure(source: Store, driver: neo4j.Driver, sides: Mapping[str, Callable[[], float]], rounds: int) -> None:
    took: dict[str, list[float]] = {side: [] for side in sides}
    sizes: dict[str, tuple[int, int]] = {}
    for turn in range(_WARM + rounds):
        for side, write in sides.items():
            _empty(driver)
            seconds = write()
            took[side] += [seconds] if turn >= _WARM else []
            nodes, links = driver.execute_query(_SIZES).records[0]
            sizes[side] = nodes, links
    _print(source.counts(), took, sizes)


def _empty(driver: neo4j.Driver) -> None:
    with driver.session() as session:
        session.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 2000 ROWS").consume()


def _opened(server: Server) -> Store:
    settings = Settings(neo4j_uri=server.uri, neo4j_password=server.password)
    return served.connect(settings, embedding_model=_MODEL, dim=_DIM)


def _copied(source: Store, server: Server, *, singly: bool = False) -> float:
    """Seconds of a copy; the target's fingerprint must be the source's."""
    target = _opened(server)
    records = source.documents() if singly else []
    start = time.perf_counter()
    for record in records:
        target.write(source.contribution(record.id))
    if not singly:
        copy_documents(source, target)
    seconds = time.perf_counter() - start
    same_fingerprint(source, target)
    target.close()
    return seconds


def _again(source: Store, server: Server, driver: neo4j.Driver) -> None:
    """Write every document again as it is; the server's last transaction that wrote must stay the same."""
    target = _opened(server)
    contributions = [source.contribution(record.id) for record in source.documents()]
    before, start = _last_written(driver), time.perf_counter()
    for contribution in contributions:
        target.write(contribution)
    seconds = time.perf_counter() - start
    print(f"\nwritten again unchanged: {len(contributions)} documents in {seconds:.2f} s, "
          f"{'nothing' if _last_written(driver) == before else 'something'} was written")  # fmt: skip
    target.close()


def _last_written(driver: neo4j.Driver) -> frozenset[str]:
    """The mark of the last transaction that wrote something; a read leaves it as it is."""
    with driver.session() as session:
        session.run("RETURN 1").consume()
        return session.last_bookmarks().raw_values


def _print(counts: Counts, took: Mapping[str, Sequence[float]], sizes: Mapping[str, tuple[int, int]]) -> None:
    print(f"{counts}\n\n| | median s | min-max | relations/s | nodes | relationships | relationships/s | time / ours |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    medians = {side: statistics.median(seconds) for side, seconds in took.items()}
    for side, median in medians.items():
        (nodes, links), seconds = sizes[side], took[side]
        shown = f"{min(seconds):.2f}-{max(seconds):.2f} | {counts.relations / median:.0f} | {nodes} | {links}"
        print(f"| {side} | {median:.2f} | {shown} | {links / median:.0f} | {median / medians[OURS]:.2f} |")


if __name__ == "__main__":
    main()
