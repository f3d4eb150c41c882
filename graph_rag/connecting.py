"""How are A and B connected? The k best diverse, loopless chains between two named entities, or what each end does reach."""

import re
from collections.abc import Sequence

from graph_builder.errors import AmbiguousEntity, UnknownEntity
from graph_builder.model import Entity, Kind, Polarity
from graph_builder.stores import Store
from graph_rag.chains import ChainMaker
from graph_rag.model import Candidate, Connection, Hop
from graph_rag.sources import Question, Sources, timed
from graph_rag.walk import Step, Surroundings, between, reach

MOST_HOPS = 10
_TYPED = re.compile(r"^(?P<name>.*\S)\s*\((?P<type>\w+)\)$")
_NEAREST = 8


def connect(source: str, target: str, sources: Sources, *, k: int, hops: int) -> Connection:
    """The chains between two names. Ambiguous names give candidates and no chain.

    Raises
    ------
    UnknownEntity
        A name that no entity bears; the message names the most similar ones.
    """
    seconds: dict[str, float] = {}
    with timed(seconds, "link"):
        found = {name: candidates(name, sources) for name in (source, target)}
    ambiguous = {name: those for name, those in found.items() if len(those) > 1}
    if ambiguous:
        return Connection(source, target, False, (), candidates=ambiguous, seconds=seconds)
    left, right = found[source][0], found[target][0]
    if left.id == right.id:
        return Connection(left.name, right.name, False, (), missing=f"both names are {left.name}", seconds=seconds)
    surroundings = Surroundings(sources.store, symmetric=sources.symmetric)
    question = Question(f"How is {left.name} connected with {right.name}?", sources.embedder, seconds)
    with timed(seconds, "walk"):
        paths = surroundings.negated([left.id], [right.id]) + between(surroundings, [left.id], [right.id], hops=hops)
    maker = ChainMaker(question, sources, surroundings)
    with timed(seconds, "chains"):
        chains = tuple(maker.chains(paths, [(left.id,), (right.id,)], k=k))
    if any(step.relation.polarity is Polarity.AFFIRMED for path in paths for step in path):
        return Connection(left.name, right.name, True, chains, seconds=seconds)
    nearest, missing = _gap(left, right, surroundings, sources.store, hops)
    missing = f"a relation between the two is denied, and {missing}" if chains else missing
    return Connection(left.name, right.name, False, chains, nearest, missing=missing, seconds=seconds)


def describe(name: str, sources: Sources, *, k: int = 50) -> tuple[Entity, tuple[Hop, ...]]:
    """The entity of a name and its relations, the best stated first, each quoted.

    Raises
    ------
    UnknownEntity, AmbiguousEntity
        No entity bears the name, or several do.
    """
    found = candidates(name, sources)
    if len(found) > 1:
        raise AmbiguousEntity(name, [(c.id, c.name, c.type) for c in found])
    surroundings = Surroundings(sources.store, cap=k, symmetric=sources.symmetric)
    surroundings.read([found[0].id])
    paths = [(Step(r, r.subject, r.object),) for r in surroundings.around(found[0].id)]
    maker = ChainMaker(Question(name, sources.embedder), sources, surroundings)
    return sources.store.fetch_entities([found[0].id])[found[0].id], maker.hops(paths)


def candidates(name: str, sources: Sources) -> tuple[Candidate, ...]:
    """The entities that a name may mean; "Washington (Place)" asks for one type.

    Raises
    ------
    UnknownEntity
        There is none.
    """
    typed = _TYPED.match(name)
    for wanted, type_ in [(name, ""), *([(typed["name"], typed["type"])] if typed else [])]:
        ids = sources.store.entities_named([wanted, *_canonical(wanted, sources)])
        entities = sources.store.fetch_entities(sorted({i for bearers in ids.values() for i in bearers}))
        found = [Candidate(e.id, e.name, e.type) for e in entities.values() if type_.lower() in ("", e.type.lower())]
        if found:
            return tuple(sorted(found, key=lambda c: (c.name, c.type, c.id)))
    similar = ", ".join(dict.fromkeys(similar_names(name, sources)))
    hint = f"; the nearest names are: {similar}" if similar else "; there is no entity in the graph: ingest something first"
    raise UnknownEntity(f'no entity is called "{name}"{hint}')


def _canonical(name: str, sources: Sources) -> list[str]:
    known = [pack.lexicon.canonical(name) for pack in sources.packs]
    return [canonical for found in known if found for canonical in found[1:]]


def similar_names(name: str, sources: Sources, *, k: int = 5) -> list[str]:
    """The names of the entities nearest to a name."""
    hits = sources.store.nearest(Kind.ENTITY, sources.embedder.encode([name])[0], k=k)
    entities = sources.store.fetch_entities([hit.id for hit in hits])
    return [entities[hit.id].name for hit in hits]


def _gap(left: Candidate, right: Candidate, surroundings: Surroundings, store: Store, hops: int) -> tuple[tuple[str, ...], str]:
    """What each end reaches, strongest and nearest first, and the missing link in words."""
    reached = {end.name: _reached(surroundings, end, hops) for end in (left, right)}
    entities = store.fetch_entities(sorted({i for ids in reached.values() for i in ids}))
    said = tuple(f"{name} → {entities[i].name}" for name, ids in reached.items() for i in ids[: _NEAREST // 2])
    lonely = [name for name, ids in reached.items() if not ids]
    if lonely:
        return said, f"no affirmed relation of {' or '.join(lonely)} is stated in the documents"
    return said, f"nothing ties what {left.name} reaches to {right.name} within {hops} hops{surroundings.extent}"


def _reached(surroundings: Surroundings, end: Candidate, hops: int) -> Sequence[str]:
    distance = reach(surroundings, [end.id], hops=hops)
    return sorted((i for i in distance if i != end.id), key=lambda i: (distance[i], surroundings.specificity(i), i))
