"""What a dependency tree says of verbs and nouns, for any reader of trees.

Labels are those of spaCy's English models (ClearNLP style: nsubj, nsubjpass, dobj, agent, pobj, xcomp, relcl …).
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Token

SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj"})
BE = frozenset({"is", "are", "was", "were", "be", "been", "being", "remains", "becomes"})
_WH = frozenset({"which", "that", "who", "whose", "whom"})
_CUES = frozenset({"aux", "auxpass", "neg", "advmod", "acomp", "mark", "det", "preconj", "cc"})
_CLIMB = frozenset({"xcomp", "ccomp", "acl"})
_MEANS = ("by", "through", "via")


def subjects(verb: "Token", *, named: Callable[["Token"], bool]) -> list["Token"]:
    """The nouns that do the verb, or to which it is done when it is passive; ``named`` tells the nouns that are names."""
    own = [c for c in verb.children if c.dep_ in SUBJECTS]
    if own:
        return [noun for c in own for noun in ([c] if c.text.lower() not in _WH else _described(verb, named))]
    if verb.dep_ in ("conj", "xcomp") or (verb.dep_ == "advcl" and verb.tag_ in ("VBG", "VBN")):
        return subjects(verb.head, named=named) if verb.head.i != verb.i else []
    if verb.dep_ in ("acl", "relcl"):
        return _described(verb, named)
    if verb.dep_ == "pcomp" and verb.head.text.lower() in _MEANS:
        return subjects(verb.head.head, named=named)
    return []


def _described(clause: "Token", named: Callable[["Token"], bool]) -> list["Token"]:
    """What a clause describes: its noun, or what that noun is said of ("x is a lactone that …", "x is a film made by …")."""
    noun = clause.head
    if clause.dep_ not in ("relcl", "acl"):
        return []
    if not named(noun) and noun.dep_ == "attr" and noun.head.text.lower() in BE:
        return subjects(noun.head, named=named)
    if not named(noun) and noun.dep_ == "appos":
        return [noun.head]
    return [noun]


def is_passive(verb: "Token") -> bool:
    """Whether a verb is done to its subject."""
    if any(c.dep_ in ("auxpass", "nsubjpass") or (c.dep_ == "agent" and verb.tag_ == "VBN") for c in verb.children):
        return True
    if verb.tag_ == "VBN" and verb.dep_ in ("acl", "advcl"):
        return not any(c.dep_ == "aux" for c in verb.children)
    shared = verb.dep_ == "conj" and verb.tag_ == "VBN" and verb.head.i != verb.i
    return shared and not any(c.dep_ in SUBJECTS for c in verb.children) and is_passive(verb.head)


def agents(verb: "Token") -> Iterator["Token"]:
    """The nouns by which a passive verb is done."""
    for preposition in ("by", "via", "through"):
        yield from under(verb, preposition)


def under(token: "Token", preposition: str) -> Iterator["Token"]:
    """The nouns that hang on a token by a preposition, also by a second one: "by x and by y"."""
    for child in token.children:
        if child.dep_ in ("prep", "agent", "dative", "prt") and child.text.lower() == preposition:
            for link in (child, *(c for c in child.children if c.dep_ == "conj")):
                yield from (c for c in link.children if c.dep_ == "pobj")


def conjuncts(noun: "Token") -> Iterator["Token"]:
    """What is coordinated with a noun, to the right."""
    for child in noun.children:
        if child.dep_ == "conj":
            yield child
            yield from conjuncts(child)


def cue_words(verb: "Token", *, named: Callable[["Token"], bool]) -> str:
    """The words that say whether a verb's claim holds: its auxiliaries and adverbs, and those of the verbs above it."""
    tokens: set[Token] = set()
    current: Token | None = verb
    while current is not None:
        tokens |= {current, *(c for c in current.children if c.dep_ in _CUES and not named(c))}
        ends = [c for c in current.children if c.dep_ in SUBJECTS or (current.i == verb.i and c.dep_ in ("dobj", "attr"))]
        tokens |= {t for c in ends for t in c.children if t.dep_ in ("det", "preconj", "neg")}
        current = _governor(current)
    return " ".join(t.text for t in sorted(tokens, key=lambda t: t.i))


def _governor(verb: "Token") -> "Token | None":
    """The word above whose negation and doubt reach down to this verb, if any."""
    head = verb.head
    if head.i == verb.i:
        return None
    if verb.dep_ in _CLIMB and head.text.lower() not in _WH:
        return head if verb.dep_ != "acl" or verb.tag_ in ("VB", "VBP", "VBZ", "VBD") else None
    return head if verb.dep_ == "conj" and _shares(verb, head) else None


def _shares(verb: "Token", first: "Token") -> bool:
    """Whether a coordinated verb stands under the auxiliaries of the first: "does not inhibit or induce"."""
    if any(c.dep_ in (*SUBJECTS, "aux", "auxpass", "neg") for c in verb.children):
        return False
    if any(c.dep_ == "cc" and c.text.lower() == "but" for c in first.children):
        return False
    return verb.tag_ == first.tag_
