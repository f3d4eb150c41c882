"""Graph retrieval: link the question, walk the graph, return chains and the passages that they and the question point to.

link → paths between what the question names, and away from it → chains → pool of passages → features → ranking.
"""

from collections.abc import Sequence
from itertools import combinations

from graph_rag import ranking
from graph_rag.candidates import gather
from graph_rag.chains import ChainMaker
from graph_rag.linking import Links, link
from graph_rag.model import Chain, Retrieval
from graph_rag.retrieval import passages
from graph_rag.sources import Question, Sources, timed
from graph_rag.walk import Path, Surroundings, between, outward

HOPS = 3
CHAINS = 5
_PAIRS = 6


def retrieve(question: Question, sources: Sources, *, k: int) -> Retrieval:
    """Chains between the question's entities, and the k passages ranked best."""
    _, seconds = question.vector, dict(question.seconds)
    with timed(seconds, "link"):
        links = link(question, sources)
    surroundings = Surroundings(sources.store)
    with timed(seconds, "walk"):
        maker = ChainMaker(question, sources, surroundings)
        # A chain between the other names would answer another question than the one asked.
        paths = [] if links.unknown else _paths(links.groups, surroundings, maker)
        chains = maker.chains(paths, links.groups, k=CHAINS)
    linked = sorted({e.entity_id for e in links.entities})
    with timed(seconds, "rank"):
        pool = gather(question, sources.store, surroundings, linked, chains)
        ranked = ranking.rank(question, sources.store, surroundings, pool)[:k]
    with timed(seconds, "read"):
        reasons = {hit.id: ranking.reason(features) for hit, features in ranked}
        found = passages([hit for hit, _ in ranked], sources, lambda hit: reasons[hit.id])
    names = tuple(dict.fromkeys(e.name for e in links.entities))
    return Retrieval(found, chains, seconds, _missing(links, chains), names)


def _paths(groups: Sequence[tuple[str, ...]], surroundings: Surroundings, maker: ChainMaker) -> list[Path]:
    """Between each two of the named entities; where no such path is, or only one is named, away from them."""
    paths: list[Path] = []
    for left, right in list(combinations(groups, 2))[:_PAIRS]:
        paths += surroundings.negated(left, right)
        paths += between(surroundings, left, right, hops=HOPS)
    extended = [longer for path in paths for longer in _through(path, groups, surroundings)]
    if len(groups) == 1:
        extended += outward(surroundings, groups[0], hops=HOPS - 1, relevance=maker.relevance)
    return list({tuple(s.relation.id for s in p): p for p in [*paths, *extended]}.values())


def _through(path: Path, groups: Sequence[tuple[str, ...]], surroundings: Surroundings) -> list[Path]:
    """The path and one step more, to a further entity that the question names."""
    on_path = {id_ for step in path for id_ in (step.start, step.end)}
    wanted = {id_ for group in groups if not on_path & set(group) for id_ in group}
    if not wanted or path[0].relation.polarity != "affirmed":
        return []
    surroundings.read([path[-1].end])
    return [(*path, step) for step in surroundings.steps(path[-1].end) if step.end in wanted]


def _missing(links: Links, chains: Sequence[Chain]) -> str:
    """The link that was looked for and is not there, or an empty text."""
    if links.unknown:
        return f"{' and '.join(links.unknown)} is not in the documents" if len(links.unknown) == 1 else (
            f"{', '.join(links.unknown)} are not in the documents"
        )
    if not links.entities:
        return "the question names nothing that is in the graph"
    if not chains and len(links.groups) > 1:
        names = list(dict.fromkeys(e.name for e in links.entities))
        return f"nothing ties {names[0]} to {' or '.join(names[1:])} within {HOPS} hops"
    if not chains:
        return f"no relation of {links.entities[0].name} is stated in the documents"
    return ""
