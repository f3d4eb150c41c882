"""What the words of a question ask for: yes or no, a thing of some type, one relation between two ends."""

import re
from collections.abc import Mapping, Sequence, Set

from graph_builder.packs import RelationType
from graph_builder.terms import term_set
from graph_rag.sources import Sources

_YES_NO = re.compile(r"^\s*(does|do|did|is|are|was|were|can|could|may|might|will|would|should|has|have)\b", re.IGNORECASE)
_TURNED = re.compile(
    r"\b(?:not|no|never|without|free of|safe|safely|un\w+|lack\w*|neither|nor|both|hardly|barely|scarcely|rarely|rather than|"
    r"instead|false|wrong|myth|fail\w*|cease\w*|stop\w*|doubt\w*|den(?:y|ies|ied))\b|n't\b",
    re.IGNORECASE,
)
_DENIED = re.compile(r"\b(?:not|never|cannot)\b|n't\b", re.IGNORECASE)
_PROPERTY = re.compile(r"\bwhat\s+(?:is|are|was|were)\s+the\s+([\w\s-]+?)\s+(?:of|for)\b", re.IGNORECASE)
_OF_A_LINK = re.compile(r"\b(interact\w*|affect\w*|connect\w*|link\w*|relat\w*|influenc\w*)\b", re.IGNORECASE)
_PASSIVE = re.compile(r"^(?:is|are|was|were|has|have|had|can|could|may|might)\b.*\bby\b|\w(?:ed|en) by\b", re.IGNORECASE)


def asks_yes_or_no(question: str) -> bool:
    """Whether it can be answered by yes or no.

    >>> asks_yes_or_no("Is CYP3A4 inhibited by ketoconazole?"), asks_yes_or_no("What inhibits CYP3A4?")
    (True, False)
    """
    return bool(_YES_NO.match(question))


def is_plain(question: str) -> bool:
    """Whether no word turns it round, or asks more than one thing, so that nobody could tell what yes or no were said to.

    >>> is_plain("Does ketoconazole inhibit CYP3A4?"), is_plain("Does ketoconazole not inhibit CYP3A4?")
    (True, False)
    """
    return not _TURNED.search(question)


def asks_what_is_denied(question: str) -> bool:
    """Whether it wants what does not hold: "Which drugs do not inhibit CYP3A4?".

    >>> asks_what_is_denied("Which drugs do not inhibit CYP3A4?"), asks_what_is_denied("Does A not inhibit B?")
    (True, False)
    """
    return bool(_DENIED.search(question)) and not asks_yes_or_no(question)


def asked_property(question: str) -> frozenset[str]:
    """The index terms of what it wants to know of a thing: "What is the half-life of simvastatin?", or none."""
    found = _PROPERTY.search(question)
    return term_set(found[1]) if found else frozenset()


def asks_of_a_link(question: str) -> bool:
    """Whether it asks if things have to do with each other, in whatever way."""
    return bool(_OF_A_LINK.search(question))


def asked_ends(question: str, linked: Sequence[str]) -> tuple[str, str]:
    """Which of two names, in the question's order, it has for the subject, and which for the object."""
    first, second = linked
    return (second, first) if _PASSIVE.search(question) else (first, second)


def asked_type(question: str, sources: Sources) -> str:
    """The entity type that a question asks for by name, "Which transporter …", or an empty text."""
    for pack in sources.packs:
        for type_ in pack.entity_types:
            pattern = rf"\b(which|what)\s+(\w+\s+){{0,2}}{in_words(type_)}\b"
            if not pack.is_open and re.search(pattern, question, re.IGNORECASE):
                return type_
    return ""


def in_words(type_: str) -> str:
    """A type in words: DrugClass is a "drug class"."""
    return re.sub(r"(?<!^)(?=[A-Z])", " ", type_).lower()


def asked_verb(question: str, sources: Sources) -> tuple[str, str]:
    """The predicate, with its verb, that a question asks for by a single word, "Does A inhibit B?", or two empty texts."""
    asked = term_set(question)
    for pack in sources.packs:
        for predicate in pack.relation_types:
            verb = pack.reads(predicate)
            if " " not in verb and asked & term_set(verb):
                return predicate, verb
    return "", ""


def asked_relations(question: str, sources: Sources) -> dict[str, str]:
    """The predicates, with their verbs, that closed packs state in the question's words.

    By the verb of a relation ("inhibits"), by a role in it ("substrates"), or by one of its verbs with one of its aspects: to
    lower the clearance of a drug, or to raise its levels, is to increase its exposure. Relations that run both ways are left
    out: all that two things have to do with each other says how they interact.
    """
    asked = term_set(question)
    closed = [(pack, kind) for pack in sources.packs if not pack.is_open for kind in pack.relation_types.items()]
    return {
        predicate: relation.verb
        for pack, (predicate, relation) in closed
        if not relation.symmetric and _is_said(asked, relation, pack.file.aspects)
    }


def _is_said(asked: Set[str], relation: RelationType, aspects: Mapping[str, Sequence[str]]) -> bool:
    own = term_set(relation.verb) if " " not in relation.verb else frozenset()
    for frame in relation.frames:
        verbs = {term for verb in frame.verbs for term in term_set(verb)} & asked
        words = {term for aspect in frame.aspects if aspect for word in aspects[aspect] for term in term_set(word)}
        roles = {term for role in (*frame.roles, *frame.reversed_roles) for term in term_set(role)}
        if roles & asked or (verbs and ((verbs & own and "" in frame.aspects) or words & asked)):
            return True
    return False
