"""Names in any text: what a named-entity recogniser finds, the title, and what has capitals or quotes."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graph_builder.names import bare_title

if TYPE_CHECKING:
    from spacy.tokens import Doc

TYPES: Mapping[str, str] = {
    "PERSON": "Person",
    "ORG": "Organization",
    "GPE": "Place",
    "LOC": "Place",
    "FAC": "Place",
    "WORK_OF_ART": "Work",
    "LAW": "Work",
    "PRODUCT": "Work",
    "EVENT": "Event",
    "NORP": "Thing",
    "LANGUAGE": "Thing",
}
"""The pack's types for the recogniser's labels; dates and quantities are left out."""

THING = "Thing"
_LEFT_OUT = frozenset({"DATE", "TIME", "CARDINAL", "ORDINAL", "PERCENT", "MONEY", "QUANTITY"})
_QUOTED = re.compile(r"[\"\u201c]([A-Z][^\"\u201c\u201d]{1,60}?)[,.]?[\"\u201d]")
_CAPITALS = re.compile(
    r"(?<![\w.])(?:[A-Z]\.\s?)*[A-Z][\w'\u2019.&-]*[\w](?:\s+[A-Z]\.(?=\s+[A-Z]))*"
    r"(?:(?:\s+(?:of|the|de|la|von|van|der|and the|for|in the|on the|del|di|du|da|al))*\s+[A-Z0-9][\w'\u2019.&-]*[\w])*"
)
_NOT_ALONE = frozenset(
    [
        "the",
        "a",
        "an",
        "this",
        "that",
        "these",
        "those",
        "it",
        "its",
        "he",
        "she",
        "they",
        "his",
        "her",
        "their",
        "we",
        "our",
        "you",
        "your",
        "i",
        "in",
        "on",
        "at",
        "by",
        "for",
        "from",
        "with",
        "as",
        "of",
        "to",
        "and",
        "or",
        "but",
        "if",
        "when",
        "while",
        "after",
        "before",
        "since",
        "during",
        "although",
        "though",
        "because",
        "however",
        "also",
        "there",
        "here",
        "what",
        "who",
        "which",
        "where",
        "how",
        "why",
        "not",
        "no",
        "yes",
        "some",
        "many",
        "most",
        "several",
        "all",
        "both",
        "each",
        "one",
        "two",
        "three",
        "other",
        "another",
        "such",
        "more",
        "first",
        "second",
        "then",
        "thus",
        "mr",
        "mrs",
        "ms",
        "dr",
        "jr",
        "sr",
    ]
)
_SHORTEST = 2
_PARTICLES = frozenset(
    ("de", "la", "le", "los", "las", "des", "du", "dos", "del", "della", "dalla", "di", "da", "y", "van", "von", "der", "den")
    + ("dem", "ten", "ter", "zu", "zum", "zur", "af", "al", "el", "bin", "ibn", "ben")
)
"""Words without a capital that a name may begin with."""
_DANGLING = re.compile(r"\s+(?:of|in|at|on|for|by|from|to|with|and|the)$")
_OF = re.compile(r"\s+of(?:\s+the)?\s+")
_BEARS_A_PLACE = re.compile(r"[^\W\d_]+|.*\s(?:[IVX]+|[Tt]he\s\w+)")
"""A person's name to which a place belongs: "Gerberga", "Louis IV", "Edward the Elder"; "John McCain of Arizona" is no name."""
_LOWER = re.compile(r"([^\W\d_]+)\s+(?!(?:of|for)\s)")


@dataclass(frozen=True, slots=True)
class Name:
    """A name's place in a sentence, by character, with its type."""

    start: int
    end: int
    type: str


def names(doc: "Doc", title: str) -> list[Name]:
    """The names of a sentence, in order, none overlapping another: the title first, then the recogniser's, then capitals."""
    chosen: list[Name] = []
    found = list(_recognised(doc))
    labels = {(n.start, n.end): n.type for n in found}
    recognised = [name for name in found if not _cut_short(doc.text, name)]
    joined = _with_places(doc.text, recognised)
    for name in (*_title(doc.text, title, labels), *_quoted(doc.text), *joined, *recognised, *_capitals(doc)):
        if all(name.end <= other.start or name.start >= other.end for other in chosen):
            chosen.append(name)
    return sorted(chosen, key=lambda n: n.start)


def _title(text: str, title: str, labels: dict[tuple[int, int], str]) -> Iterator[Name]:
    bare = bare_title(title)
    if len(bare) < _SHORTEST:
        return
    for match in re.finditer(rf"(?<!\w){re.escape(bare)}(?!\w)", text, re.IGNORECASE if " " in bare else 0):
        within = [type_ for (start, end), type_ in labels.items() if start < match.end() and match.start() < end]
        yield Name(match.start(), match.end(), within[0] if within else THING)


def _quoted(text: str) -> Iterator[Name]:
    for match in _QUOTED.finditer(text):
        if sum(word[:1].isupper() for word in match[1].split()) * 2 >= len(match[1].split()):
            yield Name(match.start(1), match.end(1), "Work")


def _recognised(doc: "Doc") -> Iterator[Name]:
    for entity in doc.ents:
        type_ = TYPES.get(entity.label_)
        first, last = _extended(doc, entity.start, entity.end)
        start, end = _trimmed(doc.text, doc[first].idx, doc[last - 1].idx + len(doc[last - 1]))
        if type_ and end - start >= _SHORTEST and any(c.isupper() for c in doc.text[start:end]):
            yield Name(start, end, type_)


def _with_places(text: str, found: Sequence[Name]) -> Iterator[Name]:
    """The persons' names to which a place belongs, with it: "Louis IV" and "France" of "Louis IV of France" are one."""
    places = {name.start: name for name in found if name.type == "Place"}
    for name in found:
        of = _OF.match(text, name.end)
        place = places.get(of.end()) if of and name.type in ("Person", "Organization") else None
        by_itself = name.type == "Person" or " " in text[name.start : name.end]  # "Apple of California" is no person
        if place and by_itself and _BEARS_A_PLACE.fullmatch(text[name.start : name.end]):
            yield Name(name.start, place.end, "Person")


def _cut_short(text: str, name: Name) -> bool:
    """Whether the recogniser stopped at an initial: "Cecil" of "Cecil B. DeMille"."""
    return bool(re.match(r"\s+[A-Z]\.\s+[A-Z]", text[name.end :])) or bool(
        re.search(r"[A-Z][\w]+\s+[A-Z]\.\s+$", text[: name.start])
    )


def _extended(doc: "Doc", start: int, end: int) -> tuple[int, int]:
    """A name with the proper nouns that are compounded with it on its left: the recogniser drops first names."""
    while start > 0 and doc[start - 1].tag_ == "NNP" and doc[start - 1].dep_ == "compound" and not doc[start - 1].ent_type_:
        start -= 1
    return start, end


def _capitals(doc: "Doc") -> Iterator[Name]:
    """Runs of words with capitals that the recogniser has not seen; at the head of a sentence only with a second such word."""
    dates = [(e.start_char, e.end_char) for e in doc.ents if e.label_ in _LEFT_OUT]
    for match in _CAPITALS.finditer(doc.text):
        start, end = _trimmed(doc.text, match.start(), match.end())
        words = doc.text[start:end].split()
        if not words or (len(words) == 1 and (start == 0 or words[0].lower() in _NOT_ALONE)):
            continue
        if words[0].lower() in _NOT_ALONE or any(a < end and start < b for a, b in dates):
            continue
        yield Name(start, end, THING)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """A span without what does not belong to the name in it.

    That is "the" and nouns before it ("saxophonist Sonny Stitt"), and "'s", punctuation or a word that leads on behind it.
    """
    while lead := re.match(r"(?:[Tt]he|[Aa]n?)\s+|[\W_]+", text[start:end]) or _noun_before(text[start:end]):
        start += lead.end()
    while tail := re.search(r"(?:['\u2019]s?|[\s,;:]+)$", text[start:end]) or _DANGLING.search(text[start:end]):
        end -= len(tail[0])
    return start, end


def _noun_before(name: str) -> re.Match[str] | None:
    """A word without a capital at the head of a name, which is no part of it: not "van", nor "university" where "of" follows."""
    word = _LOWER.match(name)
    return word if word and word[1].islower() and word[1] not in _PARTICLES else None
