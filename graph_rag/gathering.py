"""Read around a question in a few batched, bounded steps: what that costs does not grow with the graph.

Passages come by vector, by words, from chains, from the entities that the question names, from the entities of those that
look most like its first hop, and from those of the passages to which a short walk over all this leads.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_builder.model import Kind
from graph_rag.incidence import Distinct, Incidence, Numbers, incidence
from graph_rag.memory import KEPT
from graph_rag.model import Chain
from graph_rag.nations import led_to
from graph_rag.neighbourhood import Neighbourhood, neighbourhood, rarity, warm
from graph_rag.pagerank import DAMPING
from graph_rag.reading import Library, Reader
from graph_rag.sources import Question

_BY_VECTOR = 50
_BY_WORDS = 50
_NAMED_AT = 60
"""Passages that are read of an entity which the question names."""
_FOUND_AT = 12
"""Passages that are read of an entity which was found on the way."""
_LEADING = 12
_FURTHER = 60
_WALKED_TO = 8
_ONWARD = 40
_STEPS = 6
_AT_ONCE = 500
_LINKED = 20
"""Entities of the question whose passages are read: a question of hundreds of names costs no more than one of a few."""


def gather(question: Question, library: Library, linked: Sequence[str], chains: Sequence[Chain]) -> Neighbourhood | None:
    """Read around the question, on around what the first passages name, and on around where a short walk leads.

    None where there is nothing.
    """
    reader, store = Reader(question, library), library.store
    words = {hit.id: hit.score for hit in store.search(Kind.CHUNK, question.text, k=_BY_WORDS)}
    quoted: dict[str, float] = defaultdict(float)
    for chain in chains:
        for hop in chain.hops:
            quoted[hop.chunk] = max(quoted[hop.chunk], chain.score)
    near = [hit.id for hit in store.nearest(Kind.CHUNK, question.vector, k=_BY_VECTOR)]
    reader.passages([*near, *words, *quoted])
    reader.entities(linked[:_LINKED], cap=_NAMED_AT)
    if not reader.places:
        return None
    reader.entities(_leads(reader, linked), cap=_FOUND_AT)
    reader.entities(_onward(reader, linked), cap=_FOUND_AT)
    return neighbourhood(reader, linked, words, quoted)


def read_ahead(library: Library) -> None:
    """Read what questions would, of the first passages and of what they name, so that the first waits no longer than others."""
    atlas = library.atlas
    for ids in _batches(library.store.chunk_ids()[:KEPT]):
        library.rows(ids)
        library.vectors(ids)
        library.terms(ids)
    for ids in _batches(atlas.entity_ids[:KEPT]):
        library.whereabouts(ids, cap=_FOUND_AT)
        library.name_vectors(ids)
    for names in _batches(atlas.names[:KEPT]):
        library.bearers(names)


def _batches(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    return (texts[start : start + _AT_ONCE] for start in range(0, len(texts), _AT_ONCE))


def _leads(reader: Reader, linked: Sequence[str]) -> list[str]:
    """The entities, with their namesakes, of the passages that look most like the first hop."""
    likely = _First.of(reader, linked)
    return _named_by(likely.best(likely.seeds, _LEADING), reader, reader.atlas.entities(linked), most=_FURTHER)


def _onward(reader: Reader, linked: Sequence[str]) -> list[str]:
    """The entities of which nothing was read yet, of the passages to which a walk leads: what lies behind a second bridge."""
    likely = _First.of(reader, linked)
    return _named_by(likely.best(likely.walked(), _WALKED_TO), reader, reader.atlas.entities(reader.where), most=_ONWARD)


@dataclass(frozen=True)
class _First:
    """How likely the passages read are the first hop: by likeness, title and mention. ``mentions``: which entities each names."""

    rows: Numbers
    seeds: NDArray[np.float64]
    mentions: Incidence

    @classmethod
    def of(cls, reader: Reader, linked: Sequence[str]) -> "_First":
        places, atlas = reader.places, reader.atlas
        rows = np.array([place.row for place in places])
        named = atlas.mentions(rows)
        entities = Distinct(atlas.bearers(named.bearers)[0], len(atlas.entity_ids))
        mentions = incidence(named.of, entities.given, (len(rows), len(entities)))
        alike = warm(np.array([place.whole for place in places])) + warm(np.array([place.best for place in places]))
        asked = np.zeros(len(entities), dtype=np.bool_)
        asked[_known(entities.find(atlas.entities(linked)))] = True
        about = np.zeros(len(rows))
        about[named.of[asked[entities.given] & (named.sentences < 0)]] = 1
        share = np.zeros(len(entities))
        at = entities.find(atlas.entities(reader.where))
        share[_known(at)] = [1 / found.total for found, there in zip(reader.where.values(), at >= 0, strict=True) if there]
        told = np.bincount(mentions.passages, share[mentions.entities], minlength=len(rows))
        return cls(rows, alike + about / max(about.sum(), 1.0) + told / max(told.sum(), 1e-9), mentions)

    def best(self, worth: NDArray[np.float64], count: int) -> Numbers:
        """The rows of the best passages."""
        return self.rows[np.argsort(-worth, kind="stable")[:count]]

    def walked(self) -> NDArray[np.float64]:
        """The mass of each passage after a short walk over what several name: a rough `pagerank`, for what to read next."""
        passages, entities = self.mentions.passages, self.mentions.entities
        count = self.mentions.counts
        weight = np.where(count > 1, rarity(count), 0.0)[entities]
        leave = weight / np.maximum(np.bincount(passages, weight, minlength=len(self.rows)), 1e-9)[passages]
        start: NDArray[np.float64] = self.seeds / self.seeds.sum()
        mass = start
        for _ in range(_STEPS):
            held = np.bincount(entities, leave * mass[passages], minlength=len(count)) / count
            mass = (1 - DAMPING) * start + DAMPING * np.bincount(passages, held[entities], minlength=len(self.rows))
        return mass


def _known(numbers: Numbers) -> Numbers:
    return numbers[numbers >= 0]


def _named_by(rows: Numbers, reader: Reader, known: Numbers, *, most: int) -> list[str]:
    """The entities, with their namesakes, of the first ``most`` names in the passages that are not of a known entity."""
    atlas, passed = reader.atlas, set(known.tolist())
    found: dict[str, None] = {}
    for entity, name in zip(*(each.tolist() for each in atlas.bearers(atlas.mentions(rows).bearers)), strict=True):
        if len(found) >= most:
            break
        if entity not in passed:
            found |= dict.fromkeys([atlas.names[name], *led_to(atlas.names[name])])
    return reader.named(list(found)[:most])[: 2 * most]
