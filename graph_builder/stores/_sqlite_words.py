"""BM25 over all texts of a kind: the posting lists of the terms that are asked for, which are kept until the graph changes.

FTS5's own ranking reads each text of a match anew; here a term is read once, and its texts are scored as one array.
"""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph_builder.stores import Hit
from graph_builder.stores._sqlite_transaction import IN, among
from graph_builder.terms import Corpus, query_terms, scores, telling

_KEPT = 5_000_000
"""Entries of posting lists that are kept, of 8 bytes each: 40 MB, and those that one question needs."""
_EACH = 40
"""Entries that a list takes beside its own, as an object."""

Rows = NDArray[np.int32]
Read = Callable[[str, Sequence[object]], list[tuple[Any, ...]]]


class _Postings(NamedTuple):
    """The texts that have a term, by row, and how often."""

    rows: Rows
    counts: Rows


class Words:
    """The words of all texts of a kind, at one state of the graph. Threads may share it."""

    def __init__(self, kind: str, read: Read) -> None:
        self._kind = kind
        self._read = read
        self._postings: dict[str, _Postings] = {}
        self._entries = 0
        self._lock = Lock()
        found = read(f"SELECT rowid, {_LENGTH} FROM {kind}_terms", ())
        rows, lengths = np.array(found, dtype=np.int32).reshape(-1, 2).T
        self._lengths = np.zeros(int(rows.max(initial=0)) + 1, dtype=np.int32)
        self._lengths[rows] = lengths
        self._size, self._mean = len(rows), float(lengths.mean()) if lengths.any() else 1.0

    def search(self, text: str, *, k: int) -> list[Hit]:
        """The k best, best first, equal scores by id."""
        asked = query_terms(text)
        frequency: dict[str, int] = dict(
            self._read(f"SELECT term, doc FROM {self._kind}_vocabulary WHERE term {IN}", among(asked))
        )
        corpus = Corpus(self._size, self._mean, frequency)
        postings = {term: self._of(term) for term in telling(asked, corpus) if term in frequency}
        scored = scores(postings, self._lengths, corpus)
        best = np.flatnonzero(scored)
        if len(best) > k:
            best = best[scored[best] >= np.partition(scored[best], -k)[-k]]
        ids: dict[int, str] = dict(self._read(f"SELECT row, id FROM {self._kind} WHERE row {IN}", among(best.tolist())))
        hits = [Hit(ids[row], score) for row, score in zip(best.tolist(), scored[best].tolist(), strict=True)]
        return sorted(hits, key=lambda hit: (-hit.score, hit.id))[:k]

    def _of(self, term: str) -> _Postings:
        held = self._postings.get(term)
        if held is None:
            found = self._read(f"SELECT doc FROM {self._kind}_instance WHERE term = ?", (term,))
            rows, counts = np.unique(np.array(found, dtype=np.int32), return_counts=True)
            held = _Postings(rows, counts.astype(np.int32))
            with self._lock:
                if self._entries > _KEPT:
                    self._postings, self._entries = {}, 0
                self._postings[term] = held
                self._entries += len(rows) + _EACH
        return held


_LENGTH = "CASE terms WHEN '' THEN 0 ELSE length(terms) - length(replace(terms, ' ', '')) + 1 END"
