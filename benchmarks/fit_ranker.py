"""Fit the weights of graph retrieval's ranker, and say what to expect of them: `make fit-ranker`.

Usage: python benchmarks/fit_ranker.py --homes FOLDER [--settings fast,exact] [--rankings FOLDER] [--write | --ablate] SET …

A SET is a folder with corpus.jsonl and questions.jsonl ({question, gold_doc_ids}). Its graph is built by rules, in FOLDER, and
kept there. Recall is that of questions which the weights were not fitted on: five folds by question within a set, the other sets
wholly beside them; and from one set to another. ``--rankings`` keeps these rankings, for `hoptrace evaluate
--rankings`; ``--write`` fits on all and writes `graph_rag/ranker.json`; ``--ablate`` instead fits without each part in turn.
"""

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import numpy as np

from graph_builder.embedding import Embedder
from graph_builder.model import Vectors
from graph_builder.settings import Settings
from graph_rag.evaluation.reading import GoldQuestion, read_questions
from graph_rag.features import Features, scaled
from graph_rag.ranking import PASSES, Ranker, Ranking
from graph_rag.retrieval.graph import survey
from graph_rag.sources import Question, Sources
from hoptrace import Graph

RANKER = Path(__file__).resolve().parent.parent / "graph_rag/ranker.json"
FOLDS = 5
_RIDGE = 150.0
"""Of 6, 20, 60 and 150 the one under which wanted passages are likeliest, most of all in the set that was not fitted on."""
_STEPS = 30
_ENOUGH = 1e-3
_ALL = 1_000
_PARTS: dict[str, tuple[str, ...]] = {
    "rewriting": ("bridge", "bridge told", "rewritten", "rewritten sentence", "gain", "sentence gain", "best of"),
    "statements": ("sentence", "bridge told", "rewritten sentence", "sentence gain", "best of"),
    "walk": ("mass", "entity mass", "mass rank"),
    "passages": ("dense", "words", "dense rank", "words rank", "rewritten", "gain"),
    "titles": ("title named", "title asked", "onward link", "back link"),
}
"""What graph retrieval is made of, by the features of each part, beside those "…, weighed" and "encoded …" of the same name."""


class Remembering:
    """An embedder that encodes each text once: the folds rewrite the same questions."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder, self.name, self.dim = embedder, embedder.name, embedder.dim
        self._known: dict[str, Vectors] = {}

    def encode(self, texts: Sequence[str]) -> Vectors:
        """As the embedder does."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known |= dict(zip(new, self._embedder.encode(new), strict=True))
        return np.stack([self._known[text] for text in texts])


@dataclass
class Case:
    """A question of a set while it is ranked."""

    ranking: Ranking
    wanted: np.ndarray
    """1 for the first passage of each wanted document, NaN for its others, which say nothing, 0 for all else."""

    documents: list[str]
    question: GoldQuestion

    @cached_property
    def first(self) -> Features:
        """The features before any pass: those that no ranker has a say in."""
        self.ranking.restart()
        return self.ranking.measure(exact=PASSES == 1)[0]

    def features(self, rankers: Sequence[Ranker]) -> Features:
        """The features after the passes of these rankers."""
        found = self.first
        for number, ranker in enumerate(rankers, 1):
            self.ranking.lead(ranker.scores(found))
            found, _ = self.ranking.measure(exact=number == PASSES - 1)
        return found

    def scores(self, rankers: Sequence[Ranker]) -> np.ndarray:
        """The scores of the pool by the last ranker, after the passes of those before it."""
        return rankers[-1].scores(self.features(rankers[:-1]))

    def ranked(self, scores: np.ndarray) -> list[str]:
        """The documents, best first."""
        return list(dict.fromkeys(self.documents[i] for i in np.argsort(-scores, kind="stable")))

    def recall(self, scores: np.ndarray, *, k: int) -> float:
        """The share of wanted documents among the first k ranked."""
        gold = set(self.question.gold)
        return len(gold & set(self.ranked(scores)[:k])) / len(gold)


def main() -> None:
    """Fit and tell for each setting."""
    given = _arguments()
    with ExitStack() as opened:
        graphs = {}
        for folder in given.sets:
            home = str(given.homes / f"{folder.name}-rules")
            graphs[folder] = opened.enter_context(Graph.open(settings=Settings(home=home)))
            graphs[folder].ingest([str(folder / "corpus.jsonl")], extractor="rules")
        settings = given.settings.split(",")
        if given.ablate:
            return _ablate(settings[0], graphs)
        rankers = {setting: _fit(setting, graphs, given.rankings) for setting in settings}
    if given.write:
        _write(rankers, [folder.name for folder in given.sets])


def _fit(setting: str, graphs: dict[Path, Graph], kept: Path | None) -> list[dict[str, object]]:
    """Tell what to expect of a setting, and fit it on all sets."""
    sets = {folder.name: list(_cases(folder, graph, setting)) for folder, graph in graphs.items()}
    for name, cases in sets.items():
        others = [case for other, held in sets.items() if other != name for case in held]
        found = {f"{FOLDS} folds": _crossed(cases, others)}
        if others:
            rankers = fitted(others, [])
            found["fitted elsewhere"] = [case.scores(rankers) for case in cases]
        for how, scores in found.items():
            _tell(f"{setting}, {name}, {how}", cases, scores)
        if kept:
            _keep(kept / f"{name}-{setting}.json", cases, found)
    rankers = fitted([case for held in sets.values() for case in held], [])
    return [{"weights": {k: round(v, 4) for k, v in r.weights.items()}, "constant": round(r.constant, 4)} for r in rankers]


def _ablate(setting: str, graphs: dict[Path, Graph]) -> None:
    """Tell what is lost without each part: its features are left out of the fit; the pool and what leads first stay."""
    sets = {folder.name: list(_cases(folder, graph, setting)) for folder, graph in graphs.items()}
    for part, features in {"nothing": (), **_PARTS}.items():
        for name, cases in sets.items():
            others = [case for other, held in sets.items() if other != name for case in held]
            _tell(f"{setting}, {name}, without {part}", cases, _crossed(cases, others, features))


def _keep(file: Path, cases: Sequence[Case], found: dict[str, list[np.ndarray]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    rankings = {
        how: {case.question.id: case.ranked(s) for case, s in zip(cases, scores, strict=True)} for how, scores in found.items()
    }
    file.write_text(json.dumps(rankings), "utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", type=Path, nargs="+")
    parser.add_argument("--homes", type=Path, required=True)
    parser.add_argument("--settings", default="fast,exact")
    parser.add_argument("--rankings", type=Path)
    parser.add_argument("--ablate", action="store_true")
    parser.add_argument("--write", action="store_true")
    return parser.parse_args()


def _cases(folder: Path, graph: Graph, setting: str) -> Iterator[Case]:
    sources = replace(graph.sources, rewriting=setting, embedder=Remembering(graph.embedder))
    source_of = {document.id: document.source for document in sources.store.documents()}
    start = time.perf_counter()
    for question in read_questions(folder / "questions.jsonl"):
        yield _case(question, sources, source_of)
    print(f"{folder.name}: {time.perf_counter() - start:.1f} s to read around the questions", flush=True)


def _case(question: GoldQuestion, sources: Sources, source_of: dict[str, str]) -> Case:
    ranking = survey(Question(question.text, sources.embedder), sources, {}).ranking
    if ranking is None:
        raise SystemExit("the graph is empty")
    ids = [place.chunk_id for place in ranking.pool.places]
    chunks = sources.store.fetch_chunks(ids)
    documents = [source_of[chunks[id_].document_id] for id_ in ids]
    wanted = np.array([float(document in question.gold) for document in documents])
    wanted[[at for at, document in enumerate(documents) if wanted[at] and document in documents[:at]]] = np.nan
    return Case(ranking, wanted, documents, question)


def fitted(cases: Sequence[Case], others: Sequence[Case], without: Sequence[str] = ()) -> list[Ranker]:
    """A ranker for each pass: each is fitted with those passages leading that the one before puts first."""
    rankers: list[Ranker] = []
    for _ in range(PASSES):
        rankers.append(_fitted_to([(case.features(rankers), case.wanted) for case in (*cases, *others)], without))
    return rankers


def _fitted_to(data: Sequence[tuple[Features, np.ndarray]], without: Sequence[str]) -> Ranker:
    """Weights by which each wanted passage wins against all that are not wanted, with a ridge, by Newton's method.

    That is a softmax over the wanted one and the others of its question (ListNet, Cao et al. 2007, top one): questions with
    easy and hard pools count alike, as they do not where each passage is a case of its own.
    """
    names = [name for name in data[0][0] if name.removeprefix("encoded ").removesuffix(", weighed") not in without]
    columns = [(scaled({name: features[name] for name in names}).astype(float), wanted) for features, wanted in data]
    pools = [(rows[~np.isnan(wanted)], wanted[~np.isnan(wanted)] > 0) for rows, wanted in columns]
    choices = [np.vstack([pool[at], pool[~wanted]]) for pool, wanted in pools for at in np.flatnonzero(wanted)]
    weights, step = np.zeros(len(names)), np.ones(len(names))
    for _ in range(_STEPS):
        gain, gradient, hessian = _likelihood(weights, choices)
        step = np.linalg.solve(hessian, gradient)
        while _likelihood(weights + step, choices)[0] < gain and np.abs(step).max() > _ENOUGH:
            step = step / 2
        weights = weights + step
        if np.abs(step).max() < _ENOUGH:
            break
    return Ranker(dict(zip(names, map(float, weights), strict=True)), _constant(pools, weights))


def _likelihood(weights: np.ndarray, choices: Sequence[np.ndarray]) -> tuple[float, np.ndarray, np.ndarray]:
    """The logarithm of the chance that the first of each choice is chosen, less the ridge; its gradient; minus its Hessian."""
    gain, gradient, hessian = -_RIDGE / 2 * float(weights @ weights), -_RIDGE * weights, _RIDGE * np.eye(len(weights))
    for choice in choices:
        scores = choice @ weights
        chance = np.exp(scores - scores.max())
        chance /= chance.sum()
        mean = chance @ choice
        gain += float(np.log(chance[0]))
        gradient = gradient + choice[0] - mean
        hessian = hessian + (choice * chance[:, None]).T @ choice - np.outer(mean, mean)
    return gain, gradient, hessian


def _constant(pools: Sequence[tuple[np.ndarray, np.ndarray]], weights: np.ndarray) -> float:
    """What is added to all scores so that, as log-odds, they promise as many passages as are wanted."""
    scores, wanted = np.concatenate([pool @ weights for pool, _ in pools]), sum(int(each.sum()) for _, each in pools)
    low, high = -30.0, 30.0
    while high - low > _ENOUGH:
        middle = (low + high) / 2
        promised = (1 / (1 + np.exp(-(scores + middle)))).sum()
        low, high = (middle, high) if promised < wanted else (low, middle)
    return low


def _crossed(cases: Sequence[Case], others: Sequence[Case], without: Sequence[str] = ()) -> list[np.ndarray]:
    """The scores of each question by rankers that have not seen it."""
    scores: list[np.ndarray] = [np.zeros(0)] * len(cases)
    for fold in np.array_split(np.random.default_rng(0).permutation(len(cases)), FOLDS):
        unseen = set(map(int, fold))
        rankers = fitted([case for n, case in enumerate(cases) if n not in unseen], others, without)
        for n in unseen:
            scores[n] = cases[n].scores(rankers)
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


def _write(rankers: dict[str, list[dict[str, object]]], sets: Sequence[str]) -> None:
    told = {
        "fitted_on": sets,
        "fitted_with": "python benchmarks/fit_ranker.py --homes FOLDER --write SET …",
        "date": datetime.now(UTC).date().isoformat(),
        "rankers": rankers,
    }
    RANKER.write_text(json.dumps(told, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
