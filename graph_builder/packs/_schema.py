"""What a `pack.toml` may hold."""

import re
from functools import cached_property
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator


def _compiles(regex: str) -> str:
    try:
        re.compile(re.sub(r"\{[SOPW]\}", "x", regex))
    except re.error as error:
        raise ValueError(f'"{regex}" is no regular expression: {error}') from error
    return regex


Regex = Annotated[str, AfterValidator(_compiles)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Pattern(_Strict):
    """Names by their form. ``canonical`` may hold {0} (the whole match) and {1} (a group), both in capitals.

    ``after``: only where a name of the same type stands earlier in the text ("CYP2C9, 2C19 and 3A4").
    """

    regex: Regex
    canonical: str = ""
    after: bool = False


class EntityType(_Strict):
    """A kind of entity. ``pointers`` are nouns that stand for the document's subject of this type: "the drug"."""

    definition: str
    patterns: tuple[Pattern, ...] = ()
    pointers: tuple[str, ...] = ()
    placeholder: str = "thing"
    """The word that stands for such a name while a sentence is parsed: one that the parser knows well."""
    placeholders: str = ""
    """The same for several names."""
    group: str = ""
    """Types of one group may stand in one list ("CYP3A4 and P-gp"); by default a type is its own group."""


class Frame(_Strict):
    """One way of saying a relation.

    ``verbs``: subject VERB object, object is VERBed by subject. ``roles``: subject is a ROLE of object ("inhibitor");
    ``reversed_roles``: object is a ROLE of subject ("substrate"). ``nominals``: NOMINAL of object by subject.
    ``aspects``: the object is named through a word of these aspects ("concentration of …"); "" is the name itself.
    ``copula``: subject is an object ("omeprazole is a proton pump inhibitor"). ``negated``: saying it so denies it.
    """

    verbs: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    reversed_roles: tuple[str, ...] = ()
    nominals: tuple[str, ...] = ()
    aspects: tuple[str, ...] = ("",)
    prepositions: tuple[str, ...] = ()
    """The object hangs on one of these ("converted TO", "interacts WITH"), not on the verb itself."""
    passive_subject: bool = False
    """With prepositions, the passive's subject is the relation's subject: "is converted to", "is contraindicated with"."""
    templates: tuple[Regex, ...] = ()
    """Regular expressions over the reduced sentence; {S} subject, {O} object, {P} the two of a pair, {W} up to four words."""
    copula: bool = False
    negated: bool = False
    qualifier: str = ""
    confidence: float | None = Field(default=None, ge=0, le=1)


class RelationType(_Strict):
    """A kind of relation: what it means, between which types, how it reads, and how texts say it."""

    definition: str
    directions: tuple[tuple[str, str], ...]
    symmetric: bool = False
    verb: str
    passive: str
    frames: tuple[Frame, ...] = ()

    @cached_property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """The directions as a set."""
        return frozenset(self.directions)


class Cues(_Strict):
    """Words that turn a claim: regular expressions over the words that belong to its verb."""

    negation: tuple[Regex, ...] = ()
    modality: tuple[Regex, ...] = ()
    void: tuple[Regex, ...] = ()
    """Words after which nothing is claimed: "it is not known whether …"."""
    qualifiers: tuple[Regex, ...] = ()
    strengths: tuple[str, ...] = ()


class Composition(_Strict):
    """Premises along a chain, such as "A INHIBITS E", and the conclusion that they give."""

    name: str
    premises: tuple[str, ...]
    concludes: str


class PackFile(_Strict):
    """A `pack.toml`."""

    name: str = ""
    description: str = ""
    open: bool = False
    notes: str = ""
    lexicon: tuple[str, ...] = ()
    lexicon_normalised: tuple[str, ...] = ()
    """Files whose names are stored in the form in which names are compared: they load faster."""
    entities: dict[str, EntityType] = Field(default_factory=dict)
    relations: dict[str, RelationType] = Field(default_factory=dict)
    aspects: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    carriers: tuple[str, ...] = ()
    """Words through which a name is meant: "TREATMENT with x", "x TABLETS", "USE of x"."""
    fillers: tuple[str, ...] = ()
    """Words that may stand between a name and such a word: "x ORAL tablets", "SERUM level of x", "x ISOENZYME"."""
    joint: tuple[str, ...] = ()
    """Words that say two things are taken together: "COADMINISTRATION of x and y"."""
    general: tuple[str, ...] = ()
    """Words that list names without a class of their own: "DRUGS such as x"."""
    cues: Cues = Cues()
    compositions: tuple[Composition, ...] = ()

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        for predicate, relation in self.relations.items():
            self._check_types(predicate, relation)
            for frame in relation.frames:
                unknown = set(frame.aspects) - {"", *self.aspects}
                if unknown:
                    raise ValueError(
                        f"relations.{predicate}.frames: no aspect {sorted(unknown)}; there are: {sorted(self.aspects)}"
                    )
        self._check_compositions()
        return self

    def _check_types(self, predicate: str, relation: RelationType) -> None:
        if not re.fullmatch(r"[A-Z][A-Z0-9_]*", predicate):
            raise ValueError(f"relations.{predicate}: a predicate is UPPER_SNAKE")
        unknown = {type_ for pair in relation.directions for type_ in pair} - set(self.entities)
        if unknown:
            known = sorted(self.entities)
            raise ValueError(f"relations.{predicate}.directions: no entity type {sorted(unknown)}; there are: {known}")

    def _check_compositions(self) -> None:
        for rule in self.compositions:
            for claim in (*rule.premises, rule.concludes):
                parts = claim.split()
                if len(parts) != 3 or parts[1] not in self.relations:  # noqa: PLR2004 - subject, predicate, object
                    raise ValueError(f'compositions.{rule.name}: "{claim}" is not "A PREDICATE B" with a predicate of this pack')
