"""Names in a text: the longest known name at each place, on our own words; no language model, no parser.

A lexicon file has one canonical name a line: canonical, type, and its names separated by ``|``. A name is compared in the form of
`graph_builder.names.normalise`, so that case, punctuation, diacritics and a plural do not matter, except:

``^Soma``  an ordinary word too: only with a capital, and not at the start of a sentence;
``=TTP``   an abbreviation: only spelled so. Names of up to three letters with a capital are so without the sign.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from graph_builder.errors import InputError
from graph_builder.names import fold, normalise

_WORD = re.compile(r"[^\W_]+")
_POSSESSIVE = re.compile(r"['\u2019]s\b")
_GAP = re.compile(r"[ \t]?\n?[ \t]?|[ ]?[-\u2010-\u2013/'\u2019.®™ ]{1,2}[ ]?")
_NO_PREFIX = frozenset({"non", "hydroxy", "desmethyl", "nor", "anti", "norhydroxy", "desacetyl", "dehydro", "oxo", "pro"})
_STARTS = re.compile(r"(?:^|[.!?:\n|>*#(]|\d\.)[\s\-*#|\"'\u201c(]*$")
_ABBREVIATION = 3
_COLUMNS = 3


class Found(NamedTuple):
    """A name in a text: ``text[start:end]`` is a name of ``canonical``."""

    start: int
    end: int
    type: str
    canonical: str


class _Name(NamedTuple):
    type: str
    canonical: str
    mark: str = ""
    spelled: str = ""


class _Token(NamedTuple):
    start: int
    end: int
    folded: str


PatternRow = tuple[str, str, str, bool]
"""Type, regular expression, canonical form, and whether it holds only after a name of its type."""


class Lexicon:
    """Known names, with the type and the canonical name of each."""

    def __init__(self, names: dict[str, _Name], patterns: Sequence[PatternRow] = ()) -> None:
        self._names = names
        self._longest: dict[str, int] = {}
        for key in names:
            first, _, rest = key.partition(" ")
            length = 1 + rest.count(" ") + 1 if rest else 1
            if length > self._longest.get(first, 0):
                self._longest[first] = length
        self._patterns = [(type_, re.compile(rf"(?<![\w])(?:{regex})(?![\w])", re.IGNORECASE), form, after)
                          for type_, regex, form, after in patterns]  # fmt: skip

    @classmethod
    def read(cls, files: Iterable[Path], *, normalised: Iterable[Path] = (), patterns: Sequence[PatternRow] = ()) -> "Lexicon":
        """The lexicon of some files; an earlier file wins where two give one name.

        Raises
        ------
        InputError
            A line has not three columns.
        """
        names: dict[str, _Name] = {}
        for path in files:
            for type_, canonical, name in _rows(path):
                entry = _entry(type_, canonical, name)
                key = normalise(name.lstrip("^="))
                names.setdefault(key, entry)
                if name.isupper():
                    names.setdefault(key + "s", entry)  # "SSRIs": the general rule takes "-is" for no plural
        for path in normalised:
            for type_, canonical, name in _rows(path):
                plain = name[0] not in "^="
                entry = _Name(type_, canonical) if plain else _entry(type_, canonical, name)
                names.setdefault(name if plain else normalise(name[1:]), entry)
        return cls(names, patterns)

    def __len__(self) -> int:
        return len(self._names)

    def find(self, text: str) -> list[Found]:
        """The known names in a text, in order, the longest where several begin or overlap."""
        found = sorted([*self._by_name(text), *self._by_pattern(text)], key=lambda f: (f.start, -f.end))
        chosen: list[Found] = []
        for candidate in found:
            if not chosen or candidate.start >= chosen[-1].end:
                chosen.append(candidate)
            elif candidate.end - candidate.start > chosen[-1].end - chosen[-1].start:
                chosen[-1] = candidate
        return chosen

    def canonical(self, name: str) -> tuple[str, str] | None:
        """The type and canonical name of a name that stands alone, or None."""
        return self._canonical(name)

    @lru_cache(maxsize=20_000)  # noqa: B019 - a lexicon lives as long as its pack
    def _canonical(self, name: str) -> tuple[str, str] | None:
        entry = self._names.get(normalise(name))
        if entry is not None and (not entry.spelled or _spelled_so(name.strip(), entry.spelled)):
            return entry.type, entry.canonical
        for type_, pattern, form, _ in self._patterns:
            match = pattern.fullmatch(name.strip())
            if match:
                return type_, _expand(form, match)
        return None

    def _by_name(self, text: str) -> Iterator[Found]:
        tokens = _tokens(text)
        position = 0
        while position < len(tokens):
            found, width = self._longest_at(text, tokens, position)
            if found is not None:
                yield found
            position += width

    def _longest_at(self, text: str, tokens: list[_Token], position: int) -> tuple[Found | None, int]:
        first = tokens[position].folded
        reach = self._longest.get(first, 0) or self._longest.get(_singular(first), 0)
        last = min(position + reach, len(tokens))
        for end in range(last, position, -1):
            span = tokens[position:end]
            entry = self._lookup(span)
            if entry and _joined(text, span) and _fits(text, span, entry):
                return Found(span[0].start, span[-1].end, entry.type, entry.canonical), end - position
        return None, 1

    def _lookup(self, span: list[_Token]) -> _Name | None:
        folded = [token.folded for token in span]
        entry = self._names.get(" ".join(folded))
        if entry is not None:
            return entry
        singular = _singular(folded[-1])
        return self._names.get(" ".join([*folded[:-1], singular])) if singular != folded[-1] else None

    def _by_pattern(self, text: str) -> Iterator[Found]:
        first: dict[str, int] = {}
        for type_, pattern, form, after in self._patterns:
            for match in pattern.finditer(text):
                if not after or match.start() > first.get(type_, len(text)):
                    first[type_] = min(match.end(), first.get(type_, len(text)))
                    yield Found(match.start(), match.end(), type_, _expand(form, match))


def _rows(path: Path) -> Iterator[tuple[str, str, str]]:
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        columns = line.split("\t")
        if len(columns) != _COLUMNS or not columns[2]:
            raise InputError(f"{path}, line {number}: not three columns (canonical name, type, names separated by |)")
        canonical, type_, names = columns
        for name in names.split("|"):
            yield type_, canonical, name


def _entry(type_: str, canonical: str, name: str) -> _Name:
    mark, plain = (name[0], name[1:]) if name[0] in "^=" else ("", name)
    exact = mark == "=" or (len(plain) <= _ABBREVIATION and plain != plain.lower())
    return _Name(type_, canonical, mark, plain if exact else "")


def _tokens(text: str) -> list[_Token]:
    possessives = {m.start() + 1 for m in _POSSESSIVE.finditer(text)}
    return [
        _Token(m.start(), m.end(), m[0].lower() if m[0].isascii() else fold(m[0]))
        for m in _WORD.finditer(text)
        if m.start() not in possessives
    ]


def _singular(word: str) -> str:
    """As `normalise` does to the last word of a name."""
    return normalise(word) if word.endswith("s") else word


def _joined(text: str, span: list[_Token]) -> bool:
    """Whether only what may stand inside a name parts the words."""
    for left, right in zip(span, span[1:], strict=False):
        gap = _POSSESSIVE.sub("", text[left.end : right.start])
        if not _GAP.fullmatch(gap) or (gap.startswith(".") and len(text[left.start : left.end]) > _ABBREVIATION):
            return False
    return True


def _fits(text: str, span: list[_Token], entry: _Name) -> bool:
    start, end = span[0].start, span[-1].end
    if start and text[start - 1] in "-\u2010\u2011" and _prefix(text, start) in _NO_PREFIX:
        return False
    if text[end : end + 5].lower() in ("-like", "-free"):
        return False
    if entry.spelled:
        return _spelled_so(text[start:end], entry.spelled)
    if entry.mark == "^":
        return text[start].isupper() and not _STARTS.search(text[:start])
    return True


def _prefix(text: str, start: int) -> str:
    match = re.search(r"([^\W_]+)-$", text[:start].replace("\u2010", "-").replace("\u2011", "-"))
    return match[1].lower() if match else ""


def _spelled_so(surface: str, spelled: str) -> bool:
    return surface in (spelled, spelled + "s")


def _expand(form: str, match: re.Match[str]) -> str:
    if not form:
        return match[0].lower()
    groups = [match[0].upper(), *((group or "").upper() for group in match.groups())]
    return form.format(*groups)
