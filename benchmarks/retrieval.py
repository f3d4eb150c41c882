"""Multi-hop retrieval and HyDE on public sets, in one run: `make bench-retrieval`.

Usage: python benchmarks/retrieval.py [FOLDER] [--homes DIR] [--methods a,b] [--parts a,b]. FOLDER holds musique_train100,
twowiki_train, scifact and peer_rankings. Prints Markdown tables; graphs, reports and vectors stay in DIR, so that a second run
only asks. Graphs are built with vectors that are kept between them; questions are always embedded anew, so that times are what
a user waits.
"""

import argparse
import json
import resource
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import numpy as np
from repeated import repeat

from graph_builder.embedding import Embedder
from graph_builder.model import Vectors
from graph_builder.settings import REWRITINGS, Settings
from graph_rag.evaluation.bootstrap import Resamples
from graph_rag.evaluation.in_html import in_html
from graph_rag.evaluation.in_markdown import markdown_table
from graph_rag.evaluation.report import RETRIEVAL, Report
from graph_rag.evaluation.running import DEPTH
from graph_rag.evaluation.tables import Table, gain, percent
from graph_rag.retrieval import retriever
from graph_rag.sources import Question
from hoptrace import Graph
from hoptrace.evaluating import Evaluation

METHODS = "vanilla,keyword,hybrid,graph"
PASSAGES = ("recall@2", "recall@5", "recall@10", "all_gold@5", "mrr", "ndcg@10")
PAIRED = ("recall@5", "all_gold@5", "ndcg@10")
CHAINS = ("chain_precision", "chain_recall")
MUSIQUE, TWOWIKI, SCIFACT = "musique_train100", "twowiki_train", "scifact"
WAYS = ("rules", "recorded", "both")
RELATIONS = 1_000_000
UNSEEN = "graph fast[5 folds]"
"""`graph` as it would be for a question that no one has fitted on."""


def main() -> None:
    """Run the parts that are asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", nargs="?", default="../shared/data", type=Path)
    parser.add_argument("--homes", default=".hoptrace/bench-retrieval", type=Path)
    parser.add_argument("--methods", default=METHODS)
    parser.add_argument("--parts", default=",".join(PARTS))
    arguments = parser.parse_args()
    arguments.homes.mkdir(parents=True, exist_ok=True)
    bench = Bench(arguments.folder, arguments.homes, arguments.methods.split(","))
    for part in arguments.parts.split(","):
        PARTS[part](bench)
    print(f"\npeak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB, the building of graphs in it")


@dataclass(frozen=True)
class Bench:
    """Where the data lies, where graphs are kept, and which methods are asked."""

    data: Path
    homes: Path
    methods: Sequence[str]
    made: dict[tuple[str, str], Report] = field(default_factory=dict)

    def run(self, name: str, evaluation: Evaluation, home: str) -> Report:
        """Build the graph in ``home`` if it is not there, ask, keep the report."""
        place, began = self.homes / home, time.perf_counter()
        with Graph.open(settings=Settings(home=str(place), triples=evaluation.triples)) as graph, kept(graph, self.homes):
            graph.ingest(evaluation.corpus, pack=evaluation.pack, extractor=evaluation.extractor)
        built = time.perf_counter()
        report = evaluation.run(home=str(place), settings=Settings())
        (self.homes / f"{name}.json").write_text(json.dumps(report.as_json(), indent=1), "utf-8")
        (self.homes / f"{name}.html").write_text(in_html(report), "utf-8")
        graph = report.facts["run"]["graph"]
        size = f"{graph['documents']:,} documents, {graph['entities']:,} entities, {graph['relations']:,} relations"
        print(f"\n### {name}\n\n{size}; graph {built - began:.0f} s, questions {time.perf_counter() - built:.0f} s", flush=True)
        return report

    def questions(self, set_: str) -> list[dict]:
        """The questions of a set."""
        return _rows(self.data / set_ / "questions.jsonl")

    def asked(self, set_: str, way: str = "rules") -> Report:
        """A set by one way of building, asked once; beside it rankings of the peer, and ours by rankers new to the question."""
        if (set_, way) in self.made:
            return self.made[set_, way]
        folder = self.data / set_
        peers = {"hipporag2": str(self.data / "peer_rankings" / "hipporag2_musique_train100.json")} if set_ == MUSIQUE else {}
        crossed = {f"graph {setting}": self.homes / "ranked" / f"{set_}-{setting}.json" for setting in REWRITINGS}
        peers |= {name: str(file) for name, file in crossed.items() if way == "rules" and file.exists()}
        evaluation = Evaluation(
            str(folder / "corpus.jsonl"),
            str(folder / "questions.jsonl"),
            self.methods,
            triples="" if way == "rules" else str(folder / "openie_gpt35.jsonl"),
            extractor=way,
            rankings=peers,
            answers=False,
        )
        self.made[set_, way] = self.run(f"{set_} by {way}", evaluation, f"{set_}-{way}")
        return self.made[set_, way]


def sets(bench: Bench) -> None:
    """Both multi-hop sets by rules, the peer's recorded rankings beside them."""
    for set_ in (MUSIQUE, TWOWIKI):
        report = bench.asked(set_)
        _print_methods(report, PASSAGES)
        _print_methods(report, CHAINS)
        _print_differences(report, UNSEEN if UNSEEN in report.methods else "graph")
        _print_times(report)


def building(bench: Bench) -> None:
    """One graph built in three ways: what each is worth to `graph`, and how much of the record could be aligned."""
    rows = []
    for way in WAYS:
        report = bench.asked(MUSIQUE, way)
        rows.append((way, *(percent(report.methods["graph"].means[name]) for name in PASSAGES[:4])))
        _print_differences(report)
        aligned = report.facts["run"]["recorded_triples"]
        if aligned:
            print(f"\nrecorded triples: {aligned['recorded']:,}, aligned {aligned['aligned']:,}, not: {aligned['unaligned']}")
    _print("graph on musique_train100, by how it was built", ("built by", *PASSAGES[:4]), rows)


def joint(bench: Bench) -> None:
    """The questions of each set on the passages of both sets and all abstracts of scifact, beside their own corpus."""
    corpus = bench.homes / "joint.jsonl"
    corpus.write_text("".join(_joint_rows(bench.data)), "utf-8")
    for set_ in (MUSIQUE, TWOWIKI):
        questions = bench.homes / f"joint-{set_}.jsonl"
        questions.write_text("".join(_joint_questions(bench.data, set_)), "utf-8")
        evaluation = Evaluation(str(corpus), str(questions), bench.methods, extractor="rules", answers=False)
        together = bench.run(f"{set_} on the joint corpus", evaluation, "joint-rules")
        alone = bench.asked(set_)
        resamples, rows = Resamples(len(alone.questions)), []
        for name, method in together.methods.items():
            found = [np.array([[v["recall@5"]] for v in m.values], dtype=float) for m in (method, alone.methods[name])]
            means = (percent(alone.methods[name].means["recall@5"]), percent(method.means["recall@5"]))
            rows.append((name, *means, gain(resamples.differences(*found)[0])))
        _print("recall@5", ("method", "own corpus", "joint corpus", "difference"), rows)
        _print_times(together)


def large(bench: Bench) -> None:
    """MuSiQue's questions on its graph built in both ways, and on that graph repeated to 1,000,000 relations, by turns."""
    bench.asked(MUSIQUE, "both")
    homes = [bench.homes / f"{MUSIQUE}-both", bench.homes / f"{MUSIQUE}-repeated"]
    if not (homes[1] / "graph.db").exists():
        homes[1].mkdir(parents=True)
        repeat(homes[0] / "graph.db", homes[1] / "graph.db", relations=RELATIONS)
    with ExitStack() as opened:
        graphs = [opened.enter_context(Graph.open(settings=Settings(home=str(home)))) for home in homes]
        for graph in graphs:
            graph.prepare()
            status = graph.status()
            print(f"\n{status.chunks:,} passages, {status.entities:,} entities, {status.relations:,} relations", flush=True)
        rows = []
        for method in bench.methods:
            times = np.array([[_seconds(method, row["question"], graph) for graph in graphs] for row in bench.questions(MUSIQUE)])
            for percentile in (50, 95):
                alone, together = 1000 * np.percentile(times, percentile, axis=0)
                rows.append((method, f"p{percentile}", f"{alone:.1f}", f"{together:.1f}", f"{together / alone:.2f}"))
    _print("milliseconds of retrieval", ("method", "", "own graph", "repeated", "times"), rows)


def _seconds(method: str, text: str, graph: Graph) -> float:
    """How long retrieval takes, apart from embedding the question."""
    question = Question(text, graph.embedder)
    question.prepare()
    start = time.perf_counter()
    graph.store.consistently(lambda: retriever(method)(question, graph.sources, k=DEPTH))
    return time.perf_counter() - start


def hyde(bench: Bench) -> None:
    """HyDE with each recorded model and mode against plain retrieval, on scifact's passages alone."""
    folder = bench.data / SCIFACT
    nothing = bench.homes / "nothing.jsonl"  # passages are all that these methods read
    nothing.write_text(json.dumps({"doc_id": _rows(folder / "corpus.jsonl")[0]["doc_id"]}) + "\n", "utf-8")
    evaluation = Evaluation(
        str(folder / "corpus.jsonl"),
        str(folder / "queries.jsonl"),
        ("vanilla", "hyde"),
        triples=str(nothing),
        extractor="recorded",
        pseudo_docs=str(folder / "queries.jsonl"),
    )
    report = bench.run("HyDE on scifact", evaluation, "scifact-passages")
    rows = []
    for name, method in report.methods.items():
        above = gain(report.difference(name, "vanilla", "ndcg@10"))
        rows.append((name, percent(method.means["ndcg@10"]), above, percent(method.means["recall@10"])))
    _print("nDCG@10 against vanilla", ("method", "nDCG@10", "above vanilla", "recall@10"), rows)


PARTS: dict[str, Callable[[Bench], None]] = {"sets": sets, "building": building, "joint": joint, "large": large, "hyde": hyde}


class KeptVectors:
    """An embedder that keeps in a file what it has encoded; a vector does not depend on its neighbours, so nothing changes."""

    def __init__(self, embedder: Embedder, db: sqlite3.Connection) -> None:
        self._embedder, self.name, self.dim, self._db = embedder, embedder.name, embedder.dim, db
        db.execute("CREATE TABLE IF NOT EXISTS vector (key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID")

    def encode(self, texts: Sequence[str]) -> Vectors:
        """As the embedder does."""
        keys = [sha256(f"{self.name}\0{text}".encode()).digest() for text in texts]
        held = {key: row for key in keys if (row := self._find(key))}
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in held}
        if new:
            made = [vector.tobytes() for vector in self._embedder.encode(list(new.values()))]
            held |= dict(zip(new, made, strict=True))
            with self._db:
                self._db.executemany("INSERT OR IGNORE INTO vector VALUES (?, ?)", zip(new, made, strict=True))
        return np.frombuffer(b"".join(held[key] for key in keys), np.float32).reshape(len(texts), self.dim)

    def _find(self, key: bytes) -> bytes | None:
        row = self._db.execute("SELECT value FROM vector WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None


@contextmanager
def kept(graph: Graph, folder: Path) -> Iterator[None]:
    """While it lasts, the graph embeds with the vectors that are kept in the folder."""
    with closing(sqlite3.connect(folder / "vectors.db", timeout=60)) as db:
        graph.embedder = KeptVectors(graph.embedder, db)
        yield


def _joint_rows(data: Path) -> Iterator[str]:
    for set_ in (MUSIQUE, TWOWIKI, SCIFACT):
        for row in _rows(data / set_ / "corpus.jsonl"):
            yield json.dumps(row | {"doc_id": f"{set_}/{row['doc_id']}"}) + "\n"


def _joint_questions(data: Path, set_: str) -> Iterator[str]:
    for row in _rows(data / set_ / "questions.jsonl"):
        yield json.dumps(row | {"gold_doc_ids": [f"{set_}/{id_}" for id_ in row["gold_doc_ids"]]}) + "\n"


def _rows(file: Path) -> list[dict]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]


def _print_methods(report: Report, names: Sequence[str]) -> None:
    rows = [
        (m.name, *(percent(m.means[name]) for name in names)) for m in report.methods.values() if any(map(m.means.get, names))
    ]
    _print("", ("method", *names), rows)


def _print_differences(report: Report, of: str = "graph") -> None:
    """One method against each other one."""
    others = [name for name in report.methods if name != of]
    rows = [(f"{of} − {other}", *(gain(report.difference(of, other, name)) for name in PAIRED)) for other in others]
    _print("", ("paired", *PAIRED), rows)


def _print_times(report: Report) -> None:
    rows = []
    for method in report.methods.values():
        if RETRIEVAL in method.seconds:
            spread = method.seconds[RETRIEVAL]
            rows.append((method.name, f"{1000 * spread.p50.mean:.1f}", f"{1000 * spread.p95.mean:.1f}"))
    _print("milliseconds of retrieval, without embedding the question", ("method", "p50", "p95"), rows)


def _print(title: str, header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    if rows:
        print(f"\n{title}\n\n{markdown_table(Table(title, header, tuple(rows)))}".replace("\n\n\n", "\n"), flush=True)


if __name__ == "__main__":
    main()
