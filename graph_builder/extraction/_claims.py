"""What the patterns find, before it becomes an extraction: claims between members, and declared aliases."""

from dataclasses import dataclass, field

from graph_builder.extraction._sketch import Member
from graph_builder.packs import Pack


@dataclass(frozen=True, slots=True)
class Claim:
    """One relation between two names, as one pattern saw it."""

    subject: Member
    predicate: str
    object: Member
    number: int
    negated: bool = False
    possible: bool = False
    qualifiers: tuple[str, ...] = ()
    confidence: float = 0.8
    support: tuple[int, ...] = ()
    """Further sentences that are needed to read the claim: a table's header."""


@dataclass
class Findings:
    """The claims and aliases of one document. A claim that the pack does not allow, or of a thing with itself, is dropped."""

    pack: Pack
    claims: list[Claim] = field(default_factory=list)
    aliases: list[tuple[str, str, int]] = field(default_factory=list)

    def claim(
        self,
        subjects: tuple[Member, ...],
        predicate: str,
        objects: tuple[Member, ...],
        number: int,
        *,
        negated: bool = False,
        possible: bool = False,
        qualifiers: tuple[str, ...] = (),
        confidence: float = 0.8,
        support: tuple[int, ...] = (),
    ) -> None:
        """Note the claim for every subject with every object."""
        for subject in subjects:
            for object_ in objects:
                if subject.canonical == object_.canonical or not self.pack.allows(subject.type, predicate, object_.type):
                    continue
                self.claims.append(
                    Claim(
                        subject,
                        predicate,
                        object_,
                        number,
                        negated or subject.negated or object_.negated,
                        possible or subject.possible or object_.possible,
                        (*qualifiers, *filter(None, (subject.condition, object_.condition))),
                        confidence,
                        support,
                    )
                )

    def alias(self, left: Member, right: Member, number: int) -> None:
        """Note that two names of one type are declared to be one thing; contradicted by the lexicon, it is none."""
        if left.type == right.type and left.canonical == right.canonical and left.name.casefold() != right.name.casefold():
            self.aliases.append((left.name, right.name, number))
