"""A question becomes an answer: retrieve → answer → verify. And one question becomes several answers side by side."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import combinations

from graph_builder.errors import InputError
from graph_builder.llm import Usage
from graph_rag.composing import Composed, compose
from graph_rag.model import Answer, Citation, Comparison, Overlap, Retrieval, Statement
from graph_rag.retrieval import Retriever, retriever
from graph_rag.sources import Question, Sources, timed
from graph_rag.verification import Checker
from graph_rag.writing import write

LONGEST_QUESTION = 4000
MOST_PASSAGES = 10_000


def ask(question: str, sources: Sources, *, method: str, k: int) -> Answer:
    """Answer a question by one method, with k passages.

    Raises
    ------
    InputError
        The question is empty or longer than `LONGEST_QUESTION` characters, or k is not from 1 to `MOST_PASSAGES`.
    UnknownName
        There is no such method.
    """
    return _by(method, retriever(method), _asked(question, sources, k), sources, k)


def compare(question: str, sources: Sources, *, methods: Sequence[str], k: int) -> Comparison:
    """Answer a question by several methods at once; the question is embedded once, before they start.

    Raises
    ------
    InputError, UnknownName
        As `ask`; or no method is named.
    """
    if not methods:
        raise InputError("no method to compare: name some, such as --methods graph,hyde,vanilla")
    retrievers = {method: retriever(method) for method in methods}
    asked = _asked(question, sources, k)
    asked.prepare()
    with ThreadPoolExecutor(max_workers=len(retrievers)) as pool:
        answers = tuple(pool.map(lambda method: _by(method, retrievers[method], asked, sources, k), retrievers))
    return Comparison(question, answers, tuple(_overlap(a, b) for a, b in combinations(answers, 2)))


def _by(method: str, retrieve: Retriever, question: Question, sources: Sources, k: int) -> Answer:
    """One method's answer, of one state of the graph, with a count of its own of what it asks a language model.

    That state is held while a language model writes, which may take minutes: writers do not wait for it.
    """
    own = replace(sources, llm=sources.llm.metered()) if sources.llm else sources
    return sources.store.consistently(lambda: _answer(question, own, method, retrieve(question, own, k=k)))


def _asked(question: str, sources: Sources, k: int) -> Question:
    text = " ".join(question.split())
    if not text:
        raise InputError("the question is empty")
    if len(text) > LONGEST_QUESTION:
        raise InputError(f"the question has {len(text)} characters; at most {LONGEST_QUESTION} are read")
    if k < 1:
        raise InputError(f"k is {k}; at least 1 passage is needed")
    if k > MOST_PASSAGES:
        raise InputError(f"k is {k}; at most {MOST_PASSAGES} passages are given")
    return Question(text, sources.embedder)


def _answer(question: Question, sources: Sources, method: str, retrieval: Retrieval) -> Answer:
    seconds = dict(retrieval.seconds)
    with timed(seconds, "answer"):
        if sources.llm is None:
            composed = compose(question, sources, retrieval)
        else:
            composed = write(question, sources, sources.llm, retrieval)
    with timed(seconds, "verify"):
        statements = _checked(composed, sources)
    abstained = not statements
    answer = Answer(
        method=method,
        question=question.text,
        answer=composed.text if len(statements) == len(composed.statements) else " ".join(s.text for s in statements),
        abstained=abstained,
        missing=(composed.missing or "no passage states anything near the question") if abstained else "",
        statements=statements,
        chains=tuple(retrieval.chains),
        passages=tuple(retrieval.passages),
        seconds={step: round(s, 6) for step, s in seconds.items()},
        usage=sources.llm.usage if sources.llm else Usage(),
        linked=tuple(retrieval.linked),
        hypotheses=tuple(retrieval.hypotheses),
        hypotheses_by=retrieval.hypotheses_by,
    )
    return replace(answer, written_by=sources.llm.name) if sources.llm else answer


def _checked(composed: Composed, sources: Sources) -> tuple[Statement, ...]:
    """The statements with those citations that stand in the source; a statement without one is not shown."""
    cited = [c for s in composed.statements for c in s.citations]
    chunks = sources.store.fetch_chunks(sorted({c.chunk for c in cited}))
    checker = Checker(sources.store)
    checker.read(chunk.document_id for chunk in chunks.values())

    def stands(c: Citation) -> bool:
        return c.chunk in chunks and checker.stands(chunks[c.chunk].document_id, c.start, c.end, c.quote)

    kept = []
    for statement in composed.statements:
        citations = tuple(replace(c, verified=True) for c in statement.citations if stands(c))
        if citations:
            kept.append(replace(statement, citations=citations))
    return tuple(kept)


def _overlap(left: Answer, right: Answer) -> Overlap:
    a, b = {p.chunk for p in left.passages}, {p.chunk for p in right.passages}
    return Overlap(left.method, right.method, len(a & b), round(len(a & b) / len(a | b), 4) if a | b else 0.0)
