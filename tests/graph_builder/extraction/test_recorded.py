"""Recorded triples are laid to the sentences that name their ends; what is not there is counted with its reason."""

import json
from collections import Counter
from pathlib import Path

import pytest

from graph_builder.errors import InputError, PathNotFound, SettingsError
from graph_builder.extraction import open_extractor
from graph_builder.grounding import Grounded, ground
from graph_builder.model import Document
from graph_builder.packs import load_pack
from graph_builder.recipe import Recipe, passages
from graph_builder.settings import Settings
from hoptrace import Graph

TEXT = (
    "Hank Snow was a singer. He recorded Hello Love in Nashville. "
    "The song was a success for Hank Snow, who performed Hello Love for years. Nobody noticed The Publix stores."
)
TRIPLES = [
    ["Hank Snow", "performed", "Hello Love"],  # both in the third sentence
    ["Hank Snow", "recorded in", "Nashville"],  # the second names one end, the first the other
    ["Hank Snow", "is", "singers"],  # by the normalised form, as it stands: "singer"
    ["Hank Snow", "born in", "Nova Scotia"],
    ["Elvis", "born in", "Tupelo"],
    ["Hank Snow", "lonely"],
    ["Hank Snow", "sold", 3],
]
DOCUMENT = Document.of("7", TEXT, name="Hello Love")


def record(path: Path, *rows: object) -> str:
    path.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    return str(path)


@pytest.fixture
def triples(tmp_path: Path) -> str:
    row = {"doc_id": 7, "entities": ["Hank Snow", "Nashville", "the Publix", "Elvis"], "triples": TRIPLES}
    return record(tmp_path / "triples.jsonl", row)


def grounded(extractor: str, triples: str, document: Document = DOCUMENT) -> Grounded:
    pack, settings = load_pack("open"), Settings()
    chosen = open_extractor(extractor, pack, llm=None, spacy_model=settings.spacy_model, triples=triples)
    recipe = Recipe([pack], lambda _: chosen, Graph(settings).embedder)
    chunks = recipe.cut(document)
    return ground(document, chunks, chosen.extract(passages(document, chunks)), pack, chosen.name)


def claims(found: Grounded) -> dict[tuple[str, str, str], str]:
    """The quote of each claim by subject, what was said, and object."""
    name = {id_: alias.name for id_, alias in found.aliases.items()}
    return {(name[e.subject], e.said or e.predicate, name[e.object]): e.quote for e in found.evidence.values()}


def test_a_triple_becomes_evidence_that_quotes_its_sentence(triples: str) -> None:
    found = grounded("recorded", triples)
    quotes = claims(found)
    assert set(quotes) == {
        ("Hank Snow", "performed", "Hello Love"),
        ("Hank Snow", "recorded in", "Nashville"),
        ("Hank Snow", "is", "singer"),
    }
    assert quotes["Hank Snow", "performed", "Hello Love"].startswith("The song was a success")
    assert all(TEXT[e.start : e.end] == e.quote for e in found.evidence.values())


def test_ends_in_two_sentences_are_stated_by_one_with_the_other_as_antecedent(triples: str) -> None:
    found = grounded("recorded", triples)
    (evidence,) = [e for e in found.evidence.values() if e.said == "recorded in"]
    assert evidence.quote == "He recorded Hello Love in Nashville."
    assert evidence.antecedent is not None
    assert TEXT[slice(*evidence.antecedent)] == "Hank Snow was a singer."


def test_what_can_not_be_aligned_is_counted_with_its_reason(triples: str) -> None:
    reasons = Counter(said.reason for said in grounded("recorded", triples).rejected)
    assert reasons == {
        "recorded triple: a triple has three parts, each a text": 2,
        "recorded triple: no sentence names the other end": 1,
        "recorded triple: no sentence names either end": 1,
        "recorded entity: no sentence names it": 1,
    }


def test_an_entity_is_mentioned_wherever_it_stands_without_its_article(triples: str) -> None:
    found = grounded("recorded", triples)
    named = Counter(found.aliases[mention.alias_id].name for mention in found.mentions if mention.end > mention.start)
    assert named["Hank Snow"] == 2
    assert named["Publix"] + named["The Publix"] == 1


def test_a_document_without_a_record_gives_nothing(triples: str) -> None:
    assert grounded("recorded", triples, Document.of("8", TEXT, name="no")).evidence == {}


def test_both_is_what_rules_and_record_find(triples: str) -> None:
    both, ruled, recorded = (claims(grounded(name, triples)) for name in ("both", "rules", "recorded"))
    assert ruled
    assert set(both) == set(ruled) | set(recorded)


def test_another_record_is_another_recipe(triples: str, tmp_path: Path) -> None:
    other = record(tmp_path / "other.jsonl", {"doc_id": 7, "triples": TRIPLES[:1]})
    first, again, second = (
        open_extractor("recorded", load_pack("open"), llm=None, spacy_model="", triples=file)
        for file in (triples, triples, other)
    )
    assert first.name == again.name != second.name


def test_a_record_must_be_named_there_and_well_formed(tmp_path: Path) -> None:
    def opened(file: str) -> None:
        open_extractor("recorded", load_pack("open"), llm=None, spacy_model="", triples=file)

    with pytest.raises(SettingsError, match="HOPTRACE_TRIPLES"):
        opened("")
    with pytest.raises(PathNotFound, match="no such file"):
        opened(str(tmp_path / "nowhere.jsonl"))
    with pytest.raises(InputError, match='line 2: no "doc_id"'):
        opened(record(tmp_path / "w.jsonl", {"doc_id": 1}, {"triples": []}))
    with pytest.raises(InputError, match='line 1: "entities" and "triples" are not both lists'):
        opened(record(tmp_path / "w.jsonl", {"doc_id": 1, "triples": 3}))
    (tmp_path / "b.jsonl").write_text("{", "utf-8")
    with pytest.raises(InputError, match="line 1: not JSON"):
        opened(str(tmp_path / "b.jsonl"))
