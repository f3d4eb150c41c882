"""The passages near a question and what they mention, read in a few batched, bounded steps: cost does not grow with the graph.

Passages come by vector, by words, from chains, from the entities that the question names, and from the entities of those that
look most like its first hop. Passages are numbered in the order of their ids, and arrays follow these numbers.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log

import numpy as np

from graph_builder.model import Chunk, Kind, Vectors
from graph_builder.stores import Named, Store, Whereabouts
from graph_rag.memory import Reads
from graph_rag.model import Chain
from graph_rag.namesakes import parts, united
from graph_rag.pagerank import Weights, personalised
from graph_rag.sources import Question

_BY_VECTOR = 50
_BY_WORDS = 50
_NAMED_AT = 60
"""Passages that are read of an entity which the question names."""
_FOUND_AT = 12
"""Passages that are read of an entity which was found on the way."""
_LEADING = 12
_FURTHER = 60
_LINKED = 20
"""Entities of the question whose passages are read: a question of hundreds of names costs no more than one of a few."""
_HALF = 50
"""An entity that so many passages mention counts half as much as one that a single passage mentions."""
_TITLE_LINK = 4.0
_PART = 0.5
"""Weight of a passage's edge to an entity whose name is only part of a name that it mentions."""
_WARMTH = 0.05
_SEEDS = 20
_SENTENCES = 3
_ENTITIES_ALONE = 0.02
"""What similarity adds to the seeds of the walk that starts from the question's entities nearly alone."""


@dataclass(frozen=True)
class Place:
    """A passage as it was read: its chunk, what it names, its vector, (dim,), and those of its sentences, (sentences, dim)."""

    chunk: Chunk
    named: tuple[Named, ...]
    vector: Vectors
    sentences: Vectors

    @cached_property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """Entity ids with the names that stand here."""
        return frozenset((n.entity_id, n.name) for n in self.named)

    @cached_property
    def entity_ids(self) -> frozenset[str]:
        """The entities mentioned."""
        return frozenset(n.entity_id for n in self.named)

    @cached_property
    def titled(self) -> frozenset[str]:
        """The entities that the document's title names."""
        return frozenset(n.entity_id for n in self.named if n.start == n.end)


class _Reader:
    """Reads passages and entities for one question, each once; what questions before it read comes from memory."""

    def __init__(self, question: Question, store: Store, reads: Reads) -> None:
        self._question = question.vector
        self.store = store
        self._reads = reads
        self.places: dict[str, Place] = {}
        self.where: dict[str, Whereabouts] = {}
        self.similar: dict[str, tuple[float, Vectors]] = {}

    def passages(self, chunk_ids: Sequence[str]) -> None:
        """Read passages, and compare them and their sentences with the question."""
        new = sorted(set(chunk_ids) - set(self.places))
        found = self._reads.recall("places", new, self._places)
        self.places |= found
        for id_, place in found.items():
            self.similar[id_] = float(place.vector @ self._question), place.sentences @ self._question

    def entities(self, entity_ids: Sequence[str], *, cap: int) -> None:
        """Read where entities are mentioned, and those passages."""
        keys = [(id_, cap) for id_ in sorted(set(entity_ids) - set(self.where))]
        found = self._reads.recall(
            "where",
            keys,
            lambda new: {(id_, cap): w for id_, w in self.store.mentioned([id_ for id_, _ in new], cap=cap).items()},
        )
        self.where |= {id_: whereabouts for (id_, _), whereabouts in found.items()}
        self.passages([id_ for whereabouts in found.values() for id_ in whereabouts.chunk_ids])

    def named(self, names: Sequence[str]) -> list[str]:
        """The ids of the entities with one of the names."""
        found = self._reads.recall("named", names, self.store.entities_named)
        return sorted({id_ for ids in found.values() for id_ in ids})

    def _places(self, chunk_ids: list[str]) -> dict[str, Place]:
        chunks, named = self.store.fetch_chunks(chunk_ids), self.store.mentions(chunk_ids)
        vectors, sentences = self.store.vectors(Kind.CHUNK, chunk_ids), self.store.sentence_vectors(chunk_ids)
        return {id_: Place(chunk, named.get(id_, ()), vectors[id_], sentences[id_]) for id_, chunk in chunks.items()}


@dataclass(frozen=True)
class Neighbourhood:
    """The passages and entities around a question, as arrays over n passages and m entities. Entities of one name are one.

    ``number``: the entity's by its id; ``entity_ids``: one id of each. ``mentions``: the entities of each passage; ``held``:
    those, and the ones whose names are parts of their names; ``titles``: those of its title. ``dense``: cosine with the
    question, ``sentence``: that of the best sentence, ``words``: BM25 (0 where the words did not find it), ``quoted``: score of
    the best chain that quotes it; each of shape (n,). ``rarity``: in (0, 1], shape (m,). ``mass`` and ``entity_mass``: PageRank
    of passages from all seeds, and from the entities of the question nearly alone.
    """

    places: list[Place]
    number: Mapping[str, int]
    entity_ids: list[str]
    linked: frozenset[int]
    mentions: list[set[int]]
    held: list[set[int]]
    titles: list[set[int]]
    rarity: Weights
    dense: Weights
    sentence: Weights
    words: Weights
    quoted: Weights
    mass: Weights
    entity_mass: Weights

    @cached_property
    def vectors(self) -> Vectors:
        """Of the passages, shape (n, dim)."""
        return np.stack([place.vector for place in self.places])


def gather(
    question: Question, store: Store, reads: Reads, linked: Sequence[str], chains: Sequence[Chain]
) -> Neighbourhood | None:
    """Read around the question and on around what the first passages name, then walk; None where there is nothing."""
    reader = _Reader(question, store, reads)
    words = {hit.id: hit.score for hit in store.search(Kind.CHUNK, question.text, k=_BY_WORDS)}
    quoted: dict[str, float] = defaultdict(float)
    for chain in chains:
        for hop in chain.hops:
            quoted[hop.chunk] = max(quoted[hop.chunk], chain.score)
    near = [hit.id for hit in store.nearest(Kind.CHUNK, question.vector, k=_BY_VECTOR)]
    reader.passages([*near, *words, *quoted])
    reader.entities(linked[:_LINKED], cap=_NAMED_AT)
    reader.entities(_leads(reader, frozenset(linked)), cap=_FOUND_AT)
    return _neighbourhood(reader, linked, words, quoted) if reader.places else None


def _leads(reader: _Reader, linked: frozenset[str]) -> list[str]:
    """The entities, with their namesakes, of the passages that look most like the first hop: by likeness, title and mention."""
    ids = list(reader.places)
    likeness = _warm(np.array([reader.similar[id_][0] for id_ in ids]))
    sentence = _warm(np.array([reader.similar[id_][1].max(initial=-1.0) for id_ in ids]))
    about = np.array([float(bool(reader.places[id_].titled & linked)) for id_ in ids])
    named = np.array(
        [sum(1 / reader.where[e].total for e in sorted(place.entity_ids & linked)) for place in reader.places.values()]
    )
    worth = likeness + sentence + about / max(about.sum(), 1.0) + named / max(named.sum(), 1e-9)
    names: dict[str, None] = {}
    for best in np.argsort(-worth, kind="stable")[:_LEADING]:
        names |= dict.fromkeys(n.name for n in reader.places[ids[best]].named if n.entity_id not in linked)
    return reader.named(list(names)[:_FURTHER])[: 2 * _FURTHER]


def _neighbourhood(
    reader: _Reader, linked: Sequence[str], words: Mapping[str, float], quoted: Mapping[str, float]
) -> Neighbourhood:
    ids = sorted(reader.places)
    places = [reader.places[id_] for id_ in ids]
    pairs = set().union(*(place.pairs for place in places))
    number = united(pairs)
    mentions = [{number[id_] for id_ in place.entity_ids} for place in places]
    titles = [{number[id_] for id_ in place.titled} for place in places]
    contained = parts(pairs, number)
    held = [entities.union(*(contained[e] for e in entities if e in contained)) for entities in mentions]
    rarity = _rarity(reader, number, mentions)
    dense = np.array([reader.similar[id_][0] for id_ in ids], dtype=np.float32)
    sentence = np.array([reader.similar[id_][1].max(initial=-1.0) for id_ in ids], dtype=np.float32)
    seeded = frozenset(number[id_] for id_ in linked if id_ in number)
    by_name = _by_name(seeded, titles, rarity)
    by_likeness = _warm(dense) + _warm(sentence)
    telling = _telling([(place, reader.similar[id_][1]) for id_, place in zip(ids, places, strict=True)], number, rarity)
    edges, links = _edges(mentions, held, titles, rarity)
    nearly_alone = np.concatenate([_ENTITIES_ALONE * by_likeness, np.zeros_like(telling)])
    return Neighbourhood(
        places=places,
        number=number,
        entity_ids=_first_ids(number),
        linked=seeded,
        mentions=mentions,
        held=held,
        titles=titles,
        rarity=rarity,
        dense=dense,
        sentence=sentence,
        words=np.array([words.get(id_, 0.0) for id_ in ids], dtype=np.float32),
        quoted=np.array([quoted.get(id_, 0.0) for id_ in ids], dtype=np.float32),
        mass=personalised(edges, links, by_name + np.concatenate([by_likeness, telling]))[: len(ids)],
        entity_mass=personalised(edges, links, by_name + nearly_alone)[: len(ids)],
    )


def _first_ids(number: Mapping[str, int]) -> list[str]:
    """The smallest id of each number."""
    first: dict[int, str] = {}
    for id_ in sorted(number):
        first.setdefault(number[id_], id_)
    return [first[e] for e in range(len(first))]


def _rarity(reader: _Reader, number: Mapping[str, int], mentions: Sequence[set[int]]) -> Weights:
    """In (0, 1]: falls with how many passages mention an entity, in all where the store was asked, else of those read."""
    count = Counter(e for entities in mentions for e in entities)
    known = Counter[int]()
    for id_, whereabouts in reader.where.items():
        if id_ in number:
            known[number[id_]] += whereabouts.total
    totals = [max(count[e], known[e]) for e in range(len(count))]
    return np.array([1 / (1 + (log(total) / log(_HALF)) ** 2) for total in totals], dtype=np.float32)


def _edges(
    mentions: Sequence[set[int]], held: Sequence[set[int]], titles: Sequence[set[int]], rarity: Weights
) -> tuple[Weights, Weights]:
    """Weights of passages to entities, shape (n, m), and between passages of which one mentions the other's title, (n, n)."""
    edges = np.zeros((len(mentions), len(rarity)), dtype=np.float32)
    links = np.zeros((len(mentions), len(mentions)), dtype=np.float32)
    under: defaultdict[int, list[int]] = defaultdict(list)
    for passage, entities in enumerate(titles):
        for entity in entities:
            under[entity].append(passage)
    for passage, entities in enumerate(mentions):
        at, within = list(entities), list(held[passage] - entities)
        edges[passage, at] = rarity[at]
        edges[passage, within] = _PART * rarity[within]
        for entity in (entities - titles[passage]) & under.keys():
            to = under[entity]
            links[passage, to] = np.maximum(links[passage, to], _TITLE_LINK / len(to))
    return edges, links + links.T


def _by_name(linked: frozenset[int], titles: Sequence[set[int]], rarity: Weights) -> Weights:
    """Seeds of the question's entities, and of the passages whose title they are: each kind sums to 1, or is nothing."""
    passages = np.array([float(bool(entities & linked)) for entities in titles], dtype=np.float32)
    entities = np.zeros(len(rarity), dtype=np.float32)
    entities[sorted(linked)] = rarity[sorted(linked)]
    return np.concatenate([part / max(float(part.sum()), 1e-9) for part in (passages, entities)])


def _warm(similarity: Weights) -> Weights:
    """Seeds of the most similar passages: the softmax of their similarities, which sums to 1."""
    seeds = np.zeros_like(similarity)
    best = np.argsort(-similarity, kind="stable")[:_SEEDS]
    if len(best):
        seeds[best] = np.exp((similarity[best] - similarity[best[0]]) / _WARMTH)
        seeds /= seeds.sum()
    return seeds


def _telling(places: Sequence[tuple[Place, Vectors]], number: Mapping[str, int], rarity: Weights) -> Weights:
    """Seeds of the entities in the sentences most like the question; they sum to one half."""
    seeds = np.zeros(len(rarity), dtype=np.float32)
    ranked = sorted(((float(s), p, k) for p, (_, rows) in enumerate(places) for k, s in enumerate(rows)), reverse=True)
    for score, passage, k in ranked[:_SENTENCES]:
        place = places[passage][0]
        sentence = place.chunk.sentences[k]
        for named in place.named:
            if named.start == named.end or sentence.start <= named.start < sentence.end:
                seeds[number[named.entity_id]] += max(score, 0.0) * rarity[number[named.entity_id]]
    return seeds / max(2 * float(seeds.sum()), 1e-9)
