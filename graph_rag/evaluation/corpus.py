"""The corpus of an evaluation: which documents there are, and what its hash is. Whatever can be read can be a corpus.

Gold and rankings name documents by their source: the id of a row, or the path of a file, of which the last part is enough.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import PurePath

from graph_builder.errors import InputError
from graph_builder.loading import Failure, load_paths
from graph_rag.evaluation.reading import GoldQuestion, Rankings

_EMPTY = "empty"
"""What the loader says of a row without text: counted, since real corpora hold such rows; any other failure is an error."""


@dataclass(frozen=True)
class Corpus:
    """The sources of a corpus's documents, how many rows were empty, and a hash of sources, names and texts."""

    path: str
    sources: frozenset[str]
    empty: int
    sha256: str

    def located(self, questions: Sequence[GoldQuestion], file: str) -> list[GoldQuestion]:
        """The questions with their gold as sources; ``file`` is where they are from.

        Raises
        ------
        InputError
            Gold that is not in the corpus, with the line of its question.
        """
        return [replace(q, gold=self._all(q.gold, f'{file}: line {q.line}: "gold_doc_ids"')) for q in questions]

    def ranked(self, rankings: Rankings, file: str) -> Rankings:
        """The rankings with their documents as sources; errors as `located`."""
        return {
            method: {id_: self._all(ranking, f'{file}: {method}, question "{id_}"') for id_, ranking in by_question.items()}
            for method, by_question in rankings.items()
        }

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        found = defaultdict(list)
        for source in sorted(self.sources):
            found[PurePath(source).name].append(source)
        return found

    def _all(self, ids: Iterable[str], where: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._one(id_, where) for id_ in ids))

    def _one(self, id_: str, where: str) -> str:
        if id_ in self.sources:
            return id_
        named = self._by_name.get(id_, [])
        if len(named) != 1:
            several = f"; it is the name of {', '.join(named[:3])}" if named else ""
            raise InputError(f'{where} has "{id_}", which is no document of {self.path}{several}')
        return named[0]


def read_corpus(path: str) -> Corpus:
    """Read a file of rows, or a folder, once through.

    Raises
    ------
    PathNotFound, InputError
        There is nothing, something in it can not be read, or two documents have one id.
    """
    rows, empty = [], 0
    for document in load_paths([path]):
        if not isinstance(document, Failure):
            rows.append((document.source, document.name, document.text))
        elif document.reason == _EMPTY and document.source != path:
            empty += 1
        else:
            where = path if document.source == path else f'{path}: "{document.source}"'
            raise InputError(f"{where}: {document.reason}")
    if not rows:
        raise InputError(f"{path}: no document with any text in it")
    hashed = hashlib.sha256()
    for row in sorted(rows):
        hashed.update(json.dumps(row).encode())
    return Corpus(path, frozenset(source for source, _, _ in rows), empty, hashed.hexdigest())
