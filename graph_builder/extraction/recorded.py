"""Extraction from a record: the entities and triples that some model once found in each document, aligned with its sentences.

The record is a JSONL file of {"doc_id", "entities": [name, …], "triples": [[subject, predicate, object], …]}; doc_id is the
document's source. It says what was found, not where. A triple is laid to the sentence that names both ends; of several, to the
one that shares most words with the predicate. Where no sentence names both, to one that names an end, with the nearest that
names the other as its antecedent, one before it rather than one after it. Names are compared in their normalised form, and taken
as they stand in the text. What can not be aligned, or is no triple, goes to the quarantine with one of the reasons below.

The file's name comes with `create`: the setting HOPTRACE_TRIPLES, or ``--triples`` of `hoptrace evaluate`. It is part of the
extractor's name by a hash of its content, so that another record is another recipe.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from graph_builder.errors import InputError, PathNotFound, SettingsError
from graph_builder.extraction import ExtractedEntity, ExtractedRelation, Extraction, NumberedSentence, Passage, Unreadable
from graph_builder.llm import LanguageModel, Prompt
from graph_builder.names import fold, normalise, words
from graph_builder.packs import Pack
from graph_builder.resolution import UNTYPED
from graph_builder.terms import terms

VERSION = 1
NOT_THREE = "a triple has three parts, each a text"
NO_SENTENCE = "no sentence names it"
NO_END = "no sentence names either end"
ONE_END = "no sentence names the other end"
_TRIPLE = 3
_RUN = re.compile(r"[^\W_]+")
_ARTICLE = re.compile(r"^(?:the|an?)\s+", re.IGNORECASE)


def create(
    pack: Pack,  # noqa: ARG001  # the seam's arguments: a record needs neither pack nor model
    *,
    llm: LanguageModel | None = None,  # noqa: ARG001
    spacy_model: str = "",  # noqa: ARG001
    gleanings: int = 0,  # noqa: ARG001
    triples: str = "",
) -> "RecordedExtractor":
    """The extractor of a record.

    Raises
    ------
    SettingsError
        No file is named.
    PathNotFound, InputError
        There is no such file, or a line is not as above.
    """
    if not triples:
        raise SettingsError(
            "the extractor recorded needs a file of triples: set HOPTRACE_TRIPLES, or evaluate with --triples FILE"
        )
    return RecordedExtractor.of(Path(triples).expanduser())


@dataclass(frozen=True, slots=True)
class Record:
    """What was found in one document. A triple should have three parts; not all do."""

    entities: tuple[str, ...]
    triples: tuple[tuple[str, ...], ...]


def read_records(path: Path) -> tuple[dict[str, Record], str]:
    """The records of a file by doc_id, of two of one document the last, and a short hash of the file; errors as `create`."""
    text = _text(path)
    records: dict[str, Record] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            id_, record = _record(line, f"{path}: line {number}")
            records[id_] = record
    return records, hashlib.sha256(text.encode()).hexdigest()[:12]


class RecordedExtractor:
    """Lays records to sentences. A document without a record gives nothing."""

    at_once = 1

    def __init__(self, records: Mapping[str, Record], signature: str) -> None:
        self._records = records
        self.name = f"recorded/{VERSION}:{signature}"

    @classmethod
    def of(cls, path: Path) -> "RecordedExtractor":
        """Read a file of records; errors as `create`."""
        records, signature = read_records(path)
        return cls(records, signature)

    def prompts(self, passages: Sequence[Passage]) -> list[Prompt]:  # noqa: ARG002  # no model is asked
        """Nothing."""
        return []

    def extract(self, passages: Sequence[Passage]) -> list[Extraction]:
        """The document's record, dealt to the passages of the sentences that state it; what is refused to the first."""
        made = [Extraction(by_model=True) for _ in passages]
        record = self._records.get(passages[0].document) if passages else None
        if record is None:
            return made
        text = _Text(passages)
        for name in dict.fromkeys(record.entities):
            _deal_entity(name, text, made)
        for triple in dict.fromkeys(record.triples):
            _deal_triple(triple, text, made)
        return made


class _Text:
    """A document's sentences, and where they name what."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self.sentences = [(at, _Sentence(s)) for at, passage in enumerate(passages) for s in passage.sentences]
        self._found: dict[str, dict[int, str]] = {}

    def named(self, name: str) -> dict[int, str]:
        """By place among the sentences the surface under which each names it; "the" before a name is no part of it."""
        if name not in self._found:
            found = self._surfaces(name)
            shorter = _ARTICLE.sub("", name.strip())
            self._found[name] = found if found or shorter == name.strip() else self._surfaces(shorter)
        return self._found[name]

    def _surfaces(self, name: str) -> dict[int, str]:
        wanted, length = normalise(name), len(words(name))
        if not length:
            return {}
        surfaces = ((at, sentence.surface(wanted, length)) for at, (_, sentence) in enumerate(self.sentences))
        return {at: surface for at, surface in surfaces if surface}


class _Sentence:
    """A sentence with its words' places and its terms."""

    def __init__(self, sentence: NumberedSentence) -> None:
        self.number = sentence.number
        self._text = sentence.text
        self._runs = [(m.start(), m.end()) for m in _RUN.finditer(sentence.text)]
        self._folded = [fold(sentence.text[a:b]) for a, b in self._runs]

    @cached_property
    def terms(self) -> frozenset[str]:
        return frozenset(terms(self._text))

    def surface(self, wanted: str, length: int) -> str:
        """The first stretch of so many words that is the name in normalised form, as it stands in the text, or an empty text."""
        first = wanted.split(maxsplit=1)[0] if length > 1 else ""
        for at in range(len(self._runs) - length + 1):
            if first and self._folded[at] != first:
                continue
            stretch = self._text[self._runs[at][0] : self._runs[at + length - 1][1]]
            if normalise(stretch) == wanted:
                return stretch
        return ""


def _deal_entity(name: str, text: _Text, made: Sequence[Extraction]) -> None:
    named = text.named(name)
    if not named:
        made[0].unreadable.append(Unreadable(said=name, reason=f"recorded entity: {NO_SENTENCE}"))
    spelt: dict[tuple[int, str], list[int]] = {}
    for at, surface in named.items():
        passage, sentence = text.sentences[at]
        spelt.setdefault((passage, surface), []).append(sentence.number)
    for (passage, surface), numbers in spelt.items():
        made[passage].entities.append(ExtractedEntity(name=surface, type=UNTYPED, sentences=numbers))


def _deal_triple(triple: tuple[str, ...], text: _Text, made: Sequence[Extraction]) -> None:
    said = json.dumps(triple, ensure_ascii=False)
    if len(triple) != _TRIPLE or not all(part.strip() for part in triple):
        made[0].unreadable.append(Unreadable(said=said, reason=f"recorded triple: {NOT_THREE}"))
        return
    subject, predicate, object_ = triple
    subjects, objects = text.named(subject), text.named(object_)
    best = max(_placings(subjects, objects), key=lambda placing: _fit(placing, predicate, text), default=None)
    if best is None:
        reason = ONE_END if subjects or objects else NO_END
        made[0].unreadable.append(Unreadable(said=said, reason=f"recorded triple: {reason}"))
        return
    subject_at, object_at, stating = best
    elsewhere = [at for at in (subject_at, object_at) if at != stating]
    passage, _ = text.sentences[stating]
    made[passage].relations.append(
        ExtractedRelation(
            subject=subjects[subject_at],
            predicate=predicate,
            object=objects[object_at],
            sentences=[text.sentences[at][1].number for at in (stating, *elsewhere)],
        )
    )


def _placings(subjects: Mapping[int, str], objects: Mapping[int, str]) -> Iterator[tuple[int, int, int]]:
    """(subject's sentence, object's sentence, which of them states it) by place: in one where there is one, else in two."""
    both = sorted(set(subjects) & set(objects))
    if both:
        yield from ((at, at, at) for at in both)
        return
    yield from ((s, o, stating) for s in subjects for o in objects for stating in (s, o))


def _fit(placing: tuple[int, int, int], predicate: str, text: _Text) -> tuple[int, int, int, int]:
    """How well a placing fits: words of the predicate in the stating sentence, the antecedent before it, near, early."""
    subject_at, object_at, stating = placing
    shared = len(set(terms(predicate)) & text.sentences[stating][1].terms)
    before = min(subject_at, object_at) < stating or subject_at == object_at
    return shared, before, -abs(subject_at - object_at), -stating


def _record(line: str, where: str) -> tuple[str, Record]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where}: not JSON ({error})") from error
    if not isinstance(row, dict) or not isinstance(row.get("doc_id"), str | int):
        raise InputError(f'{where}: no "doc_id"; a line is {{"doc_id": …, "entities": […], "triples": [[…, …, …]]}}')
    entities, triples = row.get("entities", []), row.get("triples", [])
    if not isinstance(entities, list) or not isinstance(triples, list):
        raise InputError(f'{where}: "entities" and "triples" are not both lists')
    named = tuple(name for name in entities if isinstance(name, str) and name.strip())
    return str(row["doc_id"]), Record(named, tuple(_parts(triple) for triple in triples))


def _parts(triple: object) -> tuple[str, ...]:
    """A triple's parts; what is no list of texts is shown as the model said it, and has too few parts for a triple."""
    if isinstance(triple, list) and all(isinstance(part, str) for part in triple):
        return tuple(triple)
    return (json.dumps(triple, ensure_ascii=False),)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError as error:
        raise PathNotFound(f"{path}: no such file") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 (byte {error.start})") from error
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or type(error).__name__}") from error
