"""Connection as retrieval: the chains between the first two entities that the question names, and the passages they quote."""

from graph_builder.stores import Hit
from graph_rag.chains import ChainMaker
from graph_rag.linking import link
from graph_rag.model import Retrieval
from graph_rag.retrieval import passages
from graph_rag.sources import Question, Sources, timed
from graph_rag.walk import Surroundings, between

HOPS = 4
CHAINS = 3


def retrieve(question: Question, sources: Sources, *, k: int) -> Retrieval:
    """Up to `CHAINS` diverse chains between two named entities; their passages in the order of the hops, at most k."""
    _, seconds = question.vector, dict(question.seconds)
    with timed(seconds, "link"):
        links = link(question, sources)
    if len(links.groups) < 2:  # noqa: PLR2004  # a connection has two ends
        missing = f"two names of the graph are needed; the question has: {'; '.join(links.names) or 'nothing'}"
        return Retrieval(seconds=seconds, missing=missing, linked=links.names)
    left, right = links.groups[:2]
    surroundings = Surroundings(sources.store, symmetric=sources.symmetric)
    with timed(seconds, "walk"):
        paths = [*surroundings.negated(left, right), *between(surroundings, left, right, hops=HOPS)]
        chains = ChainMaker(question, sources, surroundings).chains(paths, links.groups, k=CHAINS)
    with timed(seconds, "read"):
        best: dict[str, float] = {}
        for chain in chains:
            for hop in chain.hops:
                best.setdefault(hop.chunk, chain.score)
        hits = [Hit(id_, score) for id_, score in best.items()][:k]
        found = passages(hits, sources, lambda hit: f"quoted by a chain of score {hit.score:.2f}")
    name = {e.entity_id: e.name for e in links.entities}
    missing = "" if chains else f"nothing ties {name[left[0]]} to {name[right[0]]} within {HOPS} hops"
    return Retrieval(found, chains, seconds, missing, links.names)
