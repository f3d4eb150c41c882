"""The pool of passages that graph retrieval ranks, each with where it came from, and the entities that bridge them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from graph_builder.model import Kind
from graph_builder.stores import Store
from graph_rag.model import Chain
from graph_rag.sources import Question
from graph_rag.walk import Surroundings

POOL = 50
_CHUNKS_PER_ENTITY = 30


@dataclass(slots=True)
class Pool:
    """Candidate chunks with the raw signals that found them; every mapping is by chunk id.

    ``dense`` the cosine, ``words`` the BM25 score, ``chain`` the score of the best chain that quotes the chunk, ``linked`` and
    ``bridges`` the entities of the question, and those one step from them, that the chunk mentions.
    """

    dense: dict[str, float] = field(default_factory=dict)
    words: dict[str, float] = field(default_factory=dict)
    chain: dict[str, float] = field(default_factory=dict)
    linked: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    bridges: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    @property
    def ids(self) -> list[str]:
        """All candidates, sorted."""
        return sorted({*self.dense, *self.words, *self.chain, *self.linked, *self.bridges})


def gather(question: Question, store: Store, surroundings: Surroundings, linked: Sequence[str], chains: Sequence[Chain]) -> Pool:
    """The pool: dense and word neighbours, the chains' chunks, and those that mention linked or bridging entities."""
    pool = Pool()
    pool.dense = {hit.id: hit.score for hit in store.nearest(Kind.CHUNK, question.vector, k=POOL)}
    pool.words = {hit.id: hit.score for hit in store.search(Kind.CHUNK, question.text, k=POOL)}
    for chain in chains:
        for hop in chain.hops:
            pool.chain[hop.chunk] = max(pool.chain.get(hop.chunk, 0.0), chain.score)
    surroundings.read(linked)
    _mark(pool.linked, linked, surroundings.chunks)
    bridging = bridges(chains, linked)
    surroundings.read(bridging)
    near = {*pool.dense, *pool.words, *pool.chain, *pool.linked}
    _mark(pool.bridges, bridging, {i: [c for c in surroundings.chunks.get(i, ()) if c in near] for i in bridging})
    return pool


def bridges(chains: Iterable[Chain], linked: Sequence[str]) -> list[str]:
    """The entities between the ends of chains that the question itself does not name."""
    ends = {id_ for chain in chains for hop in chain.hops for id_ in (hop.subject_id, hop.object_id)}
    return sorted(ends - set(linked))


def _mark(marks: dict[str, set[str]], entity_ids: Iterable[str], chunks: Mapping[str, Sequence[str]]) -> None:
    for entity_id in entity_ids:
        for chunk_id in chunks.get(entity_id, ())[:_CHUNKS_PER_ENTITY]:
            marks[chunk_id].add(entity_id)
