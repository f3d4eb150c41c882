"""Aliases become entities: a function of the set of aliases and declarations, never of the order in which they came.

Two aliases are one entity when a chain of joins leads from one to the other. A join has one of four reasons:

``same name``       equal normalised name and type (an untyped name joins the only typed bearer of that name)
``pack``            the pack's lexicon gives both the same canonical name, or one the other's name as its canonical name
``declared``        a sentence says so: "Plavix (clopidogrel)"; the join carries that evidence
``similar``         same kind of name by spelling, same digits, cosine of the names at least `SIMILAR_COSINE`; never
                    where the pack knows one of the names, since it would have said so

Declarations and similarities never join two classes that the pack gives different canonical names, or that have
different types.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from graph_builder.model import Alias, Entity, Join, Vectors, digest
from graph_builder.names import normalise

UNTYPED = "Thing"
SIMILAR_COSINE = 0.95
SIMILAR_SPELLING = 0.90
_BLOCK_LETTERS = 5


def block(alias: Alias) -> str:
    """The key under which similar names are sought: type, first letters, digits. Empty for names the pack knows."""
    if alias.canonical:
        return ""
    letters = alias.normalised.replace(" ", "")
    return f"{alias.type}|{letters[:_BLOCK_LETTERS]}|{_digits(letters)}"


def resolve(aliases: Iterable[Alias], declared: Iterable[Join], vectors: Mapping[str, Vectors]) -> list[Entity]:
    """The classes of the aliases, each with the joins that made it, by id.

    ``vectors`` gives each alias id the unit vector of its name, shape (dim,); an alias without one is similar to none.
    """
    ordered = sorted(aliases, key=lambda a: (a.type, a.normalised, a.name, a.id))
    classes = _Classes(ordered)
    for join in [*_by_name(ordered), *_by_pack(ordered)]:
        classes.join(join)
    known = {a.id for a in ordered}
    for join in sorted(declared, key=lambda j: (j.left, j.right, j.evidence_id)):
        if join.left in known and join.right in known:
            classes.join_unless_told_apart(join)
    for join in _by_similarity(ordered, vectors):
        classes.join_unless_told_apart(join)
    return sorted(_with_own_ids(classes.entities()), key=lambda e: e.id)


def _with_own_ids(entities: Iterable[Entity]) -> Iterable[Entity]:
    """Each entity with an id of its own.

    The id is made of type and name, and joins leave two classes with the same of both only where untyped names meet
    contrary types. Classes that could meet so have a name in common, so whoever resolves one resolves all of them.
    """
    taken: set[str] = set()
    for entity in sorted(entities, key=lambda e: e.alias_ids):
        id_ = entity.id if entity.id not in taken else digest(entity.id, *entity.alias_ids)
        taken.add(id_)
        yield replace(entity, id=id_)


class _Classes:
    """Union-find over aliases that remembers why."""

    def __init__(self, aliases: Sequence[Alias]) -> None:
        self._alias = {a.id: a for a in aliases}
        self._parent = {a.id: a.id for a in aliases}
        self._canonical = {a.id: {a.canonical} - {""} for a in aliases}
        self._types = {a.id: {a.type} - {UNTYPED} for a in aliases}
        self._joins: list[Join] = []

    def _root(self, id_: str) -> str:
        while self._parent[id_] != id_:
            self._parent[id_] = self._parent[self._parent[id_]]
            id_ = self._parent[id_]
        return id_

    def join(self, join: Join) -> None:
        left, right = self._root(join.left), self._root(join.right)
        if left == right:
            return
        self._parent[right] = left
        self._canonical[left] |= self._canonical.pop(right)
        self._types[left] |= self._types.pop(right)
        self._joins.append(join)

    def join_unless_told_apart(self, join: Join) -> None:
        left, right = self._root(join.left), self._root(join.right)
        canonical, types = self._canonical[left] | self._canonical[right], self._types[left] | self._types[right]
        if len(canonical) <= 1 and len(types) <= 1:
            self.join(join)

    def entities(self) -> Iterable[Entity]:
        members = defaultdict(list)
        for id_, alias in self._alias.items():
            members[self._root(id_)].append(alias)
        joins = defaultdict(list)
        for join in self._joins:
            joins[self._root(join.left)].append(join)
        for root, aliases in members.items():
            yield _entity(aliases, joins[root])


def _entity(aliases: Sequence[Alias], joins: Sequence[Join]) -> Entity:
    types = sorted({a.type for a in aliases} - {UNTYPED}) or [UNTYPED]
    canonical = sorted({a.canonical for a in aliases} - {""})
    name = canonical[0] if canonical else min(aliases, key=_shown_first).name
    return Entity(
        id=digest("entity", types[0], normalise(name) or name),
        type=types[0],
        name=name,
        aliases=tuple(sorted({a.name for a in aliases})),
        alias_ids=tuple(sorted(a.id for a in aliases)),
        joins=tuple(sorted(joins, key=lambda j: (j.left, j.right, j.reason))),
    )


def _shown_first(alias: Alias) -> tuple[int, bool, str]:
    """The longest name, not shouted, first in the alphabet."""
    return -len(alias.normalised), alias.name.isupper(), alias.name


def _by_name(aliases: Sequence[Alias]) -> Iterable[Join]:
    bearers: dict[str, dict[str, list[Alias]]] = defaultdict(lambda: defaultdict(list))
    for alias in aliases:
        bearers[alias.normalised or alias.name][alias.type].append(alias)
    for types in bearers.values():
        for same in types.values():
            yield from (Join(same[0].id, other.id, "same name") for other in same[1:])
        typed = sorted(set(types) - {UNTYPED})
        if UNTYPED in types and len(typed) == 1:
            yield Join(types[typed[0]][0].id, types[UNTYPED][0].id, "same name")


def _by_pack(aliases: Sequence[Alias]) -> Iterable[Join]:
    first: dict[tuple[str, str], Alias] = {}
    for alias in sorted(aliases, key=lambda a: not a.canonical):
        bearer = first.setdefault((alias.type, alias.referent), alias)
        if bearer is not alias and (bearer.canonical or alias.canonical):
            yield Join(bearer.id, alias.id, "pack")


def _by_similarity(aliases: Sequence[Alias], vectors: Mapping[str, Vectors]) -> Iterable[Join]:
    blocks = defaultdict(list)
    for alias in aliases:
        if alias.id in vectors and block(alias):
            blocks[block(alias)].append(alias)
    for same in blocks.values():
        for i, left in enumerate(same):
            for right in same[i + 1 :]:
                if left.normalised == right.normalised:
                    continue
                cosine = float(vectors[left.id] @ vectors[right.id])  # before the spelling, which takes a hundred times as long
                if cosine >= SIMILAR_COSINE and _spelt_alike(left.normalised, right.normalised):
                    yield Join(left.id, right.id, "similar", round(cosine, 4))


def _spelt_alike(left: str, right: str) -> bool:
    return _digits(left) == _digits(right) and SequenceMatcher(None, left, right).ratio() >= SIMILAR_SPELLING


def _digits(name: str) -> str:
    return "".join(c for c in name if c.isdigit())
