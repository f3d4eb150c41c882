"""What a language model said about a bundle of passages: read leniently, held to what it saw, dealt to the passages."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError

from graph_builder.extraction import ExtractedAlias, ExtractedEntity, ExtractedRelation, Extraction, Passage, Unreadable
from graph_builder.extraction._llm_wire import LISTS
from graph_builder.llm.salvage import salvage

_RECORDS: dict[str, type[BaseModel]] = dict(zip(LISTS, (ExtractedEntity, ExtractedRelation, ExtractedAlias), strict=True))
_NUMBER = re.compile(r'"sentences?"\s*:\s*[\["\s]{0,9}(\d{1,9})(?!\d)')
_DIGITS = re.compile(r"-?(?<!\d)\d{1,9}(?!\d)")
_NEAR = 5
"""Sentences back at most from a stating one to the one that names its "it"; a document's first, its title, is always near."""
_POINTS = re.compile(
    r"\b(?:it|its|itself|they|them|their|this|these|that|those|the|he|she|his|her|such|both|which|who|each)\b", re.I
)
_MOST_REFUSED = 200
"""Records of one bundle that the quarantine keeps; a model that errs more often errs in the same way."""

Record = ExtractedEntity | ExtractedRelation | ExtractedAlias


@dataclass(slots=True)
class Turn:
    """One answer: the records in it, what could not be read of it, and whether that was all (``whole``)."""

    records: list[Record] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    whole: bool = True

    @classmethod
    def of(cls, text: str) -> "Turn":
        """Read an answer, record by record."""
        found = salvage(text, LISTS)
        if not found.found:
            return cls(unreadable=[Unreadable(said=text, reason="the answer holds no record in JSON")])
        turn = cls(unreadable=[Unreadable(said=said, reason=f"broken JSON in {name}") for name, said in found.broken])
        for name, raw in found.records:
            try:
                turn.records.append(_RECORDS[name].model_validate(_mended(name, raw)))  # type: ignore[arg-type]  # one of the three
            except ValidationError as error:
                turn.unreadable.append(Unreadable(said=json.dumps(raw, ensure_ascii=False), reason=_wrong(name, error)))
        turn.whole = found.whole and not turn.unreadable
        return turn


class Kept:
    """The records that stand, over all turns about one bundle; each is kept once."""

    def __init__(self, passages: Sequence[Passage], withheld: Iterable[int]) -> None:
        self._withheld = set(withheld)
        self._owner = {s.number: at for at, p in reversed(list(enumerate(passages))) for s in p.sentences}
        self._first = next((at for at, passage in enumerate(passages) if passage.sentences), 0)
        self._entities: dict[tuple[str, str], set[int]] = {}
        self._relations: dict[tuple[object, ...], ExtractedRelation] = {}
        self._aliases: dict[frozenset[str], ExtractedAlias] = {}
        self._made = [Extraction(by_model=True) for _ in passages]
        self._refused: set[tuple[str, str]] = set()
        self._text = {s.number: s.text for passage in passages for s in passage.sentences}

    def add(self, records: Sequence[Record]) -> int:
        """Keep those that cite only sentences which were shown; how many of all were new."""
        return sum(self._add(record) for record in records)

    def refuse(self, unreadable: Sequence[Unreadable]) -> None:
        """Quarantine what could not be read, in the passage that it speaks of if that can be seen."""
        for one in unreadable:
            number = _NUMBER.search(one.said)
            self._refuse(one, int(number[1]) if number else None)

    def withheld(self, number: int, text: str, pattern: str) -> None:
        """Quarantine a sentence that was not shown."""
        reason = f"withheld: the sentence gives orders to a reader machine ({pattern})"
        self._refuse(Unreadable(said=text, reason=reason), number)

    def json(self) -> str:
        """What is kept, as the model might have said it: without what is default."""
        entities = [{"name": n, "type": t, "sentences": sorted(at)} for (n, t), at in self._entities.items()]
        relations = [r.model_dump(mode="json", exclude_defaults=True) for r in self._relations.values()]
        aliases = [a.model_dump() for a in self._aliases.values()]
        said = {"entities": entities, "relations": relations, "aliases": aliases}
        return json.dumps(said, ensure_ascii=False, separators=(",", ":"))

    def dealt(self) -> list[Extraction]:
        """The records, each at the passage of its first sentence; an entity at each passage that names it."""
        for (name, type_), numbers in self._entities.items():
            for at in sorted({self._owner[n] for n in numbers}):
                mine = sorted(n for n in numbers if self._owner[n] == at)
                self._made[at].entities.append(ExtractedEntity(name=name, type=type_, sentences=mine))
        for relation in self._relations.values():
            self._made[self._place(relation.sentences)].relations.append(relation)
        for alias in self._aliases.values():
            self._made[self._owner[alias.sentence]].aliases.append(alias)
        types = {name: type_ for name, type_ in reversed(self._entities)}
        for made in self._made:
            named = {name for r in made.relations for name in (r.subject, r.object)}
            named |= {name for a in made.aliases for name in (a.name, a.alias)}
            own = {entity.name for entity in made.entities}
            made.types.update((name, types[name]) for name in sorted(named - own) if name in types)
        return self._made

    def _add(self, record: Record) -> bool:
        cited = [record.sentence] if isinstance(record, ExtractedAlias) else record.sentences
        unseen = [n for n in cited if n not in self._owner or n in self._withheld]
        if unseen:
            self._refuse_unseen(record, cited, unseen)
            if not isinstance(record, ExtractedEntity) or len(unseen) == len(cited):
                return False
        match record:
            case ExtractedEntity():
                held = self._entities.setdefault((record.name, record.type), set())
                fresh = set(record.sentences) - set(unseen) - held
                held |= fresh
                if not held:  # an entity without a sentence: grounding says so
                    del self._entities[record.name, record.type]
                    self._refuse(Unreadable(said=record.model_dump_json(), reason="no sentence is given"), None)
                return bool(fresh)
            case ExtractedRelation():
                if far := self._too_far(record):
                    self._refuse(Unreadable(said=record.model_dump_json(exclude_defaults=True), reason=far), record.sentences[0])
                    return False
                ends = (record.subject, record.predicate, record.object, *record.sentences[:1])
                key = (*ends, record.polarity, record.modality)
                return self._relations.setdefault(key, record) is record
            case ExtractedAlias():
                return self._aliases.setdefault(frozenset((record.name, record.alias)), record) is record

    def _too_far(self, record: ExtractedRelation) -> str:
        """Why a relation's further sentences can not be what its first one points to; empty if they can."""
        if len(record.sentences) < 2:  # noqa: PLR2004  # one states, and nothing else is cited
            return ""
        stating, *antecedents = record.sentences
        if not _POINTS.search(self._text.get(stating, "")):
            return f"sentence {stating} points to no other sentence"
        far = [n for n in antecedents if n and not 0 <= stating - n <= _NEAR]
        return f"sentence {far[0]} is not shortly before sentence {stating}, which it should explain" if far else ""

    def _refuse_unseen(self, record: Record, cited: Sequence[int], unseen: Sequence[int]) -> None:
        reasons = [f"sentence {n} was {'withheld' if n in self._withheld else 'not shown'}" for n in unseen]
        seen = next((n for n in cited if n not in unseen), unseen[0])
        self._refuse(Unreadable(said=record.model_dump_json(exclude_defaults=True), reason="; ".join(reasons)), seen)

    def _refuse(self, one: Unreadable, number: int | None) -> None:
        made = self._made[self._place([] if number is None else [number])]
        if (one.said, one.reason) not in self._refused and len(self._refused) < _MOST_REFUSED:
            self._refused.add((one.said, one.reason))
            made.unreadable.append(one)

    def _place(self, sentences: Sequence[int]) -> int:
        return self._owner.get(sentences[0], self._first) if sentences else self._first


def _mended(name: str, raw: dict[str, Any]) -> dict[str, Any]:
    """A record in the form that it should have: numbers as numbers, polarity and modality in lower case, no nulls."""
    made = {key: value for key, value in raw.items() if value is not None}
    for key in ("polarity", "modality"):
        if isinstance(made.get(key), str):
            made[key] = made[key].strip().lower()
    numbers = _numbers(made.get("sentences", made.get("sentence")))
    if numbers is not None:
        made["sentences"] = numbers
        if name == "aliases" and numbers:
            made["sentence"] = numbers[0]
    return made


def _numbers(said: object, *, depth: int = 2) -> list[int] | None:
    """Sentence numbers from 3, "3", "[3]", "3, 4", [3] or ["3"]; None from anything else."""
    match said:
        case bool():
            return None
        case int():
            return [said]
        case str():
            return [int(n) for n in _DIGITS.findall(said)] or None
        case list() if depth:
            found = [_numbers(one, depth=depth - 1) for one in said]
            return None if any(n is None for n in found) else [n for one in found for n in one or ()]
        case _:
            return None


def _wrong(name: str, error: ValidationError) -> str:
    """What is wrong with a record, in words."""
    found = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False, include_url=False)]
    return f"not in the form of {name}: {'; '.join(found)}"
