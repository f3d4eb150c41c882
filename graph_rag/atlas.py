"""What passages name, in columns: a question looks at some hundred passages, which name thousands of things.

Passages, entities, names and bearers (an entity under one of its names) are numbered in the order in which they were first read,
so that what a question looks at is found by arrays of numbers. That order differs from run to run: nothing may hang on it.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from graph_builder.model import Chunk
from graph_builder.stores import Named, Store
from graph_rag.incidence import Numbers
from graph_rag.namesakes import Hashes, Stretches, hashed

_TITLE = -1


class Mentions(NamedTuple):
    """What passages name, side by side: the place of the passage among those asked for, the bearer, the sentence.

    In the order of the passages asked for, and within each of where it stands; what the title names is of sentence -1.
    """

    of: Numbers
    bearers: Numbers
    sentences: Numbers

    def at(self, place: int) -> slice:
        """Where the mentions of one passage lie."""
        start, end = np.searchsorted(self.of, [place, place + 1])
        return slice(start, end)


class Atlas:
    """What has been read of one state of the graph. Threads may share it."""

    def __init__(self) -> None:
        self.usable = True
        """Whether all that was added was added to its end."""
        self.titles: list[str] = []
        self.names: list[str] = []
        self.entity_ids: list[str] = []
        self._passages: dict[str, int] = {}
        self._entities: dict[str, int] = {}
        self._names: dict[str, int] = {}
        self._bearers: dict[tuple[str, str], int] = {}
        self._borne = _Table(np.int32, np.int32)
        self._mentions = _Rows(np.int32, np.int32)
        self._hashes = _Table(np.int64)
        self._stretches = _Rows(np.int64, np.int8, np.int8)
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self.titles)

    def rows(self, chunk_ids: Sequence[str], store: Store) -> dict[str, int]:
        """The number of each passage, in the order asked for; those that are not known are read, and absent ones left out."""
        missing = [id_ for id_ in dict.fromkeys(chunk_ids) if id_ not in self._passages]
        if missing:
            chunks, mentions = store.fetch_chunks(missing), store.mentions(missing)
            with self._lock:  # another thread may have been faster
                new = {id_: chunk for id_, chunk in chunks.items() if id_ not in self._passages}
                try:
                    self._add(new, mentions)
                except BaseException:  # Ctrl-C too: dictionaries and columns may be out of step now
                    self.usable = False
                    raise
        return {id_: self._passages[id_] for id_ in chunk_ids if id_ in self._passages}

    def mentions(self, rows: Numbers) -> Mentions:
        """What the passages of these numbers name."""
        return Mentions(*self._mentions.of(rows))

    @property
    def bearers_known(self) -> int:
        """How many bearers there are."""
        return len(self._bearers)

    def bearers(self, bearers: Numbers) -> tuple[Numbers, Numbers]:
        """The entity and the name of each bearer."""
        entities, names = self._borne.columns
        return entities[bearers], names[bearers]

    def entities(self, ids: Iterable[str]) -> Numbers:
        """The numbers of entities; -1 of those that no passage which was read names."""
        return np.array([self._entities.get(id_, -1) for id_ in ids], dtype=np.int64)

    def named(self, names: Numbers) -> tuple[Hashes, Stretches]:
        """The hashes of these names, and what may be a name within them."""
        return self._hashes.columns[0][names], Stretches(*self._stretches.of(names))

    def _add(self, chunks: Mapping[str, Chunk], mentions: Mapping[str, Sequence[Named]]) -> None:
        names, borne = len(self.names), list[tuple[int, int]]()
        told = [self._told(chunk, mentions.get(chunk.id, ()), borne) for chunk in chunks.values()]
        self._borne.add(*zip(*borne, strict=True))
        self._mentions.add(list(map(len, told)), *zip(*chain.from_iterable(told), strict=True))
        hashes, stretches = hashed(self.names[names:])
        self._hashes.add(hashes)
        self._stretches.add(np.bincount(stretches.wholes, minlength=len(hashes)), *stretches[1:])
        first = len(self.titles)
        self.titles += [chunk.heading.partition(" > ")[0] for chunk in chunks.values()]
        # Last, since other threads look here without the lock: what they find has all its columns.
        self._passages |= zip(chunks, range(first, len(self.titles)), strict=True)

    def _told(self, chunk: Chunk, named: Sequence[Named], borne: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """What a passage names, as bearer and sentence, each once; to ``borne`` are added the bearers that are new."""
        starts = [sentence.start for sentence in chunk.sentences]
        found: dict[tuple[int, int], None] = {}
        for start, end, entity_id, name in named:
            bearer = self._bearers.get((entity_id, name))
            if bearer is None:
                bearer = self._bearers[entity_id, name] = len(self._bearers)
                entity = self._numbered(entity_id, self._entities, self.entity_ids)
                borne.append((entity, self._numbered(name, self._names, self.names)))
            found[bearer, _TITLE if start == end else max(bisect_right(starts, start) - 1, 0)] = None
        return list(found)

    @staticmethod
    def _numbered(text: str, numbers: dict[str, int], texts: list[str]) -> int:
        if text not in numbers:
            numbers[text] = len(texts)
            texts.append(text)
        return numbers[text]


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

    def add(self, *columns: "Sequence[int] | NDArray[Any]") -> None:
        size = self._size + len(columns[0]) if columns else self._size
        if size > len(self._held[0]):
            self._held = [np.concatenate([column, np.empty(max(size, len(column)), column.dtype)]) for column in self._held]
        for held, column in zip(self._held, columns, strict=False):
            held[self._size : size] = column
        self._size = size


class _Rows:
    """Tables of any length, one after the other, found by their number."""

    def __init__(self, *types: DTypeLike) -> None:
        self._table = _Table(*types)
        self._ends = _Table(np.int64)
        self._ends.add([0])

    def add(self, counts: "Sequence[int] | NDArray[Any]", *columns: "Sequence[int] | NDArray[Any]") -> None:
        """Several tables, of so many rows each, with their columns one after the other."""
        self._ends.add(len(self._table) + np.cumsum(counts))
        self._table.add(*columns)

    def of(self, numbers: Numbers) -> tuple[Numbers, ...]:
        """The rows of some tables: the place of each table in ``numbers``, and the columns."""
        ends = self._ends.columns[0]
        starts = ends[numbers]
        counts = ends[numbers + 1] - starts
        of = np.repeat(np.arange(len(numbers)), counts)
        at = np.arange(len(of)) + (starts - np.cumsum(counts) + counts)[of]
        return of, *(column[at] for column in self._table.columns)
