"""Files of an evaluation: questions with gold, recorded hypothetical documents, recorded rankings.

Whatever is wrong with a file is said in one line that names the file, the line and what is expected there.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graph_builder.errors import InputError, PathNotFound
from graph_rag.asking import LONGEST_QUESTION

ALL = "all"
"""The key of recorded hypothetical documents that stands for every key, each as a method of its own."""

_TRIPLE = 3

Triple = tuple[str, str, str]
Rankings = dict[str, dict[str, tuple[str, ...]]]
"""For each method the ids of documents, best first, by question id."""


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question and what is right: the documents that it needs, the answers that count, the triples of its chain.

    ``line`` is where it stands in its file; ``answerable`` says whether there is an answer at all.
    """

    id: str
    text: str
    gold: tuple[str, ...]
    answers: tuple[str, ...] = ()
    triples: tuple[Triple, ...] = ()
    answerable: bool = True
    line: int = 0


@dataclass(frozen=True)
class Hypotheses:
    """Recorded hypothetical documents: by key of the record, then by id or text of the question. An unkeyed record has ""."""

    file: str
    texts: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    def chosen(self, key: str) -> list[str]:
        """The keys that a name stands for: itself, or all.

        Raises
        ------
        InputError
            There is no such key.
        """
        keys = list(self.texts)
        if key in keys:
            return [key]
        if key == ALL:
            return keys
        raise InputError(f'{self.file}: has no key "{key}"; name one of these, or {ALL}: {", ".join(keys)}')

    def of(self, key: str, questions: Sequence[GoldQuestion]) -> dict[str, tuple[str, ...]]:
        """The documents of a key by the question's text. A blank one is as good as none; a question without a record is an error.

        Raises
        ------
        InputError
            A question that the file does not know.
        """
        found = self.texts[key]
        texts: dict[str, tuple[str, ...]] = {}
        for question in questions:
            known = next((name for name in (question.text, question.id) if name in found), None)
            if known is None:
                raise InputError(f'{self.file}: nothing is recorded for question "{question.id}" ({question.text[:60]})')
            texts[question.text] = tuple(text for text in found[known] if text.strip())
        return texts


def rows(path: str | Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a JSONL file with their line numbers, from 1; blank lines are passed over.

    Raises
    ------
    PathNotFound, InputError
        There is no such file; a line is no JSON object.
    """
    for number, line in enumerate(_text(path).split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InputError(f"{path}: line {number}: not JSON ({error})") from error
        if not isinstance(row, dict):
            raise InputError(f"{path}: line {number}: not a JSON object, one of which is expected on each line")
        yield number, row


def read_questions(path: str | Path, *, limit: int = 0) -> list[GoldQuestion]:
    """The questions of a JSONL file, the first ``limit`` of them where that is above 0.

    A row is {"question" (or "query"), "gold_doc_ids", and optionally "id", "answer", "aliases", "gold_triples", "answerable"}. A
    question without an id is known by its line. One is answerable unless it says otherwise, or has neither gold nor answer.

    Raises
    ------
    PathNotFound, InputError
        The file is not there, holds no question, or a row is not as above.
    """
    found: dict[str, GoldQuestion] = {}
    for number, row in rows(path):
        question = _Row(f"{path}: line {number}", row).question(number)
        if question.id in found:
            raise InputError(f'{path}: line {number}: the id "{question.id}" is that of line {found[question.id].line} too')
        found[question.id] = question
        if len(found) == limit:
            break
    if not found:
        raise InputError(f'{path}: no question in it; a line is {{"question": …, "gold_doc_ids": […]}}')
    return list(found.values())


def read_hypotheses(path: str | Path) -> Hypotheses:
    """Recorded hypothetical documents, a question a line: {"id" or "question" or "query", "texts" or "recorded_pseudo_doc"}.

    Raises
    ------
    PathNotFound, InputError
        The file is not there, or a row is not as above.
    """
    texts: dict[str, dict[str, tuple[str, ...]]] = {}
    for number, row in rows(path):
        read = _Row(f"{path}: line {number}", row)
        names = [name for name in (_plain(row.get(key)) for key in ("id", "question", "query")) if name]
        if not names:
            read.fail('no "id", "question" or "query"')
        for key, said in read.hypotheses().items():
            texts.setdefault(key, {}).update((" ".join(name.split()), said) for name in names)
    if not texts:
        raise InputError(f'{path}: no hypothetical document in it; a line is {{"id": …, "texts": […]}}')
    return Hypotheses(str(path), texts)


def read_rankings(name: str, path: str | Path, questions: Sequence[GoldQuestion]) -> Rankings:
    """Rankings made elsewhere, as methods to compare with: {question id: [document ids]}, or several of these, each under a name.

    Of several each is called ``name[inner]``.

    Raises
    ------
    PathNotFound, InputError
        The file is not there, is not as above, or lacks a question.
    """
    try:
        said = json.loads(_text(path))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not JSON ({error})") from error
    if not isinstance(said, dict) or not said:
        raise InputError(f"{path}: not an object of rankings by question id")
    nested = all(isinstance(value, dict) for value in said.values())
    several = {f"{name}[{inner}]": value for inner, value in said.items()} if nested else {name: said}
    return {method: {q.id: _ranking(path, method, ranked, q.id) for q in questions} for method, ranked in several.items()}


def _ranking(path: str | Path, method: str, ranked: Mapping[str, object], id_: str) -> tuple[str, ...]:
    found = ranked.get(id_)
    if not isinstance(found, list):
        raise InputError(f'{path}: {method} has no list of document ids for question "{id_}"')
    ids = [_plain(document) for document in found]
    if not all(ids):
        raise InputError(f'{path}: {method}, question "{id_}": a document id is neither text nor a number')
    return tuple(dict.fromkeys(ids))


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a file with the place that messages name."""

    where: str
    row: Mapping[str, Any]

    def fail(self, what: str) -> None:
        raise InputError(f"{self.where}: {what}")

    def question(self, number: int) -> GoldQuestion:
        text = self.row.get("question", self.row.get("query"))
        if not isinstance(text, str) or not text.strip():
            self.fail(f'no "question"; there are: {", ".join(self.row) or "none"}')
        text = " ".join(str(text).split())
        if len(text) > LONGEST_QUESTION:
            self.fail(f"the question has {len(text)} characters; at most {LONGEST_QUESTION} are read")
        if "gold_doc_ids" not in self.row:
            self.fail('no "gold_doc_ids"; give the ids of the documents that the question needs, or [] where it has no answer')
        gold = tuple(dict.fromkeys(self._texts("gold_doc_ids")))
        answers = tuple(answer for answer in (self._plain("answer"), *self._texts("aliases")) if answer)
        answerable = self.row.get("answerable", bool(gold or answers))
        if not isinstance(answerable, bool):
            self.fail('"answerable" is neither true nor false')
        return GoldQuestion(self._plain("id") or str(number), text, gold, answers, self._triples(), answerable, number)

    def hypotheses(self) -> dict[str, tuple[str, ...]]:
        said = self.row.get("recorded_pseudo_doc", self.row.get("texts"))
        if not isinstance(said, dict):
            said = {"": said}
        found = {}
        for key, texts in said.items():
            listed = [texts] if isinstance(texts, str) else texts
            if not isinstance(listed, list) or not all(isinstance(text, str) for text in listed):
                self.fail(f'no texts under "{key or "texts"}"; give "texts": […], or "recorded_pseudo_doc": {{key: text}}')
            found[str(key)] = tuple(listed)
        return found

    def _triples(self) -> tuple[Triple, ...]:
        listed = self._list("gold_triples")
        parts = [[_plain(part) for part in triple] if isinstance(triple, list) else [] for triple in listed]
        wrong = next((n for n, triple in enumerate(parts, 1) if len(triple) != _TRIPLE or not all(triple)), None)
        if wrong:
            self.fail(f'triple {wrong} of "gold_triples" is not of three texts')
        return tuple((subject, predicate, object_) for subject, predicate, object_ in parts)

    def _plain(self, key: str) -> str:
        value = self.row.get(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, str | int | float)):
            self.fail(f'"{key}" is neither text nor a number')
        return _plain(value)

    def _texts(self, key: str) -> list[str]:
        listed = self._list(key)
        if not all(_plain(value) for value in listed):
            self.fail(f'"{key}" is not a list of texts or numbers')
        return [_plain(value) for value in listed]

    def _list(self, key: str) -> list[Any]:
        listed = self.row.get(key)
        if listed is not None and not isinstance(listed, list):
            self.fail(f'"{key}" is not a list')
        return listed or []


def _plain(value: object) -> str:
    """A text or a number as text; anything else is empty."""
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _text(path: str | Path) -> str:
    try:
        return Path(path).expanduser().read_text("utf-8-sig")
    except FileNotFoundError as error:
        raise PathNotFound(f"{path}: no such file") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 (byte {error.start})") from error
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or type(error).__name__}") from error
