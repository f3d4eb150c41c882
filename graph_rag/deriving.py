"""Conclusions that a pack's composition rules draw from a chain: marked derived, citing all premises, never from a negated one.

A rule is "A INHIBITS E" and "E METABOLIZES B" give "A INCREASES_EXPOSURE_OF B". Premises are neighbouring hops, in either
order of the walk, each read in its own direction.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graph_builder.model import Modality, Polarity
from graph_builder.packs import Composition, Pack
from graph_rag.model import Chain, Hop


@dataclass(frozen=True, slots=True)
class Derived:
    """A conclusion in words, the rule that draws it, and the hops that are its premises."""

    text: str
    rule: str
    premises: tuple[Hop, ...]


def derive(chain: Chain, packs: Sequence[Pack]) -> list[Derived]:
    """What the packs' rules conclude from a chain's neighbouring hops, in the chain's order."""
    found: dict[str, Derived] = {}
    for pack in packs:
        for rule in pack.compositions:
            for window in _windows(chain.hops, len(rule.premises)):
                bound = _bind(rule, window)
                if bound:
                    text = _conclusion(rule, bound, pack)
                    found.setdefault(text, Derived(text, rule.name, window))
    return list(found.values())


def _windows(hops: Sequence[Hop], size: int) -> Iterator[tuple[Hop, ...]]:
    for first in range(len(hops) - size + 1):
        window = tuple(hops[first : first + size])
        yield window
        yield window[::-1]


def _bind(rule: Composition, hops: Sequence[Hop]) -> dict[str, str]:
    """What the rule's letters stand for, or nothing where the hops are not its premises."""
    bound: dict[str, tuple[str, str]] = {}
    for premise, hop in zip(rule.premises, hops, strict=True):
        subject, predicate, object_ = premise.split()
        if hop.predicate != predicate or hop.polarity is not Polarity.AFFIRMED:
            return {}
        for letter, id_, name in ((subject, hop.subject_id, hop.subject), (object_, hop.object_id, hop.object)):
            if bound.setdefault(letter, (id_, name))[0] != id_:
                return {}
    return {letter: name for letter, (_, name) in bound.items()}


def _conclusion(rule: Composition, bound: dict[str, str], pack: Pack) -> str:
    subject, predicate, object_ = rule.concludes.split()
    return f"{bound[subject]} {pack.reads(predicate, modality=Modality.POSSIBLE)} {bound[object_]}"
