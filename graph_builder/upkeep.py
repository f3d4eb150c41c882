"""Keeps entities and relations in step with what documents contributed, inside one transaction of a store.

A store holds two layers. What documents gave (chunks, aliases, mentions, evidence) is written and removed as it is.
What follows from it (entities, relations) is recomputed here for the part that a change touches, by the same functions
for every store: therefore adding and removing commute, and two stores can not drift apart.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from graph_builder.model import SAME_AS, Alias, Contribution, Entity, Evidence, Join, Relation, Vectors, digest
from graph_builder.resolution import resolve


@dataclass(frozen=True, slots=True)
class Placed:
    """An alias in the store: the entity it belongs to ("" before its first resolution) and its vector, shape (dim,)."""

    alias: Alias
    entity_id: str
    vector: Vectors


class Claim(NamedTuple):
    """Evidence with the relation it counts for now ("" for none)."""

    evidence: Evidence
    relation_id: str


class Transaction(Protocol):
    """What a store offers inside one write transaction. Collections come and go by id; absent ids are left out."""

    def documents_of(self, sources: Collection[str]) -> dict[str, list[tuple[str, str]]]:
        """(id, recipe) of the documents from each source; a source without any is left out."""

    def insert(self, contributions: Sequence[Contribution]) -> None:
        """Write what the documents give, of the aliases `aliases_in`; those that are there already stay as they are."""

    def delete(self, document_id: str) -> None:
        """Delete what the document gave, and the aliases that nothing mentions any more."""

    def aliases_of(self, document_id: str) -> set[str]:
        """Ids of the aliases in the document's mentions and evidence."""

    def related(self, alias_ids: Collection[str]) -> dict[str, Placed]:
        """These aliases, and all that share one of these with one of them: entity, name, block, declaration.

        A name is the normalised form of the alias or of its canonical name; one's may be the other's.
        """

    def declared(self, alias_ids: Collection[str]) -> list[Join]:
        """Declarations (`SAME_AS` evidence) between these aliases."""

    def entities_at(self, alias_ids: Collection[str]) -> dict[str, str]:
        """Entity id by alias id."""

    def joins_of(self, entity_ids: Collection[str]) -> dict[str, list[Join]]:
        """The joins that the entities were placed with, by entity id; those without any may be left out."""

    def place(self, entities: Sequence[Entity], vectors: Mapping[str, Vectors], gone: Collection[str]) -> None:
        """Write these entities (vectors by id) over what they were, move their aliases there, delete those gone."""

    def claims_of(self, alias_ids: Collection[str]) -> list[Claim]:
        """Evidence with one of the aliases as subject or object, declarations left out."""

    def claims_for(self, relation_ids: Collection[str]) -> list[Claim]:
        """Evidence that counts for one of the relations."""

    def relations_of(self, document_id: str) -> set[str]:
        """Ids of the relations that the document's evidence counts for; "" where it counts for none."""

    def assign(self, relation_of: Mapping[str, str]) -> None:
        """Set the relation that evidence counts for, by evidence id."""

    def replace_relations(self, relations: Sequence[Relation], gone: Collection[str]) -> None:
        """Write these relations over what they were and delete those gone."""


def add(transaction: Transaction, contributions: Sequence[Contribution]) -> None:
    """Write contributions in place of whatever their sources gave before; nothing happens for those that are there already.

    What follows from them is derived once, for all of them together. Of several from one source the last counts.

    Raises
    ------
    ValueError
        A mention or evidence points to an alias or a chunk that the contribution does not hold: whoever made it erred.
    """
    for contribution in contributions:
        _check(contribution)
    if new := missing(transaction, contributions):
        present = transaction.documents_of([c.document.source for c in new])
        touched = _take_out(transaction, [id_ for held in present.values() for id_, _ in held])
        transaction.insert(new)
        named = set().union(*map(_named_in, new))
        _rederive(transaction, touched, [e for c in new for e in c.evidence], named=named)


def missing(transaction: Transaction, contributions: Sequence[Contribution]) -> list[Contribution]:
    """Those that are not in the store as they are; of several from one source the last."""
    last = {c.document.source: c for c in contributions}
    present = transaction.documents_of(list(last))
    return [c for source, c in last.items() if present.get(source) != [(c.document.id, c.recipe)]]


def remove(transaction: Transaction, document_id: str) -> None:
    """Take out exactly what a document gave."""
    _rederive(transaction, _take_out(transaction, [document_id]), ())


def aliases_in(contribution: Contribution) -> list[tuple[Alias, Vectors]]:
    """The aliases that the contribution's mentions and evidence name, with their vectors.

    Another alias in it would have nothing that holds it, and so nothing that takes it away with its document.
    """
    named = _named_in(contribution)
    pairs = zip(contribution.aliases, contribution.alias_vectors, strict=True)
    return [(alias, vector) for alias, vector in pairs if alias.id in named]


def _named_in(contribution: Contribution) -> set[str]:
    return _ends(contribution.evidence) | {mention.alias_id for mention in contribution.mentions}


def _check(contribution: Contribution) -> None:
    aliases = _named_in(contribution) - {alias.id for alias in contribution.aliases}
    places = {e.chunk_id for e in contribution.evidence} | {m.chunk_id for m in contribution.mentions}
    chunks = places - {chunk.id for chunk in contribution.chunks}
    if aliases or chunks:
        missing = ", ".join(sorted(aliases | chunks))
        raise ValueError(f"the contribution of {contribution.document.source} points to what it does not hold: {missing}")


@dataclass(slots=True)
class _Touched:
    """What a deletion leaves to be derived again: the entity by alias, as it was, and the ids of relations."""

    entity_of: dict[str, str] = field(default_factory=dict)
    relations: set[str] = field(default_factory=set)


def _take_out(transaction: Transaction, document_ids: Sequence[str]) -> _Touched:
    touched = _Touched()
    for id_ in document_ids:
        around = _closure(transaction, transaction.aliases_of(id_))
        touched.entity_of |= {alias_id: placed.entity_id for alias_id, placed in around.items()}
        touched.relations |= transaction.relations_of(id_)
        transaction.delete(id_)
    return touched


def _closure(transaction: Transaction, alias_ids: Collection[str]) -> dict[str, Placed]:
    """All aliases that could share a class with one of these, through any number of joins."""
    found: dict[str, Placed] = {}
    frontier = set(alias_ids)
    while frontier:
        near = transaction.related(frontier)
        frontier = set(near) - set(found) - frontier
        found |= near
    return found


def _rederive(transaction: Transaction, touched: _Touched, new: Sequence[Evidence], *, named: Collection[str] = ()) -> None:
    placed = _closure(transaction, {*touched.entity_of, *named})
    vectors = {id_: p.vector for id_, p in placed.items()}
    entities = resolve([p.alias for p in placed.values()], transaction.declared(list(placed)), vectors)
    before = {id_: p.entity_id for id_, p in placed.items()}
    after = {alias_id: entity.id for entity in entities for alias_id in entity.alias_ids}
    changed = _changed(transaction, entities, touched.entity_of | before)
    gone = {*touched.entity_of.values(), *before.values()} - {"", *after.values()}
    transaction.place(changed, _name_vectors(changed, placed), gone)
    moved = {id_ for id_, entity_id in after.items() if before[id_] not in ("", entity_id)}
    dirty = _reassign(transaction, moved, new)
    _refresh(transaction, (touched.relations | dirty) - {""})


def _changed(transaction: Transaction, entities: Sequence[Entity], before: Mapping[str, str]) -> list[Entity]:
    """The entities whose members, deleted ones in ``before`` too, or the reasons for joining them are not what the store held."""
    members = defaultdict(set)
    for alias_id, entity_id in before.items():
        members[entity_id].add(alias_id)
    same = [entity for entity in entities if set(entity.alias_ids) == members[entity.id]]
    held = transaction.joins_of([entity.id for entity in same])
    unchanged = {entity.id for entity in same if _reasons(entity.joins) == _reasons(held.get(entity.id, ()))}
    return [entity for entity in entities if entity.id not in unchanged]


def _reasons(joins: Iterable[Join]) -> set[tuple[str, str, str, str]]:
    return {(j.left, j.right, j.reason, j.evidence_id) for j in joins}


def _name_vectors(entities: Iterable[Entity], placed: Mapping[str, Placed]) -> dict[str, Vectors]:
    """For each entity the vector of the alias that bears its name."""
    chosen = {}
    for entity in entities:
        bearers = [i for i in entity.alias_ids if entity.name in (placed[i].alias.canonical, placed[i].alias.name)]
        chosen[entity.id] = placed[(bearers or entity.alias_ids)[0]].vector
    return chosen


def _reassign(transaction: Transaction, moved: Collection[str], new: Sequence[Evidence]) -> set[str]:
    """Point new evidence, and that of moved aliases, at its relation; the relations that lost or won some."""
    claims = {c.evidence.id: c for c in transaction.claims_of(moved)}
    claims |= {e.id: Claim(e, "") for e in new if e.predicate != SAME_AS and e.id not in claims}
    entity_at = transaction.entities_at(_ends(c.evidence for c in claims.values()))
    relation_of = {id_: _relation_id(c.evidence, entity_at) for id_, c in claims.items()}
    transaction.assign(relation_of)
    return {c.relation_id for c in claims.values()} | set(relation_of.values())


def _ends(evidence: Iterable[Evidence]) -> set[str]:
    return {id_ for e in evidence for id_ in (e.subject, e.object)}


def _relation_id(evidence: Evidence, entity_at: Mapping[str, str]) -> str:
    subject, object_ = entity_at[evidence.subject], entity_at[evidence.object]
    if subject == object_:
        return ""
    return digest("relation", subject, evidence.predicate, object_, evidence.polarity, evidence.modality)


def _refresh(transaction: Transaction, relation_ids: set[str]) -> None:
    """Rebuild relations from all their evidence; those without any are deleted."""
    groups = defaultdict(list)
    for claim in transaction.claims_for(relation_ids):
        groups[claim.relation_id].append(claim.evidence)
    entity_at = transaction.entities_at(_ends(e for group in groups.values() for e in group))
    relations = [_relation(id_, group, entity_at) for id_, group in sorted(groups.items())]
    transaction.replace_relations(relations, relation_ids - set(groups))


def _relation(id_: str, evidence: Sequence[Evidence], entity_at: Mapping[str, str]) -> Relation:
    first = min(evidence, key=lambda e: e.id)
    return Relation(
        id=id_,
        subject=entity_at[first.subject],
        predicate=first.predicate,
        object=entity_at[first.object],
        polarity=first.polarity,
        modality=first.modality,
        qualifiers="; ".join(sorted({e.qualifiers for e in evidence} - {""})),
        confidence=max(e.confidence for e in evidence),
        extractor="; ".join(sorted({e.extractor for e in evidence})),
        evidence_ids=tuple(sorted(e.id for e in evidence)),
    )
