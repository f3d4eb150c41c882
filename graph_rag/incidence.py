"""Which passages hold which entities, as pairs of their numbers: of thousands that are possible, a passage holds a dozen."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Incidence:
    """Pairs of a passage and an entity that it holds, each once; shape (n passages, m entities)."""

    passages: Numbers
    entities: Numbers
    shape: tuple[int, int]

    @cached_property
    def counts(self) -> Numbers:
        """How many passages hold each entity, shape (m,)."""
        return np.bincount(self.entities, minlength=self.shape[1])

    @property
    def _places(self) -> Numbers:
        """Each pair as one number."""
        return self.passages * self.shape[1] + self.entities

    def flags(self, passages: Sequence[int]) -> Flags:
        """Which entities some passages hold, shape (len(passages), m)."""
        row = np.full(self.shape[0], -1)
        row[list(passages)] = np.arange(len(passages))
        at = row[self.passages]
        found = np.zeros((len(passages), self.shape[1]), dtype=np.bool_)
        found[at[at >= 0], self.entities[at >= 0]] = True
        return found

    def __add__(self, other: "Incidence") -> "Incidence":
        """The pairs of both, which have none in common: first these, then the others."""
        passages, entities = (self.passages, other.passages), (self.entities, other.entities)
        return Incidence(np.concatenate(passages), np.concatenate(entities), self.shape)

    def __sub__(self, other: "Incidence") -> "Incidence":
        kept = ~np.isin(self._places, other._places, assume_unique=True)
        return Incidence(self.passages[kept], self.entities[kept], self.shape)


def incidence(passages: Numbers, entities: Numbers, shape: tuple[int, int]) -> Incidence:
    """Of pairs in any order, of which some may stand twice."""
    places = np.sort(passages * shape[1] + entities)
    first = np.diff(places, prepend=-1) > 0
    return Incidence(*np.divmod(places[first], max(shape[1], 1)), shape)


def matches(left: Numbers, right: Numbers) -> tuple[Numbers, Numbers]:
    """All places in both where they are equal, of numbers from 0: a join."""
    order = np.argsort(right, kind="stable")
    held = np.bincount(right, minlength=int(left.max(initial=0)) + 1)
    count, first = held[left], (np.cumsum(held) - held)[left]
    before = np.cumsum(count) - count
    at = np.arange(int(count.sum())) + np.repeat(first - before, count)
    return np.repeat(np.arange(len(left)), count), order[at]


class Distinct:
    """Numbers from 0, each once, in the order in which they first stand, and numbered anew in that order.

    A sparse set (Briggs and Torczon 1993): its table is as long as there are numbers at all, but is never cleared.
    """

    def __init__(self, values: Numbers, most: int) -> None:
        places = np.arange(len(values))
        self._most = most
        self._number = np.empty(most + 1, dtype=np.int64)
        self._number[values[::-1]] = places[::-1]  # of those that are written to one place, the last stays
        first = self._number[values]
        new = first == places
        self.members: Numbers = values[new]
        self.given: Numbers = (np.cumsum(new) - 1)[first]
        """The new number of each value, in the order given."""
        self._number[self.members] = np.arange(len(self.members))

    def __len__(self) -> int:
        return len(self.members)

    def find(self, values: Numbers) -> Numbers:
        """The new number of each value; -1 of those that are not there, as is -1 itself."""
        at = self._number[np.where(values < self._most, values, -1)]
        known = (at >= 0) & (at < len(self))
        found = np.where(known, at, 0)
        known[known] = self.members[found[known]] == values[known]
        return np.where(known, found, -1)
