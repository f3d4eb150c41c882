"""`Evaluation`: methods against gold over a corpus, in a graph of its own. The measures are `graph_rag.evaluation`."""

import hashlib
import platform
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from typing import Any

from graph_builder.errors import InputError
from graph_builder.extraction.recorded import read_records
from graph_builder.ingest import FAILED, INGESTED, UPDATED, Progress
from graph_builder.model import digest
from graph_builder.recipe import AUTO
from graph_builder.settings import Settings
from graph_rag.evaluation.bootstrap import TIMES, Resamples
from graph_rag.evaluation.corpus import Corpus, read_corpus
from graph_rag.evaluation.reading import ALL, GoldQuestion, Rankings, read_hypotheses, read_questions, read_rankings
from graph_rag.evaluation.report import MethodReport, Report, differences, measured, recorded
from graph_rag.evaluation.running import Asking, Contender, Remembering, contenders, run
from graph_rag.evaluation.scoring import Scorer
from graph_rag.sources import timed
from hoptrace import __version__
from hoptrace.graph import LLM, RULES, Graph

METHODS = ("vanilla", "hyde", "graph")
RECORDED, BOTH = "recorded", "both"
_FOLDER = "evaluations"
_LIBRARIES = ("numpy", "torch", "transformers", "tokenizers", "spacy")


@dataclass(frozen=True)
class Evaluation:
    """What is evaluated: methods, over the questions of a file, on the documents of a corpus.

    ``triples`` is a file of recorded triples; ``extractor`` is "rules", "recorded", "both" or "llm", and empty means recorded
    where there are triples, else as `Graph.ingest`. ``pseudo_docs`` is a file of recorded hypothetical documents for hyde, and
    ``pseudo_key`` names those of one model, or all. ``rankings`` are files of rankings made elsewhere, by the name they get.
    ``limit`` takes the first questions, 0 all. Without ``answers`` nothing but passages and chains is asked for.
    """

    corpus: str
    questions: str
    methods: Sequence[str] = METHODS
    triples: str = ""
    extractor: str = ""
    pseudo_docs: str = ""
    pseudo_key: str = ALL
    rankings: Mapping[str, str] = field(default_factory=dict)
    pack: str = AUTO
    limit: int = 0
    answers: bool = True
    seed: int = 0

    def run(
        self,
        *,
        home: str = "",
        settings: Settings | None = None,
        replay: str = "",
        building: Callable[[Progress], None] | None = None,
        asking: Callable[[str, int, int], None] | None = None,
    ) -> Report:
        """Build the graph, or find it as it was built before; ask every question of every method; score.

        Parameters
        ----------
        home
            The folder of the evaluation's graph, which is always embedded; empty means one below the home of ``settings``, the
            same for the same corpus, extractor and models.
        building, asking
            Told of the progress of the ingest, and of a method's name with the questions done and all.

        Raises
        ------
        InputError
            Whatever is wrong with a file, a method or the home; found before the graph is built, but for documents that fail.
        SettingsError, StoreError, ModelError
            As `Graph.ingest` and `Graph.ask`.
        """
        inputs = self._read()
        found = settings or Settings.from_environment()
        own = replace(found, home=home or self._home(found, inputs.corpus), neo4j_uri="", triples=self.triples or found.triples)
        with Graph.open(settings=own, replay=replay or None) as graph:
            seconds = self._build(graph, inputs.corpus, building)
            with timed(seconds, "prepare"):
                graph.prepare()
            methods = self._ask(graph, inputs, asking)
            facts = {"run": self._facts(graph, inputs, own)}
        return Report(
            facts, inputs.questions, {m.name: m for m in methods}, differences(methods, self._resamples(inputs)), seconds
        )

    def _read(self) -> "_Inputs":
        """All files, read and checked before any work."""
        if self.triples and self._extractor not in (RECORDED, BOTH):
            raise InputError(f"triples are given, and the extractor {self._extractor} reads none; use {RECORDED} or {BOTH}")
        questions = read_questions(self.questions, limit=self.limit)
        hypotheses = read_hypotheses(self.pseudo_docs) if self.pseudo_docs else None
        runs = contenders(self.methods, questions, hypotheses, key=self.pseudo_key)
        corpus = read_corpus(self.corpus)
        known: Rankings = {}
        for name, file in self.rankings.items():
            known |= corpus.ranked(read_rankings(name, file, questions), file)
        twice = sorted({contender.name for contender in runs} & set(known))
        if twice:
            raise InputError(f"rankings are called {twice[0]}, as a method is; give them another name")
        if self.triples and not corpus.sources & set(read_records(Path(self.triples).expanduser())[0]):
            raise InputError(f'{self.triples}: no "doc_id" in it is one of {self.corpus}')
        return _Inputs(corpus, corpus.located(questions, self.questions), runs, known)

    @property
    def _extractor(self) -> str:
        return self.extractor or (RECORDED if self.triples else "")

    def _home(self, settings: Settings, corpus: Corpus) -> str:
        """A folder for the graph of this corpus by this extractor, so that what is built is found again."""
        triples = _sha256(self.triples) if self.triples else ""
        made = (self._extractor or (LLM if settings.llm_model else RULES), triples, self.pack, settings.llm_model)
        key = digest("evaluation", corpus.sha256, *made, settings.embedding_model, settings.spacy_model)
        return str(Path(settings.home).expanduser() / _FOLDER / key[:16])

    def _build(self, graph: Graph, corpus: Corpus, progress: Callable[[Progress], None] | None) -> dict[str, float]:
        """The seconds of each step of the ingest, and how many documents were read now."""
        strangers = sorted({record.source for record in graph.documents()} - corpus.sources)
        if strangers:
            many = "1 document that is" if len(strangers) == 1 else f"{len(strangers):,} documents that are"
            raise InputError(
                f'the home holds {many} not of {self.corpus}, such as "{strangers[0]}"; name another --home, or none'
            )
        report = graph.ingest(self.corpus, pack=self.pack, extractor=self._extractor, progress=progress)
        failed = [document for document in report.documents if document.status == FAILED and document.source in corpus.sources]
        if failed or report.stopped:
            said = report.stopped or f"{len(failed)} failed, the first, {failed[0].source}: {failed[0].reason}"
            raise InputError(f"{self.corpus}: not all documents are in the graph: {said}")
        read = sum(document.status in (INGESTED, UPDATED) for document in report.documents)
        return {"documents_read": read, **report.seconds}

    def _ask(self, graph: Graph, inputs: "_Inputs", progress: Callable[[str, int, int], None] | None) -> list[MethodReport]:
        """Every method over all questions, then the recorded rankings."""
        resamples = self._resamples(inputs)
        embedder = Remembering(graph.embedder, [question.text for question in inputs.questions])
        sources = replace(graph.sources, embedder=embedder)
        wanted = self.answers and any(question.answers or not question.answerable for question in inputs.questions)
        told = Asking(answers=wanted, progress=progress)
        methods = []
        for contender in inputs.runs:
            outcomes = run(contender, inputs.questions, sources, told)
            methods.append(measured(contender.name, inputs.questions, outcomes, Scorer(sources), resamples))
        return methods + [recorded(name, inputs.questions, known, resamples) for name, known in inputs.rankings.items()]

    def _resamples(self, inputs: "_Inputs") -> Resamples:
        return Resamples(len(inputs.questions), self.seed)

    def _facts(self, graph: Graph, inputs: "_Inputs", settings: Settings) -> dict[str, Any]:
        """What the figures were made with: all that is needed to make them again."""
        status, model = graph.status(), graph.llm
        triples = settings.triples if self._extractor in (RECORDED, BOTH) else ""
        files = {"pseudo_docs": self.pseudo_docs, "triples": triples}
        counts = {name: n for name, n in asdict(status).items() if isinstance(n, int)}
        return {
            "hoptrace": __version__,
            "versions": {"python": platform.python_version()} | {name: version(name) for name in _LIBRARIES},
            "seed": self.seed,
            "bootstrap": TIMES,
            "embedding_model": status.embedding_model,
            "spacy_model": settings.spacy_model,
            "rewriting": settings.rewriting,
            "ranker": hashlib.sha256((resources.files("graph_rag") / "ranker.json").read_bytes()).hexdigest(),
            "limit": self.limit,
            "answers": self.answers,
            "pseudo_key": self.pseudo_key if self.pseudo_docs else None,
            "llm_model": model.name if model else None,
            "corpus": {"path": self.corpus, "documents": len(inputs.corpus.sources), "empty_rows": inputs.corpus.empty}
            | {"sha256": inputs.corpus.sha256},
            "questions": {"path": self.questions, "questions": len(inputs.questions), "sha256": _sha256(self.questions)},
            "files": _hashed(files),
            "rankings": _hashed(self.rankings),
            "graph": {"extractor": self._extractor or (LLM if model else RULES), "pack": self.pack, **counts}
            | {"fingerprint": status.fingerprint},
            "recorded_triples": _aligned(graph, triples) if triples else None,
        }


@dataclass(frozen=True)
class _Inputs:
    """The files of an evaluation as they were read."""

    corpus: Corpus
    questions: Sequence[GoldQuestion]
    runs: Sequence[Contender]
    rankings: Rankings


def _aligned(graph: Graph, file: str) -> dict[str, Any]:
    """How many different triples are recorded of the graph's documents, and why how many of them are not in it."""
    records, _ = read_records(Path(file).expanduser())
    sources = {record.source for record in graph.documents()}
    recorded = sum(len(set(record.triples)) for id_, record in records.items() if id_ in sources)
    reasons = Counter(said.reason for said in graph.quarantine() if said.reason.startswith("recorded triple: "))
    return {
        "recorded": recorded,
        "aligned": recorded - reasons.total(),
        "unaligned": {reason.removeprefix("recorded triple: "): n for reason, n in sorted(reasons.items())},
        "documents_without": len(sources - set(records)),
    }


def _hashed(files: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {name: {"path": path, "sha256": _sha256(path)} for name, path in files.items() if path}


def _sha256(path: str) -> str:
    return hashlib.sha256(Path(path).expanduser().read_bytes()).hexdigest()
