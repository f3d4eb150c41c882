"""The passages near a question and what they mention, as arrays: what a walk over them starts from, and where it leads.

Passages are numbered in the order of their ids, entities in the order in which these passages name them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from graph_rag.atlas import Atlas, Mentions
from graph_rag.incidence import Distinct, Incidence, Numbers, incidence, matches
from graph_rag.namesakes import Entities, united
from graph_rag.pagerank import Weights, personalised
from graph_rag.reading import Place, Reader

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

    ``named``: what each passage names, ``given``: the number of each entity named there; ``mentions``: which entities each
    passage mentions; ``held``: those, and the ones whose names are parts of their names; ``titles``: those that its title
    names. ``dense``: cosine with the question, ``sentence``: that of the best sentence; ``words``: BM25 (0 where the words did
    not find it), ``quoted``: score of the best chain that quotes it; each of shape (n,). ``rarity``: in (0, 1], shape (m,).
    ``mass`` and ``entity_mass``: PageRank of passages from all seeds, and from the entities of the question nearly alone.
    """

    places: list[Place]
    atlas: Atlas
    entities: Entities
    named: Mentions
    given: Numbers
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

    def find(self, entity_ids: Iterable[str]) -> Numbers:
        """The numbers of entities; -1 for those that are not near."""
        return self.entities.find(self.atlas.entities(entity_ids))

    def told(self, passage: int) -> tuple[Numbers, Numbers]:
        """The entities that a passage mentions, and beside each the sentence that does; -1 for the title."""
        own = self.named.at(passage)
        return self.given[own], self.named.sentences[own]

    def title(self, passage: int) -> str:
        """The title of a passage's document, as far as its headings say it."""
        return self.atlas.titles[self.places[passage].row]

    def entity_id(self, entity: int) -> str:
        """The id of the first entity that counts as this one."""
        return self.atlas.entity_ids[int(self.entities.firsts[entity])]


def neighbourhood(
    reader: Reader, linked: Sequence[str], words: Mapping[str, float], quoted: Mapping[str, float]
) -> Neighbourhood:
    """Arrays over what was read, of which there must be something, and walks over them.

    ``linked``: entities of the question; ``words``: BM25 of passages, ``quoted``: the best score of a chain, by id.
    """
    places, atlas = reader.places, reader.atlas
    named = atlas.mentions(np.array([place.row for place in places]))
    bearers = Distinct(named.bearers, atlas.bearers_known)
    borne = atlas.bearers(bearers.members)
    entities = united(*borne, (len(atlas.entity_ids), len(atlas.names)))
    given = entities.find(borne[0])[bearers.given]
    titled = named.sentences < 0
    mentions = incidence(named.of, given, (len(places), len(entities)))
    titles = incidence(named.of[titled], given[titled], mentions.shape)
    parts = _parts(mentions, *entities.parts(*atlas.named(entities.names.members)))
    rare = _rarity(reader, entities, mentions)
    dense, sentence = (np.array(similar, dtype=np.float32) for similar in zip(*((p.whole, p.best) for p in places), strict=True))
    by_likeness = warm(dense) + warm(sentence)
    by_name = _by_name(entities.find(atlas.entities(linked)), titles, rare)
    telling = _telling(places, named, given, rare)
    seeds = [np.concatenate([by_likeness, telling]), np.concatenate([_ENTITIES_ALONE * by_likeness, np.zeros_like(telling)])]
    weights = np.concatenate([rare[mentions.entities], np.float32(_PART) * rare[parts.entities]])
    held, links = mentions + parts, _links(mentions, titles)
    mass = personalised(held, weights, links, np.stack([by_name + s for s in seeds], axis=1))
    return Neighbourhood(
        places=places,
        atlas=atlas,
        entities=entities,
        named=named,
        given=given,
        mentions=mentions,
        held=held,
        titles=titles,
        rarity=rare,
        dense=dense,
        sentence=sentence,
        words=np.array([words.get(place.chunk_id, 0.0) for place in places], dtype=np.float32),
        quoted=np.array([quoted.get(place.chunk_id, 0.0) for place in places], dtype=np.float32),
        mass=mass[:, 0],
        entity_mass=mass[:, 1],
    )


def _parts(mentions: Incidence, wholes: Numbers, parts: Numbers) -> Incidence:
    """With each whole that a passage mentions its part, where that is not mentioned itself."""
    at, which = matches(mentions.entities, wholes)
    return incidence(mentions.passages[at], parts[which], mentions.shape) - mentions


def _rarity(reader: Reader, entities: Entities, mentions: Incidence) -> Weights:
    """In (0, 1]: falls with how many passages mention an entity, in all where the store was asked, else of those read."""
    numbers = entities.find(reader.atlas.entities(reader.where))
    known = np.zeros(len(entities))
    totals = np.array([whereabouts.total for whereabouts in reader.where.values()], dtype=float)
    np.add.at(known, numbers[numbers >= 0], totals[numbers >= 0])
    return rarity(np.maximum(mentions.counts, known)).astype(np.float32)


def rarity(counts: NDArray[np.number]) -> NDArray[np.float64]:
    """In (0, 1], of entities that so many passages mention, at least one each."""
    found: NDArray[np.float64] = 1 / (1 + (np.log(counts) / log(_HALF)) ** 2)
    return found


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


def warm(similarity: Weights) -> Weights:
    """Seeds of the most similar passages: the softmax of their similarities, which sums to 1."""
    seeds = np.zeros_like(similarity)
    best = np.argsort(-similarity, kind="stable")[:_SEEDS]
    if len(best):
        seeds[best] = np.exp((similarity[best] - similarity[best[0]]) / _WARMTH)
        seeds /= seeds.sum()
    return seeds


def _telling(places: Sequence[Place], named: Mentions, given: Numbers, rarity: Weights) -> Weights:
    """Seeds of the entities in the sentences most like the question; they sum to one half."""
    seeds = np.zeros(len(rarity), dtype=np.float32)
    likeness = np.concatenate([place.each for place in places])
    starts = np.cumsum([0, *(len(place.each) for place in places)])
    for best in np.argsort(-likeness, kind="stable")[:_SENTENCES]:
        at = int(np.searchsorted(starts, best, side="right")) - 1
        own = named.at(at)
        sentence = named.sentences[own]
        numbers = given[own][(sentence == -1) | (sentence == best - starts[at])]
        np.add.at(seeds, numbers, max(float(likeness[best]), 0.0) * rarity[numbers])
    return seeds / max(2 * float(seeds.sum()), 1e-9)
