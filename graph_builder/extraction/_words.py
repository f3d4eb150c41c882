"""What a pack's words come to: forms of its verbs, alternatives for regular expressions, roles, aspects and classes."""

import re
from collections.abc import Iterable

from graph_builder.extraction._sketch import RoleUse
from graph_builder.packs import Pack

NAME = r"<[A-O]\d+>"
"""A slot with names."""

SUCH = r"(?:,?\s*(?:such as|including|for example,?|like|e\.?g\.?,?|i\.?e\.?,?|namely)\s*(?:the\s+)?|\s*:\s*)"
"""What stands between a class and the names of some of its members."""

_IRREGULAR = {
    "take": ("take", "takes", "taken", "taking", "took"),
    "break": ("break", "breaks", "broken", "breaking", "broke"),
    "lead": ("lead", "leads", "led", "leading"),
}


def verb_forms(verb: str) -> tuple[str, ...]:
    """Base, third person, past participle and present participle of a verb, then any other form."""
    if verb in _IRREGULAR:
        return _IRREGULAR[verb]
    if verb.endswith("e"):
        return verb, verb + "s", verb + "d", verb[:-1] + "ing"
    if verb.endswith("y") and verb[-2:-1] not in "aeiou":
        return verb, verb[:-1] + "ies", verb[:-1] + "ied", verb + "ing"
    third = verb + "es" if verb.endswith(("s", "x", "ch", "sh")) else verb + "s"
    return verb, third, verb + "ed", verb + "ing"


def alternatives(words: Iterable[str]) -> str:
    """A regular expression for any of the words, the longest first; of none, one that never matches."""
    listed = sorted({re.escape(word) for word in words}, key=lambda word: (-len(word), word))
    return "|".join(listed) or r"(?!)"


def insensitive(*parts: str) -> re.Pattern[str]:
    """The parts, one after another, compiled without regard to case."""
    return re.compile("".join(parts), re.IGNORECASE)


def role_uses(pack: Pack) -> dict[str, tuple[RoleUse, ...]]:
    """The relations that each role noun, singular and plural, speaks of."""
    roles: dict[str, tuple[RoleUse, ...]] = {}
    for predicate, relation in pack.relation_types.items():
        for frame in relation.frames:
            for word, turned in [(w, False) for w in frame.roles] + [(w, True) for w in frame.reversed_roles]:
                for form in (word, word + "s"):
                    roles[form] = (*roles.get(form, ()), RoleUse(predicate, turned))
    return roles


def copulas(pack: Pack) -> tuple[str, ...]:
    """The predicates that "is" states: "omeprazole is a proton pump inhibitor"."""
    return tuple(p for p, relation in pack.relation_types.items() if any(f.copula for f in relation.frames))


def class_types(pack: Pack) -> frozenset[str]:
    """The types that a copula leads to: a drug *is* a member of its class."""
    return frozenset(o for p in copulas(pack) for _, o in pack.relation_types[p].directions)


def aspect_words(pack: Pack) -> dict[str, frozenset[str]]:
    """The aspects that each word may mean: "activity" of an enzyme, or the effect of a drug."""
    found: dict[str, frozenset[str]] = {}
    for aspect, words in pack.file.aspects.items():
        for word in words:
            found[word.lower()] = found.get(word.lower(), frozenset()) | {aspect}
    return found


def aspects_by_letter(pack: Pack, letters: dict[str, str]) -> dict[str, frozenset[str]]:
    """The aspects through which names of each letter are objects of some frame: no "risk of" a drug."""
    found: dict[str, frozenset[str]] = {}
    for relation in pack.relation_types.values():
        types = {end for pair in relation.directions for end in (pair if relation.symmetric else pair[1:])}
        aspects = {aspect for frame in relation.frames for aspect in frame.aspects if aspect}
        for letter in {letters[type_] for type_ in types}:
            found[letter] = found.get(letter, frozenset()) | aspects
    return found
