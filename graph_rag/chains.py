"""Paths become chains: each hop with the sentence that states it, checked; each chain with a score and its parts."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property, partial

import numpy as np

from graph_builder.model import DECIMALS, Entity, Evidence, Kind, Polarity, Relation
from graph_rag.deriving import follows
from graph_rag.memory import Reads
from graph_rag.model import Chain, Citation, Hop
from graph_rag.sources import Question, Sources
from graph_rag.verification import Checker
from graph_rag.walk import Path, Step, Surroundings, path_strength, turns

WEIGHTS = {"strength": 0.3, "relevance": 0.15, "coverage": 0.3, "brevity": 0.1, "argument": 0.15}
"""How the parts of a chain's score add up; each part is in [0, 1]."""
_QUOTES_CONSIDERED = 12
_ALIKE = 0.67

Scored = tuple[dict[str, float], Path]
"""A path with the parts of its score."""


class ChainMaker:
    """Makes and ranks chains for one question over what a walk has read."""

    def __init__(self, question: Question, sources: Sources, surroundings: Surroundings) -> None:
        self._question = question
        self._sources = sources
        self._surroundings = surroundings
        self._checker = Checker(sources.store)
        self._evidence: dict[str, Evidence] = {}
        self._cosine: dict[str, float] = {}
        self._relevance: dict[str, float] = {}
        self._entities: dict[str, Entity] = {}
        self._spelt: dict[str, str] = {}

    @cached_property
    def _reads(self) -> Reads:
        return self._sources.memory.of(self._sources.store)

    def relevance(self, path: Path) -> float:
        """Mean over the steps of the best cosine, in [0, 1], of the question with a sentence that states the step."""
        self._weigh(step.relation for step in path)
        return sum(self._relevance[step.relation.id] for step in path) / len(path)

    def weigh(self, paths: Iterable[Path]) -> None:
        """Compare the evidence of all these paths with the question at once, before their relevance is asked one by one."""
        self._weigh(step.relation for path in paths for step in path)

    def _weigh(self, relations: Iterable[Relation]) -> None:
        new = {r.id: r for r in relations if r.id not in self._relevance}
        self._cosine |= self._cosines({i for r in new.values() for i in _cited(r)})
        self._relevance |= {id_: max(self._cosine[i] for i in _cited(r)) for id_, r in new.items()}

    def _cosines(self, evidence_ids: Collection[str]) -> dict[str, float]:
        """The question's cosine with each quoted sentence, at least 0."""
        if not evidence_ids:
            return {}
        ids, read = sorted(evidence_ids), partial(self._sources.store.vectors, Kind.EVIDENCE)
        vectors = self._reads.recall("evidence vectors", ids, read)
        cosines = np.stack([vectors[id_] for id_ in ids]) @ self._question.vector
        # Rounded, so that equal sentences are equally near wherever they stand in the matrix.
        return dict(zip(ids, np.round(np.maximum(cosines, 0.0), DECIMALS).tolist(), strict=True))

    def _quotes(self, relation: Relation) -> list[Evidence]:
        return [self._evidence[i] for i in _cited(relation)]

    def chains(self, paths: Sequence[Path], asked: Sequence[Sequence[str]], *, k: int) -> list[Chain]:
        """The k best chains that are not alike, best first. ``asked``: for each place of the question its entity ids."""
        self._prepare(paths)
        scored = _without_detours([(self._parts(path, asked), path) for path in paths])
        ranked = sorted(scored, key=lambda s: (-_total(s[0]), [step.relation.id for step in s[1]]))
        chosen: list[Scored] = []
        for parts, path in ranked:
            if len(chosen) == k:
                break
            if not any(_alike(path, other) for _, other in chosen):
                chosen.append((parts, path))
        self._read([path for _, path in chosen])
        return [self._chain(parts, path) for parts, path in chosen]

    def _prepare(self, paths: Sequence[Path]) -> None:
        """Read what is said of these paths: the evidence of each step, and what else relates its ends, which may deny it."""
        self.weigh(paths)
        self._surroundings.tie((step.start, step.end) for path in paths for step in path)

    def hops(self, paths: Sequence[Path]) -> tuple[Hop, ...]:
        """The steps of all these paths as hops, in order."""
        self._prepare(paths)
        self._read(paths)
        return tuple(self._hop(step) for path in paths for step in path)

    def _read(self, paths: Sequence[Path]) -> None:
        """Read what the hops of these paths, which have been weighed, will say and be checked by."""
        steps = [step for path in paths for step in path]
        self._read_quotes([step.relation for step in steps])
        quotes = [quote for step in steps for quote in self._quotes(step.relation)]
        self._entities |= self._sources.store.fetch_entities(sorted({i for step in steps for i in (step.start, step.end)}))
        self._spelt |= self._sources.store.fetch_aliases(sorted({i for e in quotes for i in (e.subject, e.object)}))
        self._checker.read(quote.document_id for quote in quotes)

    def _read_quotes(self, relations: Iterable[Relation]) -> None:
        new = sorted({i for relation in relations for i in _cited(relation)} - set(self._evidence))
        self._evidence |= self._sources.store.fetch_evidence(new)

    def _parts(self, path: Path, asked: Sequence[Sequence[str]]) -> dict[str, float]:
        on_path = _entities(path)
        covered = sum(bool(on_path & set(ids)) for ids in asked)
        return {
            "strength": path_strength(path, self._surroundings),
            "relevance": self.relevance(path),
            "coverage": covered / len(asked) if asked else 0.0,
            "brevity": 1 / len(path),
            "argument": self._argument(path),
        }

    def _argument(self, path: Path) -> float:
        """Whether a path is more than neighbours in a row: 1 for a single statement and where a rule draws a conclusion.

        One half where it runs one way. "A interacts with B" and "B interacts with C" say nothing of A and C.
        """
        if len(path) == 1 or follows([step.relation for step in path], self._sources.packs):
            return 1.0
        one_way = turns(path) == 0 and not any(self._sources.symmetric(step.relation.predicate) for step in path)
        return 0.5 if one_way else 0.0

    def _chain(self, parts: dict[str, float], path: Path) -> Chain:
        hops = tuple(self._hop(step) for step in path)
        rounded = {name: round(value, 4) for name, value in parts.items()}
        return Chain(round(_total(parts), 4), all(hop.verified for hop in hops), hops, rounded)

    def _hop(self, step: Step) -> Hop:
        relation = step.relation
        subject, object_ = self._entities[relation.subject], self._entities[relation.object]
        quotes = self._quotes(relation)
        proven = [e for e in quotes if self._checker.proves(e, self._spelt[e.subject], self._spelt[e.object])]
        best = min(proven or quotes, key=lambda e: (e.antecedent is not None, -e.confidence, -self._cosine[e.id], e.id))
        return Hop(
            subject=subject.name,
            predicate=relation.predicate,
            object=object_.name,
            polarity=relation.polarity,
            modality=relation.modality,
            forward=step.forward,
            document=self._checker.document(best.document_id).source,
            chunk=best.chunk_id,
            start=best.start,
            end=best.end,
            quote=best.quote,
            verified=best in proven,
            reads=self._sources.reads(relation.predicate, relation.polarity, relation.modality),
            qualifiers=best.qualifiers,
            confidence=relation.confidence,
            support=len(relation.evidence_ids),
            antecedent=self._checker.antecedent(best),
            antecedent_start=best.antecedent[0] if best.antecedent else 0,
            said=best.said,
            subject_id=subject.id,
            object_id=object_.id,
            subject_type=subject.type,
            object_type=object_.type,
            relation=relation.id,
            denials=self._denials(relation),
        )

    def _denials(self, relation: Relation) -> tuple[Citation, ...]:
        """The sentences that state the contrary of a relation, each compared with its document."""
        denial = self._surroundings.denial(relation)
        if denial is None:
            return ()
        self._read_quotes([denial])
        standing = [e for e in self._quotes(denial) if self._checker.stands(e.document_id, e.start, e.end, e.quote)]
        sources = {e.id: self._checker.document(e.document_id).source for e in standing}
        return tuple(Citation(sources[e.id], e.chunk_id, e.start, e.end, e.quote, verified=True) for e in standing)


def _cited(relation: Relation) -> Sequence[str]:
    """The ids of the evidence that is considered."""
    return relation.evidence_ids[:_QUOTES_CONSIDERED]


def _total(parts: Mapping[str, float]) -> float:
    return sum(WEIGHTS[name] * value for name, value in parts.items())


def _without_detours(scored: Sequence[Scored]) -> list[Scored]:
    """Those that do not pass by all that a shorter chain passes by which argues and covers as well: the way round adds nothing.

    A single statement is no argument: "A interacts with C" leaves open why.
    """
    passed = [(_ends(path), _entities(path)) for _, path in scored]
    arguments = [(parts, len(path), *by) for (parts, path), by in zip(scored, passed, strict=True) if len(path) > 1]

    def goes_round(parts: Mapping[str, float], path: Path, ends: frozenset[str], entities: frozenset[str]) -> bool:
        return any(
            length < len(path) and ends == e and by < entities and all(other[x] >= parts[x] for x in ("argument", "coverage"))
            for other, length, e, by in arguments
        )

    return [each for each, by in zip(scored, passed, strict=True) if not goes_round(*each, *by)]


def _ends(path: Path) -> frozenset[str]:
    return frozenset((path[0].start, path[-1].end))


def _entities(path: Path) -> frozenset[str]:
    return frozenset(id_ for step in path for id_ in (step.start, step.end))


def _alike(left: Path, right: Path) -> bool:
    """Whether two paths say nearly the same: same entities, or most relations shared."""
    if _entities(left) == _entities(right):
        negated = {s.relation.polarity is Polarity.NEGATED for s in (*left, *right)}
        return len(negated) == 1
    shared = {s.relation.id for s in left} & {s.relation.id for s in right}
    return len(shared) / max(len(left), len(right)) > _ALIKE
