"""Fit the weights of graph retrieval's ranker, and say what to expect of them: `make fit-ranker`.

Usage: python benchmarks/fit_ranker.py --homes FOLDER [--settings fast,exact] [--write] SET [SET …].

A SET is a folder with corpus.jsonl and questions.jsonl ({question, gold_doc_ids}). Its graph is built by rules, in FOLDER, and
kept there. Recall is that of questions which the weights were not fitted on: five folds by question within a set, the other sets
wholly (with less weight) beside them; and from one set to another. ``--write`` fits on all and writes `graph_rag/ranker.json`.
"""

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from graph_builder.settings import Settings
from graph_rag.features import Features, scaled
from graph_rag.ranking import PASSES, Ranker, Ranking
from graph_rag.retrieval.graph import survey
from graph_rag.sources import Question, Sources
from hoptrace import Graph

RANKER = Path(__file__).resolve().parent.parent / "graph_rag/ranker.json"
FOLDS = 5
_RIDGE = 10.0
_OTHERS = 0.3
_STEPS = 30
_ALL = 1_000


@dataclass
class Case:
    """A question of a set while it is ranked."""

    ranking: Ranking
    wanted: np.ndarray
    """Whether each pool passage's document is wanted."""

    documents: list[str]
    gold: set[str]

    def recall(self, scores: np.ndarray, *, k: int) -> float:
        """The share of wanted documents among the first k ranked."""
        ranked = list(dict.fromkeys(self.documents[i] for i in np.argsort(-scores, kind="stable")))
        return len(self.gold & set(ranked[:k])) / len(self.gold)


def main() -> None:
    """Fit and tell for each setting."""
    given = _arguments()
    with ExitStack() as opened:
        graphs = {}
        for folder in given.sets:
            graphs[folder] = opened.enter_context(Graph.open(settings=Settings(home=str(given.homes / folder.name))))
            graphs[folder].ingest([str(folder / "corpus.jsonl")], pack="open", extractor="rules")
        rankers = {setting: _fit(setting, graphs) for setting in given.settings.split(",")}
    if given.write:
        _write(rankers, [folder.name for folder in given.sets])


def _fit(setting: str, graphs: dict[Path, Graph]) -> dict[str, object]:
    """Tell what to expect of a setting, and fit it on all sets."""
    sets = {folder.name: list(_cases(folder, graph, setting)) for folder, graph in graphs.items()}
    for name, cases in sets.items():
        others = [case for other, held in sets.items() if other != name for case in held]
        _tell(f"{setting}, {name}, {FOLDS} folds", cases, _crossed(cases, others))
        if others:
            steps = fitted(others, [])
            _tell(f"{setting}, {name}, fitted elsewhere", cases, [final(case, steps) for case in cases])
    last = fitted([case for held in sets.values() for case in held], [])[-1]
    return {"weights": {k: round(v, 4) for k, v in last.weights.items()}, "constant": round(last.constant, 4)}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", type=Path, nargs="+")
    parser.add_argument("--homes", type=Path, required=True)
    parser.add_argument("--settings", default="fast,exact")
    parser.add_argument("--write", action="store_true")
    return parser.parse_args()


def _cases(folder: Path, graph: Graph, setting: str) -> Iterator[Case]:
    sources = replace(graph.sources, rewriting=setting)
    source_of = {document.id: document.source for document in sources.store.documents()}
    start = time.perf_counter()
    for line in (folder / "questions.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        yield _case(row["question"], {str(id_) for id_ in row["gold_doc_ids"]}, sources, source_of)
    print(f"{folder.name}: {time.perf_counter() - start:.1f} s to read around the questions", flush=True)


def _case(text: str, gold: set[str], sources: Sources, source_of: dict[str, str]) -> Case:
    _, _, ranking = survey(Question(text, sources.embedder), sources, {})
    if ranking is None:
        raise SystemExit("the graph is empty")
    documents = [source_of[place.chunk.document_id] for place in ranking.pool.places]
    return Case(ranking, np.array([float(d in gold) for d in documents]), documents, gold)


def fitted(cases: Sequence[Case], others: Sequence[Case]) -> list[Ranker]:
    """A ranker for each pass: each is fitted with those passages leading that the one before puts first."""
    rankers: list[Ranker] = []
    for _ in range(PASSES):
        data = [
            (measured(case, rankers), case.wanted, 1.0 if n < len(cases) else _OTHERS) for n, case in enumerate([*cases, *others])
        ]
        rankers.append(_logistic(data))
    return rankers


def measured(case: Case, rankers: Sequence[Ranker]) -> Features:
    """The features of a question after the passes of these rankers."""
    case.ranking.restart()
    features, _ = case.ranking.measure()
    for ranker in rankers:
        case.ranking.lead(ranker.scores(features))
        features, _ = case.ranking.measure()
    return features


def final(case: Case, rankers: Sequence[Ranker]) -> np.ndarray:
    """The scores of a question's pool by the last ranker, used in each pass as it will be."""
    return rankers[-1].scores(measured(case, [rankers[-1]] * (len(rankers) - 1)))


def _logistic(data: Sequence[tuple[Features, np.ndarray, float]]) -> Ranker:
    """Logistic regression with a ridge, by Newton's method."""
    names = list(data[0][0])
    x = np.concatenate([scaled(features) for features, _, _ in data]).astype(float)
    x = np.hstack([x, np.ones((len(x), 1))])
    y = np.concatenate([wanted for _, wanted, _ in data])
    w = np.concatenate([np.full(len(wanted), weight) for _, wanted, weight in data])
    ridge = np.diag([_RIDGE] * len(names) + [0.0])
    beta = np.zeros(x.shape[1])
    for _ in range(_STEPS):
        p = 1 / (1 + np.exp(-np.clip(x @ beta, -30, 30)))
        gradient = x.T @ (w * (y - p)) - ridge @ beta
        hessian = (x * (w * p * (1 - p))[:, None]).T @ x + ridge
        beta = beta + np.linalg.solve(hessian, gradient)
    return Ranker(dict(zip(names, beta[:-1], strict=True)), float(beta[-1]))


def _crossed(cases: Sequence[Case], others: Sequence[Case]) -> list[np.ndarray]:
    """The scores of each question by rankers that have not seen it."""
    scores: list[np.ndarray] = [np.zeros(0)] * len(cases)
    for fold in np.array_split(np.random.default_rng(0).permutation(len(cases)), FOLDS):
        unseen = set(map(int, fold))
        rankers = fitted([case for n, case in enumerate(cases) if n not in unseen], others)
        for n in unseen:
            scores[n] = final(cases[n], rankers)
    return scores


def _tell(what: str, cases: Sequence[Case], scores: Sequence[np.ndarray]) -> None:
    recall = {k: np.array([case.recall(s, k=k) for case, s in zip(cases, scores, strict=True)]) for k in (2, 5, 10, _ALL)}
    drawn = np.random.default_rng(0).integers(0, len(cases), (10_000, len(cases)))
    low, high = np.percentile(recall[5][drawn].mean(axis=1), [2.5, 97.5])
    said = ", ".join(f"R@{k} {100 * found.mean():.1f}" for k, found in recall.items() if k < _ALL)
    print(
        f"{what}: {said}, R@5 in [{100 * low:.1f}, {100 * high:.1f}], all-gold@5 {100 * (recall[5] == 1).mean():.0f},"
        f" in the pool {100 * recall[_ALL].mean():.1f}",
        flush=True,
    )


def _write(rankers: dict[str, object], sets: Sequence[str]) -> None:
    told = {
        "fitted_on": sets,
        "fitted_with": "python benchmarks/fit_ranker.py --homes FOLDER --write SET …",
        "date": datetime.now(UTC).date().isoformat(),
        "rankers": rankers,
    }
    RANKER.write_text(json.dumps(told, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
