"""Ingest FDA labels, check every quote, ingest again, and look for chains: `make bench-fda`.

Usage: python benchmarks/fda.py [FOLDER] [--home DIR]. Prints one table; writes nothing but the graph in a temporary folder.
The pairs were chosen before the first run.
"""

import argparse
import resource
import tempfile
import time

from graph_builder.ingest import UNCHANGED
from graph_rag.verification import Checker
from hoptrace import Graph

PAIRS = [
    ("clopidogrel", "omeprazole"),
    ("simvastatin", "clarithromycin"),
    ("warfarin", "fluconazole"),
    ("digoxin", "amiodarone"),
    ("theophylline", "ciprofloxacin"),
    ("metoprolol", "paroxetine"),
    ("midazolam", "ketoconazole"),
    ("cyclosporine", "rifampin"),
]


def main() -> None:
    """Run it and print it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", nargs="?", default="../shared/data/fda_labels/text")
    parser.add_argument("--home", default="")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, Graph.open(arguments.home or scratch) as graph:
        _ingest(graph, arguments.folder)
        _check(graph)
        _chains(graph)


def _ingest(graph: Graph, folder: str) -> None:
    graph.embedder.encode(["warm"])
    report = graph.ingest(folder)
    seconds = report.seconds
    other = seconds["total"] - seconds["embed"]
    rate = len(report.documents) / seconds["total"]
    print(f"documents            {len(report.documents)} ({report.failed} failed), {rate:.2f} a second")
    print(f"graph                {report.counts}")
    print(f"seconds              {seconds}")
    print(f"all but embedding    {other:.1f} s = {100 * other / seconds['total']:.1f} % of ingest, the spaCy pipeline in it")
    start = time.perf_counter()
    again = graph.ingest(folder)
    share = (time.perf_counter() - start) / seconds["total"]
    unchanged = sum(d.status == UNCHANGED for d in again.documents)
    print(f"ingested again       {unchanged} unchanged, {100 * share:.2f} % of the first time")
    print(f"peak memory          {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _check(graph: Graph) -> None:
    """Every evidence of the graph against its document's text."""
    store, checker = graph.store, Checker(graph.store)
    ids = [row[1] for row in store.rows() if row[0] == "evidence"]
    evidence = store.fetch_evidence(ids)
    spelt = store.fetch_aliases(sorted({i for e in evidence.values() for i in (e.subject, e.object)}))
    good = sum(checker.proves(e, spelt[e.subject], spelt[e.object]) for e in evidence.values())
    print(f"quotes that check    {good} of {len(ids)} = {100 * good / max(1, len(ids)):.2f} %")


def _chains(graph: Graph) -> None:
    hops = verified = 0
    for source, target in PAIRS:
        start = time.perf_counter()
        connection = graph.connect(source, target, k=3)
        took = 1000 * (time.perf_counter() - start)
        print(f"\n{source} - {target}: {len(connection.chains)} chains, {took:.0f} ms {connection.missing}")
        for chain in connection.chains:
            hops += len(chain.hops)
            verified += sum(hop.verified for hop in chain.hops)
            print(f"  {chain.score:.2f} " + " | ".join(f"{h.subject} {h.reads} {h.object}" for h in chain.hops))
            for hop in chain.hops:
                print(f"       {hop.document.rsplit('/', 1)[-1]}:{hop.start}-{hop.end} {' '.join(hop.quote.split())[:150]}")
    print(f"\nhops shown           {hops}, verified {verified}")


if __name__ == "__main__":
    main()
