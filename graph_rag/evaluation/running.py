"""Methods are asked all questions, one question at a time, as a user would ask them.

Questions are embedded before any method runs, so that no method pays for another's. A first question that is not measured, and
asks no language model, loads what a method loads once.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil

from graph_builder.embedding import Embedder
from graph_builder.errors import InputError
from graph_builder.llm import Usage
from graph_builder.model import Vectors
from graph_rag.asking import ask
from graph_rag.evaluation.reading import ALL, GoldQuestion, Hypotheses
from graph_rag.model import Answer, Chain, Passage
from graph_rag.retrieval import retriever
from graph_rag.sources import Question, Sources

DEPTH = 10
"""How many documents are ranked."""
EMBED = "embed question"
HYDE = "hyde"


@dataclass(frozen=True)
class Contender:
    """A method under the name that the report gives it, with the recorded hypothetical documents that it uses, if any."""

    name: str
    method: str
    hypotheses: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a method gave to one question: documents best first, chains, and the answer where one was asked for.

    ``confidence`` is the score of the best verified chain, else of the best passage. A recorded ranking has nothing but its
    documents.
    """

    ranking: tuple[str, ...]
    chains: tuple[Chain, ...] = ()
    answer: Answer | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)
    usage: Usage = Usage()
    confidence: float = 0.0


@dataclass(frozen=True)
class Asking:
    """How questions are asked: passages of an answer, whether there is to be one, and what is told of the progress.

    ``progress`` is called with the method's name, the number of questions done, and of all.
    """

    k: int = DEPTH
    answers: bool = True
    progress: Callable[[str, int, int], None] | None = None


def contenders(
    methods: Sequence[str], questions: Sequence[GoldQuestion], hypotheses: Hypotheses | None = None, *, key: str = ALL
) -> list[Contender]:
    """The methods as they will run: `hyde` with recorded documents once for each key that is asked for.

    Raises
    ------
    InputError, UnknownName
        No method, one twice, or one that is not there; recorded documents that can not serve, or without the method hyde.
    """
    if not methods:
        raise InputError("no method to evaluate: name some, such as --methods vanilla,hyde,graph")
    twice = next((method for method in methods if methods.count(method) > 1), None)
    if twice:
        raise InputError(f"the method {twice} is named twice")
    for method in methods:
        retriever(method)
    if hypotheses is None:
        return [Contender(method, method) for method in methods]
    if HYDE not in methods:
        raise InputError(f"{hypotheses.file} holds hypothetical documents, and hyde is not among the methods")
    keys = hypotheses.chosen(key)
    named = {k: HYDE if len(keys) == 1 else f"{HYDE}[{k}]" for k in keys}
    hydes = [Contender(named[k], HYDE, hypotheses.of(k, questions)) for k in keys]
    return [c for method in methods for c in (hydes if method == HYDE else [Contender(method, method)])]


def run(contender: Contender, questions: Sequence[GoldQuestion], sources: Sources, asking: Asking) -> list[Outcome]:
    """The outcomes of a method, by question.

    ``sources.embedder`` may be a `Remembering` one; its seconds then stand for embedding the question.
    """
    own = replace(sources, hypotheses=contender.hypotheses)
    records = own.store.documents()
    chunks = sum(record.chunks for record in records)
    passages = max(asking.k, ceil(DEPTH * chunks / max(1, len(records))))
    if questions:
        _retrieved(contender.method, questions[0].text, replace(own, llm=None), passages)
    outcomes = []
    for done, question in enumerate(questions, 1):
        outcomes.append(_outcome(contender.method, question.text, own, asking, (passages, chunks)))
        if asking.progress:
            asking.progress(contender.name, done, len(questions))
    return outcomes


class Remembering:
    """An embedder that knows some questions already, and what each took alone; all else it hands on."""

    def __init__(self, embedder: Embedder, texts: Sequence[str]) -> None:
        self._embedder = embedder
        self._known: dict[str, Vectors] = {}
        self.seconds: dict[str, float] = {}
        embedder.encode(texts[:1])  # what is loaded once
        for text in dict.fromkeys(texts):
            start = time.perf_counter()
            self._known[text] = embedder.encode([text])[0]
            self.seconds[text] = time.perf_counter() - start

    @property
    def name(self) -> str:
        """The model's name."""
        return self._embedder.name

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return self._embedder.dim

    def encode(self, texts: Sequence[str]) -> Vectors:
        """As the embedder does; one known question is not encoded again."""
        if len(texts) == 1 and texts[0] in self._known:
            known: Vectors = self._known[texts[0]][None, :]
            return known
        return self._embedder.encode(texts)


def documents_of(passages: Sequence[Passage]) -> tuple[str, ...]:
    """The documents of passages, each at the place of its first one, at most `DEPTH`."""
    return tuple(dict.fromkeys(passage.document for passage in passages))[:DEPTH]


def _outcome(method: str, text: str, sources: Sources, asking: Asking, size: tuple[int, int]) -> Outcome:
    """Ask for more passages until so many documents are ranked, or there are no more; all that it took is counted."""
    passages, chunks = size
    seconds, usage = Counter[str](), Usage()
    while True:
        found = _answered(method, text, sources, passages) if asking.answers else _retrieved(method, text, sources, passages)
        shown, outcome = found
        seconds.update(outcome.seconds)
        usage += outcome.usage
        outcome = replace(outcome, seconds=dict(seconds), usage=usage)
        if len(outcome.ranking) >= DEPTH or shown < passages or passages >= chunks:
            return outcome
        passages *= 2


def _answered(method: str, text: str, sources: Sources, k: int) -> tuple[int, Outcome]:
    answer = ask(text, sources, method=method, k=k)
    seconds = _seconds(text, answer.seconds, sources)
    confidence = _confidence(answer.chains, answer.passages)
    ranking = documents_of(answer.passages)
    return len(answer.passages), Outcome(ranking, answer.chains, answer, seconds, answer.usage, confidence)


def _retrieved(method: str, text: str, sources: Sources, k: int) -> tuple[int, Outcome]:
    own = replace(sources, llm=sources.llm.metered()) if sources.llm else sources
    question = Question(text, own.embedder)
    found = own.store.consistently(lambda: retriever(method)(question, own, k=k))
    seconds, usage = _seconds(text, found.seconds, sources), own.llm.usage if own.llm else Usage()
    confidence = _confidence(found.chains, found.passages)
    return len(found.passages), Outcome(documents_of(found.passages), tuple(found.chains), None, seconds, usage, confidence)


def _seconds(text: str, seconds: Mapping[str, float], sources: Sources) -> dict[str, float]:
    """The steps, with the time that embedding the question took when it was done."""
    if EMBED in seconds and isinstance(sources.embedder, Remembering):
        return dict(seconds) | {EMBED: sources.embedder.seconds[text]}
    return dict(seconds)


def _confidence(chains: Sequence[Chain], passages: Sequence[Passage]) -> float:
    told = [chain.score for chain in chains if chain.verified]
    return max(told) if told else max((passage.score for passage in passages), default=0.0)
