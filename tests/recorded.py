"""A script for `OpenAIServer` that says what a model once said: recorded entities and triples of known passages.

Three readers' prompts are answered, each in the form that it asks for, all from the same record: Hoptrace's (numbered
sentences, JSON), LightRAG's (rows with delimiters) and nano-graphrag's (tuples with delimiters). Asked for what was
missed, the model has nothing to add. What a record has not is put in: the type "Thing", or the reader's own word for others,
and as description the first recorded triple about the name, which is shorter than what models write.

Triples that are not of three parts stay malformed in every form.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tests.chat_protocol import Asked, Reply

PASSAGES, SAID = "corpus.jsonl", "openie_gpt35.jsonl"
THING = "Thing"
_TRIPLE = 3
_NUMBERED = re.compile(r"^\[(\d+)\] (.*)$", re.MULTILINE)
_LIGHTRAG_TEXT = re.compile(r".*---Input Text---\n```\n(.*?)\n```", re.DOTALL)
_NANO_TEXT = re.compile(r".*-Real Data-.*?\nText: (.*?)\n#{6,}\nOutput:", re.DOTALL)
_DONE = "<|COMPLETE|>"
_SHOWN = 300  # characters of a summary


@dataclass(frozen=True)
class Record:
    """What the model said of a passage. A triple should have three parts, but may have two or more than three."""

    title: str
    text: str
    entities: tuple[str, ...] = ()
    triples: tuple[tuple[str, ...], ...] = ()

    def about(self, name: str) -> str:
        """The first triple that names something, as a sentence."""
        found = next((triple for triple in self.triples if name in triple), (name, "is named in", self.title))
        return f"{' '.join(found)}."


class Recorded:
    """Answers prompts about passages that it knows; any other is refused (HTTP 400)."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._titled: dict[str, list[Record]] = {}
        self._whole = {_flat(f"{record.title} {record.text}"): record for record in records}
        for record in records:
            self._titled.setdefault(_flat(record.title), []).append(record)

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The record in a folder: its passages, and what was said of each."""
        said = {row["doc_id"]: row for row in _rows(folder / SAID)}
        return cls([
            Record(
                passage["title"],
                passage["text"],
                tuple(said[passage["doc_id"]]["entities"]),
                tuple(map(tuple, said[passage["doc_id"]]["triples"])),
            )
            for passage in _rows(folder / PASSAGES)
        ])  # fmt: skip

    def __call__(self, asked: Asked) -> Reply:
        """What the model says to one of the prompts."""
        first = asked.turns[0]
        for begins, speak in _SPEAKERS:
            if begins in first:
                return speak(self, asked)
        return Reply(status=400, message="no prompt that this record can answer")

    def hoptrace(self, asked: Asked) -> Reply:
        """Records with the numbers of shown sentences."""
        shown = [(int(number), text) for number, text in _NUMBERED.findall(asked.turns[0])]
        title = asked.turns[0].partition("\n")[0].removeprefix("Document: ")
        record = self._by_sentences(title, [text for _, text in shown])
        if record is None:
            return _unknown(title)
        if len(asked.turns) > 1:
            return Reply({"entities": [], "relations": [], "aliases": []}, kind="more")
        said = {"entities": _entities(record, shown), "relations": _relations(record, shown)}
        return Reply(text=json.dumps(said, ensure_ascii=False, separators=(",", ":")), kind="extract")

    def lightrag(self, asked: Asked) -> Reply:
        """Rows: entity, name, type, description; relation, source, target, keywords, description."""
        return self._told(asked, _LIGHTRAG_TEXT, _row)

    def nano(self, asked: Asked) -> Reply:
        """Tuples: entity, name, type, description; relationship, source, target, description, strength."""
        if "Answer YES | NO" in asked.prompt:
            return Reply(text="NO", kind="more")
        return self._told(asked, _NANO_TEXT, _tuple)

    def summary(self, asked: Asked) -> Reply:
        """The beginning of the descriptions that are to be summed up."""
        listed = asked.turns[0].partition("Description List:")[2]
        return Reply(text=_flat(listed.replace("`", " "))[:_SHOWN], kind="summary")

    def report(self, asked: Asked) -> Reply:  # noqa: ARG002  # a speaker's argument
        """The shortest report of a community that has all parts."""
        finding = {"summary": "They are named together", "explanation": "The passages relate them to each other."}
        return Reply(
            {
                "title": "A community of things",
                "summary": "Things that passages relate to each other.",
                "rating": 5.0,
                "rating_explanation": "Nothing is known of their impact.",
                "findings": [finding] * 5,
            },
            kind="report",
        )

    def _told(self, asked: Asked, text: re.Pattern[str], told: Callable[[Record], str]) -> Reply:
        if len(asked.turns) > 1:
            return Reply(text=_DONE, kind="more")
        found = text.match(asked.turns[0])
        record = self._whole.get(_flat(found[1])) if found else None
        if record is None:
            return _unknown(found[1] if found else asked.prompt)
        return Reply(text=told(record), kind="extract")

    def _by_sentences(self, title: str, sentences: Sequence[str]) -> Record | None:
        """The passage of a title; of several, the one that holds most of the sentences."""
        records = self._titled.get(_flat(title), [])
        return max(records, key=lambda r: sum(_flat(s) in _flat(r.text) for s in sentences), default=None)


_SPEAKERS: tuple[tuple[str, Callable[[Recorded, Asked], Reply]], ...] = (
    ("# Report Structure", Recorded.report),
    ("Description List:", Recorded.summary),
    ("---Input Text---", Recorded.lightrag),
    ("-Real Data-", Recorded.nano),
    ("Document: ", Recorded.hoptrace),
)
"""By what stands in the first turn of the user, most telling first."""


def _entities(record: Record, shown: Sequence[tuple[int, str]]) -> list[dict[str, object]]:
    """The names, each with all sentences that hold it, else with the first, as a model that errs would."""
    return [
        {"name": name, "type": THING, "sentences": [n for n, text in shown if _names(text, name)] or [shown[0][0]]}
        for name in record.entities
    ]


def _relations(record: Record, shown: Sequence[tuple[int, str]]) -> list[dict[str, object]]:
    """The triples as relations; of one with two parts a field is missing, of one with four some are too many."""
    made = []
    for triple in record.triples:
        relation: dict[str, object] = dict(zip(("subject", "predicate", "object"), triple, strict=False))
        relation["predicate"] = re.sub(r"\W+", "_", triple[1].strip()).strip("_").upper()
        relation["sentences"] = _stating(triple, shown)
        made.append(relation | {f"extra_{n}": part for n, part in enumerate(triple[_TRIPLE:])})
    return made


def _stating(triple: Sequence[str], shown: Sequence[tuple[int, str]]) -> list[int]:
    """The numbers that the prompt asks for: the first sentence with most of the ends, then the first that names a missing one."""
    ends = triple[0], triple[-1] if len(triple) < _TRIPLE else triple[2]
    named = [[_names(text, end) for end in ends] for _, text in shown]
    stating = max(range(len(shown)), key=lambda at: (sum(named[at]), -at))
    missing = [end for end, there in enumerate(named[stating]) if not there]
    others = [next((at for at, found in enumerate(named) if found[end]), None) for end in missing]
    return [shown[stating][0], *(shown[at][0] for at in others if at is not None and sum(named[stating]))]


def _names(text: str, name: str) -> bool:
    return name.casefold() in text.casefold()


def _row(record: Record) -> str:
    entities = [("entity", name, "Other", record.about(name)) for name in record.entities]
    relations = [
        ("relation", triple[0], triple[2], triple[1], f"{' '.join(triple)}.") if len(triple) == _TRIPLE else ("relation", *triple)
        for triple in record.triples
    ]
    return "\n".join([*("<|#|>".join(fields) for fields in [*entities, *relations]), _DONE])


def _tuple(record: Record) -> str:
    entities = [("entity", name, "Other", record.about(name)) for name in record.entities]
    relations = [
        ("relationship", triple[0], triple[2], f"{' '.join(triple)}.") if len(triple) == _TRIPLE else ("relationship", *triple)
        for triple in record.triples
    ]
    told = [f"({_quoted(fields)})" for fields in entities] + [f"({_quoted(fields)}<|>5)" for fields in relations]
    return "##\n".join(told) + _DONE


def _quoted(fields: Sequence[str]) -> str:
    return "<|>".join(f'"{field}"' for field in fields)


def _unknown(text: str) -> Reply:
    return Reply(status=400, message=f"no passage of this record: {text[:200]}")


def _flat(text: str) -> str:
    return " ".join(text.split())


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
