"""Which entities count as one on the way to a passage, by their names, and whose names are parts of whose.

Small models give one name several types, and so several entities; and "University of Chicago Press" leads to "University of
Chicago" though no document says so, and "Austrian" to Austria. In the graph these stay apart; a passage about one may still be
what a question is after. Names are compared by their hash.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph_builder.names import singular
from graph_builder.terms import STOP_WORDS
from graph_rag.incidence import Distinct, Flags, Numbers
from graph_rag.nations import is_of_a_people, led_to

Hashes = NDArray[np.int64]

_LONGEST = 12
"""Words of a name that is looked into."""
_SHORTEST = 3
"""Letters of a single word that counts as a part."""
_BITS = 0xFFFF
"""Those of a hash that are looked at first."""
_BASE = 0x5851F42D4C957F2D
"""A large odd number: places of words count."""
_ALL = (1 << 64) - 1


class Stretches(NamedTuple):
    """The stretches of words within names that may be names, side by side: which name, the hash, and the words spanned.

    The country of a people's name spans no words, so that it stands beside the other parts.
    """

    wholes: Numbers
    hashes: Hashes
    starts: Numbers
    ends: Numbers


@lru_cache(maxsize=100_000)
def _word(word: str) -> tuple[int, int, bool, bool]:
    """A word's hash, that of its singular, whether it may be a name alone, and whether a people's name may have it."""
    alone = len(word) >= _SHORTEST and word not in STOP_WORDS and not word.isdigit()
    return hash(word), hash(singular(word)), alone, is_of_a_people(word)


def hashed(names: Sequence[str]) -> tuple[Hashes, Stretches]:
    """The hashes of names, and what may be a name within them, in their order.

    A hash is a polynomial in those of the words, so that those of all stretches are made at once. As it stands, and as a name of
    its own is written: "ray charles" of "ray charles singer" is "ray charle".
    """
    every = [_word(word) for name in names for word in name.split(" ")]
    itself, single, alone, people = np.array(every, dtype=np.int64).reshape(-1, 4).T
    counts = np.array([name.count(" ") + 1 for name in names], dtype=np.int64)
    of, end = np.repeat(np.arange(len(names)), counts), np.repeat(np.cumsum(counts), counts)
    start = np.arange(len(of)) - (end - counts[of])
    hashes, whole, found = np.zeros(len(of), dtype=np.int64), np.zeros(len(names), dtype=np.int64), _countries(names, people, of)
    for length in range(1, min(_LONGEST, int(counts.max(initial=0))) + 1):
        at = np.flatnonzero(np.arange(len(of)) + length <= end)
        last = at + length - 1
        before, hashes[at] = hashes[at] * _BASE, hashes[at] * _BASE + itself[last]
        first = start[at] == 0
        whole[of[at[first]]] = hashes[at[first]]  # of the whole name in the end
        within = (counts[of[at]] <= _LONGEST) & ~(first & (counts[of[at]] == length)) & ((length > 1) | (alone[at] > 0))
        for form, kept in ((itself, within), (single, within & (single != itself)[last])):
            places = at[kept]
            found.append((of[places], before[kept] + form[last[kept]], start[places], start[places] + length))
    whole[counts > _LONGEST] = [_hash(names[at]) for at in np.flatnonzero(counts > _LONGEST).tolist()]
    stretches = Stretches(*(np.concatenate(column) for column in zip(*found, strict=True)))
    order = np.argsort(stretches.wholes, kind="stable")
    return whole, Stretches(*(column[order] for column in stretches))


def _countries(names: Sequence[str], people: Numbers, of: Numbers) -> list[tuple[Numbers, Hashes, Numbers, Numbers]]:
    pairs = [(at, _hash(country)) for at in dict.fromkeys(of[people > 0].tolist()) for country in led_to(names[at])]
    wholes, hashes = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    nothing = np.zeros(len(pairs), dtype=np.int64)
    return [(wholes, hashes, nothing, nothing)]


@lru_cache(maxsize=1_000)
def _hash(name: str) -> int:
    """The hash of one name, as `hashed` makes it: of 64 bits, with a sign."""
    value = 0
    for word in name.split(" "):
        value = (value * _BASE + hash(word)) & _ALL
    return value - (_ALL + 1) * (value > _ALL >> 1)


@dataclass(frozen=True)
class Entities:
    """The entities of a neighbourhood, those that share a name as one, numbered from 0 in the order in which they first stand.

    ``members`` and ``names``: their entities and names, and beside them the number, ``numbers`` and ``named``; ``firsts``: the
    first entity of each number.
    """

    members: Distinct
    numbers: Numbers
    names: Distinct
    named: Numbers
    firsts: Numbers

    def __len__(self) -> int:
        return len(self.firsts)

    def find(self, entities: Numbers) -> Numbers:
        """Their numbers; -1 for those that are not among them."""
        at = self.members.find(entities)
        return np.where(at >= 0, self.numbers[at], -1) if len(self.members) else at

    def parts(self, hashes: Hashes, within: Stretches) -> tuple[Numbers, Numbers]:
        """Entities, and beside each another one whose name is a part of its name: the longest parts, and none within another.

        ``hashes``: of the ``names``, in their order; ``within``: their stretches.
        """
        # Few stretches are names, and of most the last bits of the hash tell that they are none.
        likely = np.zeros(_BITS + 1, dtype=np.bool_)
        likely[hashes & _BITS] = True
        hits = np.flatnonzero(likely[within.hashes & _BITS])
        known = _place(within.hashes[hits], hashes)
        hits, known = hits[known >= 0], known[known >= 0]
        longest = ~_within_longer(within.wholes[hits], within.starts[hits], within.ends[hits])
        of, part = self.named[within.wholes[hits[longest]]], self.named[known[longest]]
        return of[of != part], part[of != part]


def united(entities: Numbers, names: Numbers, most: tuple[int, int]) -> Entities:
    """Number entities, given side by side with their names: one number for those that share a name, through any number of names.

    ``most``: how many entities and names there are at all.
    """
    members, named = Distinct(entities, most[0]), Distinct(names, most[1])
    first = np.arange(len(members))
    while True:  # as often as names lead on through other names, which is seldom more than once
        of_name = np.full(len(named), len(members))
        np.minimum.at(of_name, named.given, first[members.given])
        before = first.copy()
        np.minimum.at(first, members.given, of_name[named.given])
        if np.array_equal(before, first):
            break
    new = first == np.arange(len(members))
    number = np.cumsum(new) - 1
    return Entities(members, number[first], named, number[of_name], members.members[new])


def _within_longer(whole: Numbers, start: Numbers, end: Numbers) -> Flags:
    """Which stretches lie within a longer one of the same whole; those that span no words lie within none.

    By where they start, the longest first: a stretch lies within another where one before it ends no sooner. The two forms of a
    stretch do not lie within each other.
    """
    span = _LONGEST + 2
    order = np.argsort((whole * span + start) * span - end, kind="stable")
    reach = whole[order] * span + end[order]  # grows from whole to whole, so that none reaches into the next
    before = np.maximum.accumulate(np.concatenate([[-1], reach[:-1]]))
    again = (np.diff(reach, prepend=-1) == 0) & (np.diff(start[order], prepend=-1) == 0)
    first = np.maximum.accumulate(np.where(again, 0, np.arange(len(order))))
    found = np.empty(len(whole), dtype=np.bool_)
    found[order] = ((before >= reach) & (end > start)[order])[first]
    return found


def _place(wanted: Hashes, known: Hashes) -> Numbers:
    """Where each wanted one stands among the known ones; -1 where it does not."""
    if not len(known):
        return np.full(len(wanted), -1)
    order = np.argsort(known)
    at = order[np.minimum(np.searchsorted(known, wanted, sorter=order), len(known) - 1)]
    found: Numbers = np.where(known[at] == wanted, at, -1)
    return found
