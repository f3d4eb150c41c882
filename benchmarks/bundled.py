"""The bundled questions by every method: passages, chains, abstention, milliseconds: `make bench`.

Usage: python benchmarks/bundled.py. Prints one table a measure; intervals are 95 % bootstrap over questions, seed 0.
"""

import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from graph_builder.names import normalise
from graph_builder.packs import load_pack
from graph_rag.model import Answer
from hoptrace import Graph, demo_corpus

K = 5
_EMBEDDING = {"embed question", "embed hypotheses"}


def main() -> None:
    """Build, ask, print."""
    questions = [json.loads(line) for line in (demo_corpus() / "questions.jsonl").read_text("utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as home, Graph.open(home) as graph:
        start = time.perf_counter()
        report = graph.ingest(str(demo_corpus() / "documents"))
        print(f"built in {time.perf_counter() - start:.1f} s: {report.counts}")
        for method in graph.methods:
            graph.ask(questions[0]["question"], method=method)
            answers = [graph.ask(q["question"], method=method) for q in questions]
            _print(method, questions, answers)


def _print(method: str, questions: Sequence[dict], answers: Sequence[Answer]) -> None:
    asked = [(q, a) for q, a in zip(questions, answers, strict=True) if q["answerable"]]
    recall = [_recall(q, a) for q, a in asked]
    chains = [_chain_recall(q, a) for q, a in asked]
    refused = [a.abstained for q, a in zip(questions, answers, strict=True) if not q["answerable"]]
    wrongly = [a.abstained for _, a in asked]
    milliseconds = [1000 * sum(s for step, s in a.seconds.items() if step not in _EMBEDDING) for a in answers]
    shown = [hop.verified for a in answers for chain in a.chains for hop in chain.hops]
    cited = [c.verified for a in answers for s in a.statements for c in s.citations]
    print(f"\n{method}")
    print(f"  recall@{K} of gold documents  {_interval(recall)}")
    print(f"  gold triples in top chains  {_interval(chains)}")
    print(f"  abstains                    {_mean(refused)} of unanswerable, {_mean(wrongly)} of answerable")
    print(f"  milliseconds but embedding  p50 {np.percentile(milliseconds, 50):.1f}, p95 {np.percentile(milliseconds, 95):.1f}")
    print(f"  verified                    {sum(shown)} of {len(shown)} hops, {sum(cited)} of {len(cited)} citations")


def _recall(question: dict, answer: Answer) -> float:
    documents = list(dict.fromkeys(Path(p.document).name for p in answer.passages))[:K]
    gold = set(question["gold_doc_ids"])
    return len(gold & set(documents)) / len(gold)


def _chain_recall(question: dict, answer: Answer) -> float:
    said = {(_name(h.subject), h.predicate, _name(h.object)) for chain in answer.chains for h in chain.hops}
    gold = [(_name(s), p, _name(o)) for s, p, o in question["gold_triples"]]
    return sum(triple in said for triple in gold) / max(1, len(gold))


def _name(name: str) -> str:
    """The name under which a gold name and the graph's are one: the pack's canonical one, normalised."""
    known = load_pack("drug_interactions").lexicon.canonical(name)
    return normalise(known[1] if known else name)


def _mean(values: Sequence[bool]) -> str:
    return f"{sum(values)} of {len(values)}"


def _interval(values: Sequence[float]) -> str:
    samples = np.random.default_rng(0).choice(values, (2000, len(values))).mean(axis=1)
    low, high = np.percentile(samples, [2.5, 97.5])
    return f"{100 * np.mean(values):.1f} [{100 * low:.1f}, {100 * high:.1f}]"


if __name__ == "__main__":
    main()
