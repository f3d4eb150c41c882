"""The passages near a question and what they mention, read in a few batched, bounded steps: cost does not grow with the graph.

Passages come by vector, by words, from chains, from the entities that the question names, from the entities of those that
look most like its first hop, and from those of the passages to which a walk over all this leads. Passages are numbered in the
order of their ids, and arrays follow these numbers.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from math import log

import numpy as np

from graph_builder.model import Kind
from graph_builder.stores import Store
from graph_rag.incidence import Incidence, Numbers, incidence, matches
from graph_rag.memory import Reads
from graph_rag.model import Chain
from graph_rag.namesakes import Bearers, Entities, Stretches, as_numbers, united
from graph_rag.nations import led_to
from graph_rag.pagerank import Weights, personalised
from graph_rag.reading import Place, Reader
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
class Neighbourhood:
    """The passages and entities around a question, as arrays over n passages and m entities. Entities of one name are one.

    ``mentions``: which entities each passage mentions; ``held``: those, and the ones whose names are parts of their names;
    ``titles``: those that its title names. ``dense``: cosine with the question, ``sentence``: that of the best sentence,
    ``sentences``: of each sentence, by passage; ``words``: BM25 (0 where the words did not find it), ``quoted``: score of the
    best chain that quotes it; each of shape (n,). ``rarity``: in (0, 1], shape (m,). ``mass`` and ``entity_mass``: PageRank of
    passages from all seeds, and from the entities of the question nearly alone.
    """

    places: list[Place]
    entities: Entities
    mentions: Incidence
    held: Incidence
    titles: Incidence
    rarity: Weights
    dense: Weights
    sentence: Weights
    words: Weights
    quoted: Weights
    mass: Weights
    entity_mass: Weights
    sentences: Sequence[Weights] = ()


def gather(
    question: Question, store: Store, reads: Reads, linked: Sequence[str], chains: Sequence[Chain]
) -> Neighbourhood | None:
    """Read around the question, on around what the first passages name, walk, and read on around where that leads.

    None where there is nothing.
    """
    reader = Reader(question, store, reads)
    words = {hit.id: hit.score for hit in store.search(Kind.CHUNK, question.text, k=_BY_WORDS)}
    quoted: dict[str, float] = defaultdict(float)
    for chain in chains:
        for hop in chain.hops:
            quoted[hop.chunk] = max(quoted[hop.chunk], chain.score)
    near = [hit.id for hit in store.nearest(Kind.CHUNK, question.vector, k=_BY_VECTOR)]
    reader.passages([*near, *words, *quoted])
    reader.entities(linked[:_LINKED], cap=_NAMED_AT)
    reader.entities(_leads(reader, frozenset(linked)), cap=_FOUND_AT)
    if not reader.places:
        return None
    walked, read = _neighbourhood(reader, linked, words, quoted), len(reader.places)
    reader.entities(_onward(reader, walked), cap=_FOUND_AT)
    return walked if len(reader.places) == read else _neighbourhood(reader, linked, words, quoted)


def _leads(reader: Reader, linked: frozenset[str]) -> list[str]:
    """The entities, with their namesakes, of the passages that look most like the first hop: by likeness, title and mention."""
    places = [reader.places[id_] for id_ in sorted(reader.places)]
    likeness, sentence = (_warm(similar) for similar in _similarities(reader))
    about = np.array([float(not place.titled.isdisjoint(linked)) for place in places])
    share = {id_: 1 / reader.where[id_].total for id_ in sorted(reader.where)}
    named = np.array([sum(worth for id_, worth in share.items() if id_ in place.entity_ids) for place in places])
    worth = likeness + sentence + about / max(about.sum(), 1.0) + named / max(named.sum(), 1e-9)
    return _named_by([places[best] for best in np.argsort(-worth, kind="stable")[:_LEADING]], reader, linked, most=_FURTHER)


def _onward(reader: Reader, near: Neighbourhood) -> list[str]:
    """The entities of which nothing was read yet, of the passages to which the walk leads: what lies behind a second bridge."""
    best = [near.places[p] for p in np.argsort(-near.mass, kind="stable")[:_WALKED_TO]]
    return _named_by(best, reader, frozenset(reader.where), most=_ONWARD)


def _named_by(places: Sequence[Place], reader: Reader, known: Set[str], *, most: int) -> list[str]:
    """The entities, with their namesakes, of the first ``most`` names in the passages that are not of a known entity."""
    names: dict[str, None] = {}
    for name in (n.name for place in places for n in place.named if n.entity_id not in known):
        names |= dict.fromkeys([name, *led_to(name)])
    return reader.named(list(names)[:most])[: 2 * most]


def _similarities(reader: Reader) -> tuple[Weights, Weights]:
    """Cosines of the question with the passages read, in the order of their ids, and with the best sentence of each."""
    similar = [reader.similar[id_] for id_ in sorted(reader.similar)]
    wholes, best = (np.array([each[at] for each in similar], dtype=np.float32) for at in (0, 1))
    return wholes, best


def _neighbourhood(
    reader: Reader, linked: Sequence[str], words: Mapping[str, float], quoted: Mapping[str, float]
) -> Neighbourhood:
    ids = sorted(reader.places)
    places = [reader.places[id_] for id_ in ids]
    bearers = Bearers(*map(np.concatenate, zip(*(place.bearers for place in places), strict=True)))
    entities, of = united(bearers), np.repeat(np.arange(len(places)), [len(place.bearers.ids) for place in places])
    mentions = incidence(of, entities.given, (len(places), len(entities)))
    titles = incidence(of[bearers.titled], entities.given[bearers.titled], mentions.shape)
    parts = _parts(mentions, *entities.parts(Stretches(*np.concatenate([place.stretches for place in places], axis=1))))
    rarity = _rarity(reader, entities, mentions)
    dense, sentence = _similarities(reader)
    by_likeness = _warm(dense) + _warm(sentence)
    by_name = _by_name(entities.find(as_numbers(linked)), titles, rarity)
    telling = _telling([(place, reader.similar[id_].sentences) for id_, place in zip(ids, places, strict=True)], entities, rarity)
    seeds = [np.concatenate([by_likeness, telling]), np.concatenate([_ENTITIES_ALONE * by_likeness, np.zeros_like(telling)])]
    weights = np.concatenate([rarity[mentions.entities], np.float32(_PART) * rarity[parts.entities]])
    held, links = mentions + parts, _links(mentions, titles)
    mass = personalised(held, weights, links, np.stack([by_name + s for s in seeds], axis=1))
    return Neighbourhood(
        places=places,
        entities=entities,
        mentions=mentions,
        held=held,
        titles=titles,
        rarity=rarity,
        dense=dense,
        sentence=sentence,
        words=np.array([words.get(id_, 0.0) for id_ in ids], dtype=np.float32),
        quoted=np.array([quoted.get(id_, 0.0) for id_ in ids], dtype=np.float32),
        mass=mass[:, 0],
        entity_mass=mass[:, 1],
        sentences=[reader.similar[id_].sentences for id_ in ids],
    )


def _parts(mentions: Incidence, wholes: Numbers, parts: Numbers) -> Incidence:
    """With each whole that a passage mentions its part, where that is not mentioned itself."""
    at, which = matches(mentions.entities, wholes)
    return incidence(mentions.passages[at], parts[which], mentions.shape) - mentions


def _rarity(reader: Reader, entities: Entities, mentions: Incidence) -> Weights:
    """In (0, 1]: falls with how many passages mention an entity, in all where the store was asked, else of those read."""
    numbers = entities.find(as_numbers(reader.where))
    known = np.zeros(len(entities))
    totals = np.array([whereabouts.total for whereabouts in reader.where.values()], dtype=float)
    np.add.at(known, numbers[numbers >= 0], totals[numbers >= 0])
    most = np.maximum(mentions.counts, known)
    rarity: Weights = (1 / (1 + (np.log(most) / log(_HALF)) ** 2)).astype(np.float32)
    return rarity


def _links(mentions: Incidence, titles: Incidence) -> Weights:
    """Weights between passages of which one mentions the other's title, shape (n, n): the fewer bear it, the more it counts."""
    links: Weights = np.zeros((titles.shape[0], titles.shape[0]), dtype=np.float32)
    others = mentions - titles
    at, which = matches(others.entities, titles.entities)
    weight = _TITLE_LINK / titles.counts[titles.entities[which]]
    np.maximum.at(links, (others.passages[at], titles.passages[which]), weight)
    return links + links.T


def _by_name(linked: Numbers, titles: Incidence, rarity: Weights) -> Weights:
    """Seeds of the question's entities, and of the passages whose title they are: each kind sums to 1, or is nothing."""
    named = np.unique(linked[linked >= 0])
    passages, entities = (np.zeros(count, dtype=np.float32) for count in titles.shape)
    passages[titles.passages[np.isin(titles.entities, named)]] = 1
    entities[named] = rarity[named]
    return np.concatenate([part / max(float(part.sum()), 1e-9) for part in (passages, entities)])


def _warm(similarity: Weights) -> Weights:
    """Seeds of the most similar passages: the softmax of their similarities, which sums to 1."""
    seeds = np.zeros_like(similarity)
    best = np.argsort(-similarity, kind="stable")[:_SEEDS]
    if len(best):
        seeds[best] = np.exp((similarity[best] - similarity[best[0]]) / _WARMTH)
        seeds /= seeds.sum()
    return seeds


def _telling(places: Sequence[tuple[Place, Weights]], entities: Entities, rarity: Weights) -> Weights:
    """Seeds of the entities in the sentences most like the question; they sum to one half."""
    seeds = np.zeros(len(rarity), dtype=np.float32)
    likeness = np.concatenate([similar for _, similar in places])
    starts = np.cumsum([0, *(len(similar) for _, similar in places)])
    for best in np.argsort(-likeness, kind="stable")[:_SENTENCES]:
        at = int(np.searchsorted(starts, best, side="right")) - 1
        ids, told_in = places[at][0].told
        numbers = entities.find(ids[(told_in == -1) | (told_in == best - starts[at])])
        np.add.at(seeds, numbers, max(float(likeness[best]), 0.0) * rarity[numbers])
    return seeds / max(2 * float(seeds.sum()), 1e-9)
