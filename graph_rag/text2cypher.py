"""A question becomes a Cypher query, written by a language model and run under the same guard as anybody's query.

The model sees the names of labels and types in the graph, and no contents. A query that the server does not understand is sent
back once with what is wrong; one that would do more than read is refused, and not tried again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from pydantic import BaseModel

from graph_builder.errors import InputError, QueryRefused, QueryWrong, SettingsError
from graph_builder.llm import LanguageModel
from graph_builder.llm.answering import complete
from graph_builder.querying import ROWS, SECONDS, CypherStore, Table

PURPOSE = "cypher"
"""What these calls are called in the journal."""
_PATTERNS = 60
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """Either a question or a query with its parameters, and at most how many rows and seconds it may take."""

    question: str
    query: str
    parameters: Mapping[str, object]
    limit: int
    seconds: float


class CypherAnswer(BaseModel):
    """What the model is asked for."""

    query: str
    explanation: str


def answer_in_cypher(asked: Asked, store: object, llm: LanguageModel | None) -> Table:
    """The rows of the query, or of the one that the model makes of the question.

    Raises
    ------
    InputError, SettingsError
        Neither or both are given; there is no language model for a question, or the store does not speak Cypher.
    QueryRefused, QueryWrong, ModelError
        As `CypherStore.query` and `ask_in_cypher`.
    """
    if bool(asked.question.strip()) == bool(asked.query.strip()):
        raise InputError('give either a question or a query: hoptrace cypher "which …", or hoptrace cypher --query "MATCH …"')
    if not isinstance(store, CypherStore):
        raise SettingsError("this store does not speak Cypher: set NEO4J_URI")
    if asked.query:
        return store.query(asked.query, asked.parameters, limit=asked.limit, seconds=asked.seconds)
    if llm is None:
        raise SettingsError("a question needs a language model: set LLM_MODEL, or write the query yourself with --query")
    return ask_in_cypher(asked.question, store, llm, limit=asked.limit, seconds=asked.seconds)


def ask_in_cypher(question: str, store: CypherStore, llm: LanguageModel, *, limit: int = ROWS, seconds: float = SECONDS) -> Table:
    """The rows of the query that the model makes of the question.

    Raises
    ------
    QueryRefused, QueryWrong
        The query would do more than read; or the server did not understand it, nor the corrected one.
    ModelError
        As `complete`.
    """
    asked = f"{_graph(store)}\n\nQuestion: {question}"
    written = _written(llm, asked)
    try:
        return _rows(written, store, llm, limit, seconds)
    except QueryWrong as wrong:
        mended = _written(llm, f"{asked}\n\nThis was tried, and is wrong:\n{wrong}\nWrite it again, mended.")
        return _rows(mended, store, llm, limit, seconds)


def _rows(written: CypherAnswer, store: CypherStore, llm: LanguageModel, limit: int, seconds: float) -> Table:
    """What the query gives; an error shows the query too, since nobody has seen it yet."""
    try:
        table = store.query(written.query, {}, limit=limit, seconds=seconds)
    except (QueryRefused, QueryWrong) as error:
        raise type(error)(f"{error}. The query by {llm.name}: {written.query}") from error
    return replace(table, explanation=written.explanation)


def _written(llm: LanguageModel, prompt: str) -> CypherAnswer:
    said = complete(llm, CypherAnswer, instructions=_instructions(), prompt=prompt, purpose=PURPOSE)
    return CypherAnswer(query=said.query.strip().rstrip(";").strip(), explanation=said.explanation.strip())


@cache
def _instructions() -> str:
    return files("graph_rag").joinpath("prompts/cypher.md").read_text(encoding="utf-8")


def _graph(store: CypherStore) -> str:
    """What relates to what in this graph; the names come from documents, so each is one short line."""
    listed = [
        f"{_name(pattern.subject)} {_name(pattern.type)} {_name(pattern.object)}: {pattern.count}"
        for pattern in store.patterns(limit=_PATTERNS)
    ]
    return "\n".join(listed) or "nothing yet"


def _name(name: str) -> str:
    line = " ".join(name.split())[:_LONGEST]
    return line if line.replace("_", "").isalnum() else f"`{line.replace('`', '``')}`"
