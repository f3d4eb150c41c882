"""What questions have read of the store, kept for the next question as long as the graph stays as it is."""

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Mapping
from threading import Lock
from typing import Any, TypeVar

from graph_builder.stores import Store
from graph_rag.atlas import Atlas

Value = TypeVar("Value")
Key = str | tuple[str, int]

KEPT = 10_000
"""Entries that are kept of each kind: the vectors of a passage take about 8 kB, so 80 MB at most; single ones 15 MB."""
MAPPED = 100_000
"""Passages in an atlas, of which each takes 2 to 3 kB, before all is begun anew."""


class Reads:
    """What has been read at one state of the graph."""

    def __init__(self) -> None:
        self.atlas = Atlas()
        self._held: defaultdict[str, OrderedDict[Any, Any]] = defaultdict(OrderedDict)
        self._lock = Lock()

    def recall(self, what: str, keys: Iterable[Key], read: Callable[[list[Any]], Mapping[Any, Value]]) -> dict[Any, Value]:
        """The values by key, in the order of the keys; those that are not held are read in one call. Absent ones are left out."""
        wanted = list(dict.fromkeys(keys))
        with self._lock:
            held = self._held[what]
            found = {key: held[key] for key in wanted if key in held}
        missing = [key for key in wanted if key not in found]
        if missing:
            read_now = read(missing)
            new = {key: read_now.get(key) for key in missing}
            found |= new
            self._keep(what, new)
        return {key: found[key] for key in wanted if found[key] is not None}

    def _keep(self, what: str, new: Mapping[Any, Any]) -> None:
        with self._lock:
            held = self._held[what]
            held.update(new)
            while len(held) > KEPT:
                held.popitem(last=False)


class Memory:
    """The reads of the graph as it is now. One lies beside an open store; threads may share it."""

    def __init__(self) -> None:
        self._revision = ""
        self._reads = Reads()
        self._lock = Lock()

    def of(self, store: Store) -> Reads:
        """The reads of the store's present state: what was read of an earlier one is forgotten."""
        revision = store.revision()
        with self._lock:
            atlas = self._reads.atlas
            if revision != self._revision or len(atlas) > MAPPED or not atlas.usable:
                self._revision, self._reads = revision, Reads()
            return self._reads
