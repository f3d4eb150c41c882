"""Graph retrieval: link the question, walk the graph, return chains and the passages that they and the question point to.

Chains: link → paths between what the question names, and away from it → chains. Passages: link → neighbourhood → features, with
those of the questions that passages rewrite → ranking.
"""

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

from graph_builder.model import Polarity
from graph_builder.stores import Hit
from graph_rag.chains import ChainMaker
from graph_rag.gathering import gather
from graph_rag.linking import Links, link
from graph_rag.model import Chain, Retrieval
from graph_rag.pool import asked, chosen
from graph_rag.ranking import Ranking, rank, shipped
from graph_rag.reading import Library
from graph_rag.retrieval import passages
from graph_rag.rewriting import Names
from graph_rag.sources import Question, Sources, timed
from graph_rag.walk import Path, Step, Surroundings, between, outward, turns

HOPS = 3
CHAINS = 5
_PAIRS = 6
_EXTENDED = 30
_OUTWARD = 3
"""Names from which chains lead away, where nothing ties them."""


def retrieve(question: Question, sources: Sources, *, k: int) -> Retrieval:
    """Chains between the question's entities, and the k passages ranked best."""
    _, seconds = question.vector, dict(question.seconds)
    near = survey(question, sources, seconds)
    rankers, stating = shipped()[sources.rewriting], _stating(near.chains, sources)
    with timed(seconds, "rank"):
        ranked = {r.chunk_id: r for r in rank(near.ranking, rankers, k=k, stating=stating)} if near.ranking else {}
    with timed(seconds, "read"):
        hits = [Hit(r.chunk_id, r.score) for r in ranked.values()]
        found = passages(hits, sources, lambda hit: ranked[hit.id].reason, lambda hit: ranked[hit.id].lead)
    return Retrieval(found, near.chains, seconds, near.missing, near.links.names)


class Survey(NamedTuple):
    """What the question names, the chains, the link that is missing, and the passages to be ranked, where there are any."""

    links: Links
    chains: list[Chain]
    missing: str
    ranking: Ranking | None


def survey(question: Question, sources: Sources, seconds: dict[str, float]) -> Survey:
    """Look around the question in the graph; adds the seconds of each step."""
    with timed(seconds, "link"):
        links = link(question, sources)
    with timed(seconds, "walk"):
        surroundings = Surroundings(sources.store, symmetric=sources.symmetric)
        maker = ChainMaker(question, sources, surroundings)
        # A chain between the other names would answer another question than the one asked.
        paths = [] if links.unknown or links.unread else _paths(links, surroundings, maker)
        chains = maker.chains(paths, links.groups, k=CHAINS)
    with timed(seconds, "gather"):
        ranking = _ranking(question, sources, links, chains)
    return Survey(links, chains, _missing(links, chains, surroundings.extent), ranking)


def _ranking(question: Question, sources: Sources, links: Links, chains: Sequence[Chain]) -> Ranking | None:
    library = Library(sources.store, sources.memory.of(sources.store))
    near = gather(question, library, sorted({e.entity_id for e in links.proper}), chains)
    if near is None:
        return None
    embedder = sources.embedder if sources.rewriting == "exact" else None
    pool = chosen(near, asked(question.text, links, near), library)
    return Ranking(question, pool, Names(near, library), embedder)


def _stating(chains: Sequence[Chain], sources: Sources) -> dict[str, float]:
    """The score of the best chain that quotes a passage, of chains whose every relation a closed pack defines."""
    closed = [chain for chain in chains if all(sources.is_closed(hop.predicate) for hop in chain.hops)]
    return {hop.chunk: chain.score for chain in reversed(closed) for hop in chain.hops}


def _paths(links: Links, surroundings: Surroundings, maker: ChainMaker) -> list[Path]:
    """Between each two of the named entities, and on to what else is asked; where only one is named, away from it.

    Away from several where nothing ties them, unless a pack knows them: "does A interact with B?" is not answered by what A does
    to others, whereas "who was born first, A or B?" is answered by what is said of each.
    """
    found: list[Path] = []
    for left, right in list(combinations(links.groups, 2))[:_PAIRS]:
        found += surroundings.negated(left, right)
        found += between(surroundings, left, right, hops=HOPS)
    found += [longer for path in found[:_EXTENDED] for longer in _onward(path, links, surroundings)]
    if len(links.groups) == 1 or not (found or links.by_pack):
        for group in links.groups[:_OUTWARD]:
            denials = surroundings.denied(group) if links.denied else []
            found += denials or outward(surroundings, group, hops=HOPS - 1, relevance=maker.relevance, weigh=maker.weigh)
    return list({tuple(s.relation.id for s in path): path for path in found}.values())


def _onward(path: Path, links: Links, surroundings: Surroundings) -> list[Path]:
    """The path with one step more, at either end, to what else the question names, or to the type it asks for."""
    on_path = {id_ for step in path for id_ in (step.start, step.end)}
    further = {id_ for group in links.groups if not on_path & set(group) for id_ in group}
    if path[0].relation.polarity is Polarity.NEGATED or not (further or links.asks):
        return []
    ends = (path[0].start, path[-1].end)
    surroundings.read(ends)
    backwards = tuple(Step(s.relation, s.end, s.start) for s in reversed(path))
    ways = zip((backwards, path), ends, strict=True)
    longer = [(*way, step) for way, end in ways for step in surroundings.steps(end) if step.end not in on_path]
    asked = further or _of_type(links.asks, [p[-1].end for p in longer], surroundings)
    return [p for p in longer if p[-1].end in asked and turns(p) <= turns(path)]


def _of_type(type_: str, entity_ids: Sequence[str], surroundings: Surroundings) -> set[str]:
    entities = surroundings.store.fetch_entities(sorted(set(entity_ids)))
    return {entity.id for entity in entities.values() if entity.type == type_}


def _missing(links: Links, chains: Sequence[Chain], extent: str) -> str:
    """The link that was looked for and is not there, or an empty text. ``extent``: how far was looked, in words.

    Where no pack knows the names, or none read what has them, that a relation was not found does not mean that no document
    states it.
    """
    if links.unknown:
        return f"{', '.join(links.unknown)} {'is' if len(links.unknown) == 1 else 'are'} not in the documents"
    if links.unread:
        return ""
    if not links.entities:
        return "the question names nothing that is in the graph"
    if chains or not links.by_pack:
        return ""
    if len(links.groups) > 1:
        name = {e.entity_id: e.name for e in links.entities}
        first, *others = [name[group[0]] for group in links.groups]
        return f"nothing ties {first} to {' or '.join(others)} within {HOPS} hops{extent}"
    return f"no relation of {links.proper[0].name} is stated in the documents"
