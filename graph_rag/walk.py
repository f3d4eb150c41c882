"""Walks the graph hop by hop, reading only the relations around a bounded frontier: cost is beam x cap x hops, whatever its size.

`between` finds loopless paths from one set of entities to another: distances from the targets first, then a beam from the
sources that keeps only what can still arrive (the idea of A* with an exact lower bound). `outward` walks where there is no
target. A negated relation is never a step of a path; it can only stand alone, as what it says.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, product
from math import log

from graph_builder.model import Modality, Polarity, Relation
from graph_builder.stores import Store

CAP = 200
BEAM = 120
FRONTIER = 150
SHORTLIST = 300
TURN = 0.6
CONTESTED = 0.5


@dataclass(frozen=True, slots=True)
class Step:
    """A relation walked from ``start`` to ``end``."""

    relation: Relation
    start: str
    end: str

    @property
    def forward(self) -> bool:
        """From subject to object."""
        return self.relation.subject == self.start


Path = tuple[Step, ...]


@dataclass
class Surroundings:
    """What has been read of the graph so far: each entity is expanded once."""

    store: Store
    cap: int = CAP
    symmetric: Callable[[str], bool] = lambda _: False
    expanded: set[str] = field(default_factory=set)
    capped: set[str] = field(default_factory=set)
    _around: defaultdict[str, dict[str, Relation]] = field(default_factory=lambda: defaultdict(dict))
    _claims: dict[tuple[str, str, str, Polarity], Relation] = field(default_factory=dict)

    def read(self, entity_ids: Iterable[str]) -> None:
        """Expand those entities that have not been."""
        new = sorted(set(entity_ids) - self.expanded)
        if new:
            expansion = self.store.expand(new, cap=self.cap)
            self.expanded |= set(new)
            self.capped |= expansion.capped
            self._keep(expansion.relations)

    def tie(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Read all relations between the ends of each pair, where neither end is known with all its relations."""
        whole = self.expanded - self.capped
        apart = {(min(pair), max(pair)) for pair in pairs if not whole & set(pair)}
        if apart:
            self._keep(self.store.ties(sorted(apart)))

    def _keep(self, relations: Iterable[Relation]) -> None:
        """Each relation lies around both its ends: a hub of which only the best is read has what its neighbours tell of it."""
        for relation in relations:
            for end in (relation.subject, relation.object):
                self._around[end][relation.id] = relation
            self._claims.setdefault((relation.predicate, relation.subject, relation.object, relation.polarity), relation)

    def around(self, entity_id: str) -> list[Relation]:
        """The relations of an entity that have been read."""
        return list(self._around[entity_id].values()) if entity_id in self._around else []

    def steps(self, entity_id: str) -> list[Step]:
        """Affirmed relations away from an entity."""
        affirmed = (r for r in self.around(entity_id) if r.polarity is Polarity.AFFIRMED)
        return [Step(r, entity_id, r.object if r.subject == entity_id else r.subject) for r in affirmed]

    def negated(self, left: Iterable[str], right: Iterable[str]) -> list[Path]:
        """The negated relations between two sets of entities, each a path of its own; all that relate them are read."""
        left, right = set(left), set(right)
        self.read(left | right)
        self.tie(product(left, right))
        ends = [(path, path[0].start, path[0].end) for path in self.denied(left | right)]
        return [path for path, start, end in ends if (start in left and end in right) or (start in right and end in left)]

    def denied(self, entity_ids: Iterable[str]) -> list[Path]:
        """The negated relations of some entities, each a path of its own."""
        self.read(entity_ids)
        found = {r.id: r for id_ in sorted(set(entity_ids)) for r in self.around(id_) if r.polarity is Polarity.NEGATED}
        return [(Step(r, r.subject, r.object),) for r in found.values()]

    def denial(self, relation: Relation) -> Relation | None:
        """The relation that denies this one, where it has been read."""
        contrary = Polarity.AFFIRMED if relation.polarity is Polarity.NEGATED else Polarity.NEGATED
        ends = [(relation.subject, relation.object)]
        if self.symmetric(relation.predicate):
            ends.append((relation.object, relation.subject))
        told = (self._claims.get((relation.predicate, *pair, contrary)) for pair in ends)
        return next((denial for denial in told if denial), None)

    @property
    def extent(self) -> str:
        """What a reader must know of a search that found nothing: that hubs were read in part, or an empty text."""
        return f", among the {self.cap} best stated relations of each entity" if self.capped else ""

    def specificity(self, entity_id: str) -> float:
        """In (0, 1]: falls with the logarithm of the number of relations around an entity."""
        return 1.0 / (1.0 + log(1 + len(self._around[entity_id]) / 8))


def strength(step: Step) -> float:
    """In (0, 1]: how firmly a step is stated."""
    sure = 0.75 if step.relation.modality is Modality.POSSIBLE else 1.0
    return step.relation.confidence * sure


def turns(path: Path) -> int:
    """How often a path changes between walking along relations and against them.

    Each turn weakens what a path says: that two drugs treat one disease, or share an enzyme, is no influence of one on the other.
    """
    return sum(left.forward != right.forward for left, right in pairwise(path))


def path_strength(path: Path, surroundings: Surroundings) -> float:
    """In (0, 1]: the geometric mean of the steps, times the specificity of what lies between them, less for each turn."""
    product = 1.0
    for step in path:
        product *= strength(step) * (CONTESTED if surroundings.denial(step.relation) else 1.0)
    between = [surroundings.specificity(step.end) for step in path[:-1]]
    specific = sum(between) / len(between) if between else 1.0
    return float(product ** (1 / len(path)) * specific**0.25 * TURN ** turns(path))


def between(
    surroundings: Surroundings, sources: Sequence[str], targets: Sequence[str], *, hops: int, beam: int = BEAM
) -> list[Path]:
    """Loopless paths of at most ``hops`` steps from a source to a target, strongest first."""
    distance = reach(surroundings, targets, hops=hops)
    bound = not surroundings.capped & set(distance)  # where a hub was read in part, an unknown distance proves nothing
    goal = set(targets)
    partial: list[Path] = [()]
    found: list[Path] = []
    for remaining in range(hops, 0, -1):
        grown = []
        surroundings.read(end for _, end in _ends(partial, sources))
        for path, end in _ends(partial, sources):
            for step in surroundings.steps(end):
                if _visits(path, sources, step.end):
                    continue
                if step.end in goal:
                    found.append((*path, step))
                elif not bound or distance.get(step.end, hops + 1) < remaining:
                    grown.append((*path, step))
        partial = _best(grown, surroundings, beam)
    return _best(found, surroundings, beam)


def outward(
    surroundings: Surroundings,
    sources: Sequence[str],
    *,
    hops: int,
    relevance: Callable[[Path], float],
    weigh: Callable[[Sequence[Path]], None],
    beam: int = 30,
) -> list[Path]:
    """Paths of at most ``hops`` steps away from the sources, the most relevant first: a beam search by ``relevance``.

    ``weigh`` is given the paths whose relevance will be asked, so that their evidence is read at once.
    """
    partial: list[Path] = [()]
    found: list[Path] = []
    for _ in range(hops):
        surroundings.read(end for _, end in _ends(partial, sources))
        grown = [
            (*path, step)
            for path, end in _ends(partial, sources)
            for step in surroundings.steps(end)
            if not _visits(path, sources, step.end)
        ]
        grown = _best(grown, surroundings, SHORTLIST)
        weigh(grown)
        partial = sorted(grown, key=lambda p: (-relevance(p), key(p)))[:beam]
        found += partial
    return sorted(found, key=lambda p: (-relevance(p), key(p)))


def key(path: Path) -> tuple[str, ...]:
    """What tells paths apart: their relations and ends, in order."""
    return tuple(f"{step.relation.id}{step.end}" for step in path)


def reach(surroundings: Surroundings, targets: Sequence[str], *, hops: int) -> dict[str, int]:
    """Hops from an entity to the nearest target, for those within ``hops`` - 1; the frontier is bounded."""
    distance = dict.fromkeys(targets, 0)
    frontier = sorted(targets)
    for far in range(1, hops):
        surroundings.read(frontier)
        weight: dict[str, float] = defaultdict(float)
        for id_ in frontier:
            for step in surroundings.steps(id_):
                if step.end not in distance:
                    weight[step.end] = max(weight[step.end], step.relation.confidence)
        frontier = sorted(weight, key=lambda i: (-weight[i], i))[:FRONTIER]
        distance |= dict.fromkeys(frontier, far)
    return distance


def _ends(partial: Sequence[Path], sources: Sequence[str]) -> list[tuple[Path, str]]:
    return [(p, p[-1].end) for p in partial if p] or [((), id_) for id_ in sorted(sources) if partial]


def _visits(path: Path, sources: Sequence[str], entity_id: str) -> bool:
    return entity_id in sources or any(entity_id == step.end for step in path)


def _best(paths: Sequence[Path], surroundings: Surroundings, beam: int) -> list[Path]:
    surroundings.read({step.end for path in paths for step in path[:-1]})
    return sorted(paths, key=lambda p: (-path_strength(p, surroundings), key(p)))[:beam]
