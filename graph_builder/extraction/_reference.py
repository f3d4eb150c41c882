"""What "it", "the drug" and a bullet without a subject speak of: the document's subject, or what was named just before."""

import re
from collections.abc import Sequence
from dataclasses import replace

from graph_builder.extraction import NumberedSentence, Passage
from graph_builder.extraction._sketch import Member, Placed
from graph_builder.packs import Found, Lexicon, Pack

_IT = re.compile(
    r"^[\W_]*(?:(?:In addition|Moreover|Furthermore|However|Also|In vitro|Nevertheless),?\s+)?"
    r"(It|it|A single (?:\w+ ){0,2}(?:dose|intake))(?=\s)"
)
_IT_INSIDE = re.compile(
    r"(?:\balthough|though|but|because|while|whereas|as|since|so|and|if|when|that|or more|;|,) (it)\b"
    r"(?! (?:is|was|has been|may be) (?:\w+ )?that\b)"
)
_EMPTY_IT = re.compile(
    r"[Ii]t (?:(?:is|was|has|been|may|might|should|can|could|be|also|not|therefore|seems|appears|would)\s+)+(?:\w+ly\s+)?"
    r"(?:(?:\w+\s+){0,2}that\b|possible|necessary|important|recommended|prudent|advisable|essential|unclear|unknown|customary|"
    r"not known|best|wise|safe)"
)
_AFTER_POINTER = (
    r"(?!\s*(?:interactions?|labels?|class|products?|substances?|levels?|names?|companies|users?|information|history)\b)(?!-)"
)
_NEW = r"(?P<name>[A-Z][A-Za-z-]{3,})"
_BRAND_FIRST = re.compile(rf"^\W*{_NEW}\s*\((?P<known>[a-z][\w -]+?)\)")
_BRAND_MARKED = re.compile(rf"{_NEW}[\u00ae\u2122]\s*\((?P<known>[\w -]+?)\)")
_SOLD_AS = re.compile(
    r"(?P<known>[\w-]+),?\s+(?:(?:which is|is|was)\s+)?(?:also\s+)?(?:marketed|sold|known)\s+"
    rf"(?:as|under the (?:brand|trade) name(?: of)?)\s+{_NEW}"
)
_REACH = 3
"""Sentences back that a pointer such as "this enzyme" may look."""


class References:
    """Reads one document in order and says what its pronouns and pointers mean."""

    def __init__(self, pack: Pack, passages: Sequence[Passage], *, bare_verb: re.Pattern[str]) -> None:
        self._lexicon = pack.lexicon
        self._bare_verb = bare_verb
        self._pointers = _pointer_patterns(pack)
        self._named: dict[str, Member] = {}
        self._recent: list[list[Placed]] = []
        self._opening: Member | None = None
        self.subject = _document_subject(pack.lexicon, passages)
        self._declared = _declared_names(pack.lexicon, passages)

    def place(self, sentence: NumberedSentence) -> list[Placed]:
        """The names of a sentence, and what stands for a name, at their places, in order."""
        text = sentence.text
        found = self._lexicon.find(text)
        for name, (type_, canonical) in self._declared.items():
            places = [m.span() for m in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text)]
            free = [(a, b) for a, b in places if all(b <= f.start or a >= f.end for f in found)]
            found += [Found(a, b, type_, canonical) for a, b in free]
        placed = [
            Placed(f.start, f.end, Member(text[f.start : f.end], f.type, f.canonical, sentence.number)) for f in sorted(found)
        ]
        named = list(placed)
        for pointer in self._pointing(text, placed):
            inside = [p for p in placed if pointer.start <= p.start and p.end <= pointer.end]
            placed = [p for p in placed if p not in inside]
            if all(pointer.end <= p.start or pointer.start >= p.end for p in placed):
                placed.append(pointer)
        placed.sort(key=lambda p: p.start)
        self._remember(text, named, placed)
        return placed

    def antecedent(self) -> Member | None:
        """The document's subject, as it stands in the nearest sentence before that names it."""
        return self._named.get(self.subject[1]) if self.subject else None

    def named(self, canonical: str) -> Member | None:
        """Where a name was read last."""
        return self._named.get(canonical)

    def _pointing(self, text: str, placed: list[Placed]) -> list[Placed]:
        found = []
        start = _IT.match(text)
        if start and not _EMPTY_IT.match(text, start.start(1)):
            meant = self._opening if start[1].lower() == "it" and self._opening else self.antecedent()
            found += _placed(start, 1, meant)
        for match in _IT_INSIDE.finditer(text):
            first = placed[0] if placed and placed[0].start < match.start() and _opens(text, placed[0]) else None
            if not _EMPTY_IT.match(text, match.start(1)):
                found += _placed(match, 1, first.member if first else None)
        bare = self._bare_verb.match(text)
        if bare and not start and self.antecedent() and text.lstrip()[:1] in "-*\u2022":
            position = bare.start(1)
            found.append(Placed(position, position, self.antecedent()))  # type: ignore[arg-type]
        for type_, pattern in self._pointers.items():
            for match in pattern.finditer(text):
                found += _placed(match, 0, self._meant(type_, match, placed))
        return found

    def _meant(self, type_: str, match: re.Match[str], placed: list[Placed]) -> Member | None:
        """What "the drug" or "this enzyme" means: the subject if it is one, else the last of its type named nearby."""
        subject = self.antecedent()
        near = [p.member for p in placed if p.end <= match.start() and p.member.type == type_]
        recent = near or [
            p.member for sentence in reversed(self._recent[-_REACH:]) for p in reversed(sentence) if p.member.type == type_
        ]
        if subject is not None and subject.type == type_:
            others = {member.canonical for member in near} - {subject.canonical}
            return None if others and match[0].lower().startswith("this") else subject
        if len({member.canonical for member in near or recent[:1]}) == 1:
            return (near or recent)[0]
        return None

    def _remember(self, text: str, named: list[Placed], placed: list[Placed]) -> None:
        for place in named:
            self._named[place.member.canonical] = place.member
        self._recent.append(named)
        if not text.lstrip().startswith("#"):
            self._opening = next((p.member for p in placed[:1] if _opens(text, p)), None)


def _placed(match: re.Match[str], group: int, member: Member | None) -> list[Placed]:
    return [Placed(match.start(group), match.end(group), replace(member, negated=False, possible=False))] if member else []


def _opens(text: str, place: Placed) -> bool:
    """Whether a sentence begins with this name."""
    return not re.search(r"\w{2,}.*\s", re.sub(r"^\W*(?:The|A|An|In vitro,?|However,?)?\s*", "", text[: place.start]))


def _pointer_patterns(pack: Pack) -> dict[str, re.Pattern[str]]:
    patterns = {}
    for name, entity in pack.entity_types.items():
        if entity.pointers:
            nouns = "|".join(sorted(map(re.escape, entity.pointers), key=len, reverse=True))
            patterns[name] = re.compile(rf"\b(?:[Tt]he|[Tt]his)\s+(?:{nouns})(?:\s+itself)?\b{_AFTER_POINTER}")
    return patterns


def _declared_names(lexicon: Lexicon, passages: Sequence[Passage]) -> dict[str, tuple[str, str]]:
    """Names that the lexicon lacks and the document declares: "ZORVEX (clopidogrel)" at its head, "sold as Zorvex".

    Only where no word but a name can stand: first in the document, before a trade mark's sign, or after "sold as".
    """
    sentences = [s.text for p in passages for s in p.sentences]
    declared: dict[str, tuple[str, str]] = {}
    for index, text in enumerate(sentences):
        for pattern in (_BRAND_FIRST,) * (index == 0) + (_BRAND_MARKED, _SOLD_AS):
            for match in pattern.finditer(text):
                known = lexicon.canonical(match["known"].strip())
                if known and not lexicon.canonical(match["name"]):
                    declared.setdefault(match["name"], known)
    return declared


def _document_subject(lexicon: Lexicon, passages: Sequence[Passage]) -> tuple[str, str] | None:
    """Type and canonical name of what the title, or else the first line, names alone."""
    if not passages:
        return None
    first = next((s.text for p in passages for s in p.sentences if s.text.strip()), "")
    for text in (passages[0].title, first):
        named = {(f.type, f.canonical) for f in lexicon.find(text)}
        if len(named) == 1:
            return named.pop()
    return None
