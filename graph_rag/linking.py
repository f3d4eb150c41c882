"""The entities that a question names: longest names first, by the graph's aliases, by the packs' lexicons, else by similarity."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from graph_builder.model import Kind
from graph_builder.terms import STOP_WORDS, term_set
from graph_rag.sources import Linked, Question, Sources
from graph_rag.strangers import strangers
from graph_rag.wording import asked_relations, asked_type, asks_of_a_link, asks_what_is_denied

_WORD = re.compile(r"[^\W_]+(?:[-\u2019'./][^\W_]+)*")
_LONGEST = 12
_POSSESSIVE = re.compile(r"['\u2019]s$")
_SIMILAR = 0.55


@dataclass(frozen=True)
class Links:
    """The entities in order of the question, the names that the graph does not know, the type asked for, whether denials are.

    Of these names ``unknown`` stand in no document; ``unread`` stand in one, which says of them what was not extracted.
    """

    entities: tuple[Linked, ...]
    unknown: tuple[str, ...]
    asks: str = ""
    unread: tuple[str, ...] = ()
    denied: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The entities' names, each once."""
        return tuple(dict.fromkeys(linked.name for linked in self.entities))

    @cached_property
    def proper(self) -> tuple[Linked, ...]:
        """The entities named by a proper name, or by one that a pack knows; all where there is none of these.

        A common noun, "director" or "country", is an entity too where a document says something of it, but seldom what a
        question is about.
        """
        found = tuple(x for x in self.entities if x.by == "pack" or _is_proper(x))
        return found or self.entities

    @property
    def by_pack(self) -> bool:
        """Whether a pack knows one of the names."""
        return bool(self.unknown) or any(linked.by == "pack" for linked in self.entities)

    @cached_property
    def groups(self) -> list[tuple[str, ...]]:
        """Ids of the entities that it is about by place in the question: several where a name is ambiguous."""
        places: dict[int, list[str]] = {}
        for linked in self.proper:
            places.setdefault(linked.start, []).append(linked.entity_id)
        unique = dict.fromkeys(tuple(ids) for ids in places.values())
        return list(unique)


def _is_proper(linked: Linked) -> bool:
    """Whether a word of the name is written as no common noun is: p53, mTOR, 3M, Vienna; or in a script without capitals.

    The first word of a question has a capital in any case; there the graph's own spelling counts, as it does for a name of
    several words of which the graph writes each as a proper name ("the reign of terror").
    """
    written = linked.surface if linked.start > 0 else linked.name
    spelt = _words(linked.name)
    return any(map(_stands_out, _words(written))) or (len(spelt) > 1 and all(map(_stands_out, spelt)))


def _stands_out(word: str) -> bool:
    if any(c.isupper() for c in word):
        return True
    letters = any(c.isalpha() for c in word)
    return letters and (any(c.isdigit() for c in word) or word.lower() == word.upper())


def link(question: Question, sources: Sources) -> Links:
    """Find what the question names. Only where it names nothing are similar entity names taken."""
    spans = _known_spans(question.text, sources)
    named = sources.store.entities_named([name for _, _, name, _ in spans])
    taken: list[tuple[int, int]] = []
    linked: list[Linked] = []
    missing: list[str] = []
    for start, end, name, by in spans:
        if any(start < b and a < end for a, b in taken):
            continue
        if name in named:
            taken.append((start, end))
            surface = _POSSESSIVE.sub("", question.text[start:end])
            linked += [Linked(i, name, surface, start, by) for i in named[name]]
        elif by == "pack":
            taken.append((start, end))
            missing.append(question.text[start:end])
    told_by_pack = asks_of_a_link(question.text) or asked_relations(question.text, sources)
    if told_by_pack or missing or any(x.by == "pack" for x in linked):
        missing += strangers(question.text, taken, sources)
    if not linked and not missing:
        linked = _similar(question, sources)
    unread = tuple(name for name in missing if _is_written(name, sources))
    unknown = tuple(name for name in missing if name not in unread)
    return Links(
        _labelled(linked, sources), unknown, asked_type(question.text, sources), unread, asks_what_is_denied(question.text)
    )


def _is_written(name: str, sources: Sources) -> bool:
    """Whether a document has all words of a name."""
    wanted = term_set(name)
    found = sources.store.terms([hit.id for hit in sources.store.search(Kind.CHUNK, name, k=1)])
    return any(wanted <= held for held in found.values())


def _labelled(linked: list[Linked], sources: Sources) -> tuple[Linked, ...]:
    entities = sources.store.fetch_entities([x.entity_id for x in linked])
    labelled = [Linked(x.entity_id, entities[x.entity_id].name, x.surface, x.start, x.by) for x in linked]
    return tuple(sorted(labelled, key=lambda x: (x.start, x.entity_id)))


def _known_spans(text: str, sources: Sources) -> list[tuple[int, int, str, str]]:
    """(start, end, name to look up, by) of every stretch that may be a name, the longest first."""
    found = [(f.start, f.end, f.canonical, "pack") for pack in sources.packs for f in pack.lexicon.find(text)]
    spans = [*found, *_stretches(text)]
    return sorted(set(spans), key=lambda s: (s[0] - s[1], s[0], s[3] != "pack", s[2]))


def _words(surface: str) -> list[str]:
    return [word for word in _WORD.findall(surface) if word.lower() not in STOP_WORDS]


def _stretches(text: str) -> Iterator[tuple[int, int, str, str]]:
    tokens = [m.span() for m in _WORD.finditer(text) if not _is_article(m)]
    for first in range(len(tokens)):
        for last in range(first, min(first + _LONGEST, len(tokens))):
            start, end = tokens[first][0], tokens[last][1]
            named = [text[slice(*token)] for token in tokens[first : last + 1]]
            acronym = len(named) == 1 and len(named[0]) > 1 and named[0].isupper()
            if acronym or any(word.lower() not in STOP_WORDS for word in named):
                yield start, end, text[start:end], "name"


def _is_article(word: re.Match[str]) -> bool:
    """Whether it is a "the" that does not belong to a name, as it does in "of The Third Man"."""
    return word[0] == "the" or (word.start() == 0 and word[0].lower() == "the")


def _similar(question: Question, sources: Sources) -> list[Linked]:
    hits = sources.store.nearest(Kind.ENTITY, question.vector, k=3)
    return [Linked(hit.id, "", "", -1 - i, "similar") for i, hit in enumerate(hits) if hit.score >= _SIMILAR]
