"""Which entities count as one on the way to a passage, by their names, and whose names are parts of whose.

Small models give one name several types, and so several entities; and "University of Chicago Press" leads to "University of
Chicago" though no document says so, and "Austrian" to Austria. In the graph these stay apart; a passage about one may still be
what a question is after.

Ids are 16 hexadecimal digits; here they are numbers, so that thousands are compared at once. Names are compared by their hash.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph_builder.names import singular
from graph_builder.terms import STOP_WORDS
from graph_rag.incidence import Flags, Numbers
from graph_rag.nations import led_to

Ids = NDArray[np.uint64]
Hashes = NDArray[np.int64]

_LONGEST = 12
"""Words of a name that is looked into."""
_SHORTEST = 3
"""Letters of a single word that counts as a part."""
_BITS = 0xFFFF
"""Those of a hash that are looked at first."""


class Bearers(NamedTuple):
    """Entities with their names, side by side: ids, hashes, and whether they are named as a title."""

    ids: Ids
    names: Hashes
    titled: Flags


class Stretches(NamedTuple):
    """The stretches of words within names that may be names, side by side: hashes of both, and the words that they span.

    The country of a people's name spans no words, so that it stands beside the other parts.
    """

    wholes: Hashes
    parts: Hashes
    starts: Numbers
    ends: Numbers


def as_numbers(ids: Iterable[str]) -> Ids:
    """Ids as numbers; their order is that of the texts."""
    return np.frombuffer(bytes.fromhex("".join([id_.zfill(16) for id_ in ids])), dtype=">u8").astype(np.uint64)


def as_id(number: int) -> str:
    """The id of a number."""
    return f"{number:016x}"


def bearers(pairs: Sequence[tuple[str, str]], titled: Container[str] = ()) -> Bearers:
    """Entity ids, each with a name; of the titled ones all names stand for the title."""
    ids = [id_ for id_, _ in pairs]
    hashes = np.array([hash(name) for _, name in pairs], dtype=np.int64)
    return Bearers(as_numbers(ids), hashes, np.array([id_ in titled for id_ in ids], dtype=np.bool_))


def stretches(names: Iterable[str]) -> Hashes:
    """What may be a name within these, as the columns of `Stretches`: shape (4, stretches)."""
    found = [stretch for name in names for stretch in _stretches(name)]
    return np.array(found, dtype=np.int64).reshape(-1, 4).T


@lru_cache(maxsize=10_000)
def _stretches(name: str) -> tuple[tuple[int, int, int, int], ...]:
    words, whole = name.split(" "), hash(name)
    found = [(whole, hash(country), 0, 0) for country in led_to(name)]
    for start in range(len(words) if 1 < len(words) <= _LONGEST else 0):
        alone = len(words[start]) >= _SHORTEST and words[start] not in STOP_WORDS and not words[start].isdigit()
        for end in range(start + (1 if alone else 2), len(words) + (start > 0)):
            found += [(whole, hash(form), start, end) for form in _forms(words[start:end])]
    return tuple(found)


def _forms(stretch: list[str]) -> Iterator[str]:
    """As it stands, and as a name of its own is written: "ray charles" of "ray charles singer" is "ray charle"."""
    yield " ".join(stretch)
    if (last := singular(stretch[-1])) != stretch[-1]:
        yield " ".join([*stretch[:-1], last])


@dataclass(frozen=True)
class Entities:
    """The entities of a neighbourhood, those that share a name as one, numbered from 0 in the order of their smallest ids.

    ``ids`` and ``names`` are sorted, with the number of each beside them; ``firsts``: the smallest id of each number; ``given``:
    the number of each bearer, in the order in which they were given.
    """

    ids: Ids
    numbers: Numbers
    names: Hashes
    named: Numbers
    firsts: Ids
    given: Numbers

    def __len__(self) -> int:
        return len(self.firsts)

    def find(self, ids: Ids) -> Numbers:
        """Their numbers; -1 for those that are not among them."""
        return _looked_up(ids, self.ids, self.numbers)

    def parts(self, within: Stretches) -> tuple[Numbers, Numbers]:
        """Entities, and beside each another one whose name is a part of its name: the longest parts, and none within another."""
        # Few stretches are names, and of most the last bits of the hash tell that they are none.
        likely = np.zeros(_BITS + 1, dtype=np.bool_)
        likely[self.names & _BITS] = True
        hits = np.flatnonzero(likely[within.parts & _BITS])
        known = _looked_up(within.parts[hits], self.names, self.named)
        hits, known = hits[known >= 0], known[known >= 0]
        # A name stands in many passages: of each stretch, told from others by where it lies in which name, one is looked at.
        place = within.wholes[hits] + within.parts[hits] + within.starts[hits] * (_LONGEST + 1) + within.ends[hits]
        one = np.unique(place, return_index=True)[1]
        whole, start, end, part = within.wholes[hits[one]], within.starts[hits[one]], within.ends[hits[one]], known[one]
        longest = ~_within_longer(whole, start, end)
        of, part = _looked_up(whole[longest], self.names, self.named), part[longest]
        return of[of != part], part[of != part]


def united(given: Bearers) -> Entities:
    """Number entities: one number for those that share a name, through any number of names."""
    ids, entity = np.unique(given.ids, return_inverse=True)
    names, name = np.unique(given.names, return_inverse=True)
    smallest = np.arange(len(ids))
    while True:  # as often as names lead on through other names, which is seldom more than once
        of_name = np.full(len(names), len(ids))
        np.minimum.at(of_name, name, smallest[entity])
        before = smallest.copy()
        np.minimum.at(smallest, entity, of_name[name])
        if np.array_equal(before, smallest):
            break
    first, numbers = np.unique(smallest, return_inverse=True)
    return Entities(ids, numbers, names, np.searchsorted(first, of_name), ids[first], numbers[entity])


def _within_longer(whole: Hashes, start: Numbers, end: Numbers) -> Flags:
    """Which stretches lie within a longer one of the same whole; those that span no words lie within none.

    By where they start, the longest first: a stretch lies within another where one before it ends no sooner. The two forms of a
    stretch do not lie within each other.
    """
    order = np.lexsort((-end, start, whole))
    group = np.unique(whole[order], return_inverse=True)[1]
    reach = group * (_LONGEST + 2) + end[order]  # grows from whole to whole, so that none reaches into the next
    before = np.maximum.accumulate(np.concatenate([[-1], reach[:-1]]))
    again = (np.diff(reach, prepend=-1) == 0) & (np.diff(start[order], prepend=-1) == 0)
    first = np.maximum.accumulate(np.where(again, 0, np.arange(len(order))))
    found = np.empty(len(whole), dtype=np.bool_)
    found[order] = ((before >= reach) & (end > start)[order])[first]
    return found


def _looked_up(wanted: NDArray[np.generic], known: NDArray[np.generic], values: Numbers) -> Numbers:
    """The value beside each wanted one among the sorted known ones; -1 where it is not."""
    if not len(known):
        return np.full(len(wanted), -1)
    at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    found: Numbers = np.where(known[at] == wanted, values[at], -1)
    return found
