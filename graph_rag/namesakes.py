"""Which entities count as one on the way to a passage, by their names, and whose names are parts of whose.

Small models give one name several types, and so several entities; and "University of Chicago Press" leads to "University of
Chicago" though no document says so. In the graph these stay apart; a passage about one may still be what a question is after.
"""

from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from functools import lru_cache

from graph_builder.terms import STOP_WORDS

_LONGEST = 12
"""Words of a name that is looked into."""
_SHORTEST = 3
"""Letters of a single word that counts as a part."""


def united(pairs: Iterable[tuple[str, str]]) -> dict[str, int]:
    """A number for each entity id, from 0, the same for those that share a name, through any number of names.

    ``pairs`` are entity ids with a name; the numbers do not depend on their order.
    """
    of_name: dict[str, set[str]] = defaultdict(set)
    for entity_id, name in pairs:
        of_name[name].add(entity_id)
    shared = [ids for ids in of_name.values() if len(ids) > 1]
    first = {id_: id_ for ids in of_name.values() for id_ in ids}
    while True:  # as often as names lead on through other names, which is seldom more than once
        before = dict(first)
        for ids in shared:
            smallest = min(first[id_] for id_ in ids)
            first.update((id_, smallest) for id_ in ids)
        if first == before:
            break
    place = {id_: count for count, id_ in enumerate(sorted(set(first.values())))}
    return {id_: place[of] for id_, of in first.items()}


def parts(pairs: Collection[tuple[str, str]], number: Mapping[str, int]) -> dict[int, set[int]]:
    """For each numbered entity those others whose names are parts of its names."""
    named: dict[str, set[int]] = defaultdict(set)
    for entity_id, name in pairs:
        named[name].add(number[entity_id])
    found: dict[int, set[int]] = defaultdict(set)
    for name, entities in named.items():
        if " " not in name:
            continue
        within = {e for part in _longest_parts(name, named) for e in named[part]}
        for entity in entities if within else ():
            found[entity] |= within - {entity}
    return found


def _longest_parts(name: str, known: Container[str]) -> Iterator[str]:
    """The known names among the stretches of a name's words, the longest first, and none within another."""
    taken: list[str] = []
    for part in _stretches(name):
        if part in known and not any(f" {part} " in f" {other} " for other in taken):
            taken.append(part)
            yield part


@lru_cache(maxsize=50_000)
def _stretches(name: str) -> tuple[str, ...]:
    """The stretches of a name's words that may be names, the longest first."""
    words = name.split(" ")
    if not 1 < len(words) <= _LONGEST:
        return ()
    longer = [
        " ".join(words[start : start + length])
        for length in range(len(words) - 1, 1, -1)
        for start in range(len(words) - length + 1)
    ]
    return (*longer, *(w for w in words if len(w) >= _SHORTEST and w not in STOP_WORDS and not w.isdigit()))
