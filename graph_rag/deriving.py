"""Conclusions that a pack's composition rules draw from a chain: marked derived, citing all premises, never from a negated one.

A rule is "A INHIBITS E" and "E METABOLIZES B" give "A INCREASES_EXPOSURE_OF B". Premises are neighbouring hops, in either
order of the walk, each read in its own direction.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from graph_builder.model import Modality, Polarity, Relation
from graph_builder.packs import Composition, Pack
from graph_rag.model import Chain, Hop

Item = TypeVar("Item")
Claim = tuple[str, str, str]
"""Subject id, predicate, object id."""


@dataclass(frozen=True, slots=True)
class Derived:
    """A conclusion in words, its predicate, and the hops that are its premises."""

    text: str
    predicate: str
    premises: tuple[Hop, ...]


def derive(chain: Chain, packs: Sequence[Pack]) -> list[Derived]:
    """What the packs' rules conclude from a chain's neighbouring hops, in the chain's order."""
    found: dict[str, Derived] = {}
    for pack in packs:
        for rule in pack.compositions:
            for window in _windows(chain.hops, len(rule.premises)):
                affirmed = all(hop.polarity is Polarity.AFFIRMED for hop in window)
                bound = _bind(rule, [(h.subject_id, h.predicate, h.object_id) for h in window]) if affirmed else {}
                if bound:
                    names = {i: n for h in window for i, n in ((h.subject_id, h.subject), (h.object_id, h.object))}
                    text = _conclusion(rule, {letter: names[id_] for letter, id_ in bound.items()}, pack)
                    found.setdefault(text, Derived(text, rule.concludes.split()[1], window))
    return list(found.values())


def follows(relations: Sequence[Relation], packs: Sequence[Pack]) -> bool:
    """Whether a rule of the packs concludes something from neighbouring relations of a path."""
    claims = [(r.subject, r.predicate, r.object) for r in relations if r.polarity is Polarity.AFFIRMED]
    rules = [rule for pack in packs for rule in pack.compositions]
    return any(_bind(rule, window) for rule in rules for window in _windows(claims, len(rule.premises)))


def _windows(items: Sequence[Item], size: int) -> Iterator[tuple[Item, ...]]:
    """Neighbours, in both orders."""
    for first in range(len(items) - size + 1):
        window = tuple(items[first : first + size])
        yield window
        yield window[::-1]


def _bind(rule: Composition, claims: Sequence[Claim]) -> dict[str, str]:
    """The entity ids that the rule's letters stand for, or nothing where the claims are not its premises."""
    bound: dict[str, str] = {}
    for premise, (subject_id, predicate, object_id) in zip(rule.premises, claims, strict=True):
        subject, wanted, object_ = premise.split()
        if predicate != wanted:
            return {}
        if bound.setdefault(subject, subject_id) != subject_id or bound.setdefault(object_, object_id) != object_id:
            return {}
    return bound if len(set(bound.values())) == len(bound) else {}


def _conclusion(rule: Composition, bound: dict[str, str], pack: Pack) -> str:
    subject, predicate, object_ = rule.concludes.split()
    return f"{bound[subject]} {pack.reads(predicate, modality=Modality.POSSIBLE)} {bound[object_]}"
