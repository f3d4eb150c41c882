"""What passages name, in columns: a question looks at some hundred passages, which name thousands of things.

Passages, entities, names and bearers (an entity under one of its names) are numbered in the order in which they were first read,
so that what a question looks at is found by arrays of numbers. That order differs from run to run: nothing may hang on it.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from graph_builder.model import Chunk
from graph_builder.stores import Named, Store
from graph_rag.incidence import Numbers
from graph_rag.namesakes import stretches


class Mentions(NamedTuple):
    """What passages name, side by side: the place of the passage among those asked for, the bearer, the sentence.

    In the order of the passages asked for, and within each of where it stands; what the title names is of sentence -1.
    """

    of: Numbers
    bearers: Numbers
    sentences: Numbers


class Atlas:
    """What has been read of one state of the graph. Threads may share it."""

    def __init__(self) -> None:
        self.titles: list[str] = []
        self.names: list[str] = []
        self.entity_ids: list[str] = []
        self._passages: dict[str, int] = {}
        self._entities: dict[str, int] = {}
        self._names: dict[str, int] = {}
        self._bearers: dict[tuple[int, int], int] = {}
        self._borne = _Table(np.int32, np.int32)
        self._mentions = _Rows(np.int32, np.int16)
        self._hashes = _Table(np.int64)
        self._stretches = _Rows(np.int64, np.int8, np.int8)
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self.titles)

    def rows(self, chunk_ids: Sequence[str], store: Store) -> dict[str, int]:
        """The number of each passage, in the order asked for; those that are not known are read, and absent ones left out."""
        with self._lock:
            missing = [id_ for id_ in chunk_ids if id_ not in self._passages]
            if missing:
                named, chunks = store.mentions(missing), store.fetch_chunks(missing)
                for id_ in missing:
                    if id_ in chunks and id_ not in self._passages:
                        self._add(chunks[id_], named.get(id_, ()))
            return {id_: self._passages[id_] for id_ in chunk_ids if id_ in self._passages}

    def mentions(self, rows: Numbers) -> Mentions:
        """What the passages of these numbers name."""
        return Mentions(*self._mentions.of(rows))

    def bearers(self, bearers: Numbers) -> tuple[Numbers, Numbers]:
        """The entity and the name of each bearer."""
        entities, names = self._borne.columns
        return entities[bearers], names[bearers]

    @property
    def bearers_known(self) -> int:
        """How many bearers there are."""
        return len(self._bearers)

    def entities(self, ids: Iterable[str]) -> Numbers:
        """The numbers of entities; -1 of those that no passage which was read names."""
        return np.array([self._entities.get(id_, -1) for id_ in ids], dtype=np.int64)

    def hashes(self, names: Numbers) -> NDArray[np.int64]:
        """The hash of each name."""
        hashes: NDArray[np.int64] = self._hashes.columns[0][names]
        return hashes

    def stretches(self, names: Numbers) -> tuple[Numbers, NDArray[np.int64], Numbers, Numbers]:
        """What in these names may be a name: the place of the name among those asked for, hash, first word, end (`namesakes`)."""
        of, hashes, starts, ends = self._stretches.of(names)
        return of, hashes, starts, ends

    def _add(self, chunk: Chunk, named: Sequence[Named]) -> None:
        starts = [sentence.start for sentence in chunk.sentences]
        told = {
            (self._bearer(n.entity_id, n.name), -1 if n.start == n.end else bisect_right(starts, n.start) - 1): None
            for n in named
        }
        self._mentions.add(list(told))
        self._passages[chunk.id] = len(self.titles)
        self.titles.append(chunk.heading.partition(" > ")[0])

    def _bearer(self, entity_id: str, name: str) -> int:
        pair = self._entity(entity_id), self._name(name)
        if pair not in self._bearers:
            self._bearers[pair] = len(self._bearers)
            self._borne.add([pair])
        return self._bearers[pair]

    def _entity(self, id_: str) -> int:
        if id_ not in self._entities:
            self._entities[id_] = len(self.entity_ids)
            self.entity_ids.append(id_)
        return self._entities[id_]

    def _name(self, name: str) -> int:
        if name not in self._names:
            self._names[name] = len(self.names)
            self.names.append(name)
            self._hashes.add([(hash(name),)])
            self._stretches.add(stretches(name))
        return self._names[name]


class _Table:
    """Columns of numbers that grow together; what was handed out stays as it was."""

    def __init__(self, *types: DTypeLike) -> None:
        self._held = [np.empty(1_024, dtype=each) for each in types]
        self._size = 0

    def __len__(self) -> int:
        return self._size

    @property
    def columns(self) -> list[NDArray[Any]]:
        return [column[: self._size] for column in self._held]

    def add(self, rows: Sequence[tuple[int, ...]]) -> None:
        size = self._size + len(rows)
        if size > len(self._held[0]):
            self._held = [np.concatenate([column, np.empty(max(size, len(column)), column.dtype)]) for column in self._held]
        for column, values in zip(self._held, zip(*rows, strict=True), strict=False):
            column[self._size : size] = values
        self._size = size


class _Rows:
    """Tables of any length, one after the other, found by their number."""

    def __init__(self, *types: DTypeLike) -> None:
        self._table = _Table(*types)
        self._ends = _Table(np.int64)
        self._ends.add([(0,)])

    def add(self, rows: Sequence[tuple[int, ...]]) -> None:
        self._table.add(rows)
        self._ends.add([(len(self._table),)])

    def of(self, numbers: Numbers) -> tuple[Numbers, ...]:
        """The rows of some tables: the place of each table in ``numbers``, and the columns."""
        ends = self._ends.columns[0]
        starts = ends[numbers]
        counts = ends[numbers + 1] - starts
        of = np.repeat(np.arange(len(numbers)), counts)
        at = np.arange(len(of)) + (starts - np.cumsum(counts) + counts)[of]
        return of, *(column[at] for column in self._table.columns)
