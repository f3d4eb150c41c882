"""The rules against sentences with all that they state, and their parts against what may go wrong."""

import re
from collections.abc import Iterator

import pytest

from graph_builder.extraction import ExtractedRelation, Extraction, Extractor, NumberedSentence, Passage
from graph_builder.extraction._struck import unstruck
from graph_builder.extraction.rules import create
from graph_builder.model import Modality, Polarity
from graph_builder.packs import load_pack
from graph_builder.sentences import split
from tests.graph_builder.extraction.stated import ALIASES, DISOWNED, STATED, UPHELD


@pytest.fixture(scope="module")
def rules() -> Extractor:
    return create(load_pack("drug_interactions"))


def passages(text: str, title: str = "", *, size: int = 1000) -> list[Passage]:
    sentences = [NumberedSentence(s.number, text[s.start : s.end]) for s in split(text)]
    return [Passage(title, "", tuple(sentences[i : i + size])) for i in range(0, len(sentences), size)] or [
        Passage(title, "", ())
    ]


def written(relation: ExtractedRelation) -> str:
    denied = "not " if relation.polarity is Polarity.NEGATED else ""
    possible = "may " if relation.modality is Modality.POSSIBLE else ""
    qualifiers = f" [{relation.qualifiers}]" if relation.qualifiers else ""
    return f"{denied}{possible}{relation.subject} {relation.predicate} {relation.object}{qualifiers}"


def relations(extractions: list[Extraction]) -> Iterator[ExtractedRelation]:
    for extraction in extractions:
        yield from extraction.relations


@pytest.mark.parametrize(("title", "text", "stated"), STATED, ids=[text[:60] for _, text, _ in STATED])
def test_a_sentence_gives_what_it_states(rules: Extractor, title: str, text: str, stated: list[str]) -> None:
    assert sorted(written(r) for r in relations(rules.extract(passages(text, title)))) == sorted(stated)


@pytest.mark.parametrize("text", DISOWNED)
def test_what_a_sentence_does_not_stand_behind_is_not_stated(rules: Extractor, text: str) -> None:
    assert not [written(r) for r in relations(rules.extract(passages(text)))]


@pytest.mark.parametrize(("text", "stated"), UPHELD)
def test_what_a_sentence_stands_behind_is_stated(rules: Extractor, text: str, stated: str) -> None:
    assert [written(r) for r in relations(rules.extract(passages(text)))] == [stated]


def test_what_is_struck_out_over_two_sentences_keeps_every_place() -> None:
    text = "A ~~is b. C~~ is d."
    sentences = [NumberedSentence(0, "A ~~is b."), NumberedSentence(1, "C~~ is d.")]
    found = unstruck(sentences)
    assert " ".join(s.text for s in found) == "A " + " " * len("~~is b. C~~") + " is d."
    assert [len(s.text) for s in found] == [len(s.text) for s in sentences]
    assert unstruck([NumberedSentence(0, text.replace("C~~", "C"))])[0].text == "A ~~is b. C is d."


@pytest.mark.parametrize(("text", "declared"), ALIASES, ids=[text[:50] for text, _ in ALIASES])
def test_declared_aliases(rules: Extractor, text: str, declared: list[tuple[str, str]]) -> None:
    [extraction] = rules.extract(passages(text))
    assert sorted((a.name, a.alias) for a in extraction.aliases) == sorted(declared)


def test_enough_sentences_are_tried() -> None:
    assert len(STATED) >= 80


@pytest.mark.parametrize("text", [text for _, text, stated in STATED if stated])
def test_every_name_stands_in_a_sentence_that_is_given(rules: Extractor, text: str) -> None:
    sentences = {s.number: text[s.start : s.end] for s in split(text)}
    for relation in relations(rules.extract(passages(text, "Verapamil"))):
        given = [sentences[number] for number in relation.sentences]
        assert any(relation.subject in sentence for sentence in given)
        assert any(relation.object in sentence for sentence in given)
        assert relation.subject in given[0] or relation.object in given[0]


def test_an_antecedent_is_given_after_the_sentence_that_states(rules: Extractor) -> None:
    text = "Ciprofloxacin is an old drug. Nobody knew it. The drug inhibits CYP1A2."
    [relation] = relations(rules.extract(passages(text, "Ciprofloxacin")))
    assert relation.sentences == [2, 0]


def test_without_an_antecedent_nothing_is_claimed(rules: Extractor) -> None:
    assert not list(relations(rules.extract(passages("The drug inhibits CYP1A2. It induces CYP3A4."))))


def test_the_subject_carries_on_into_later_passages(rules: Extractor) -> None:
    text = "Ciprofloxacin is an old drug. Nobody knew it. The drug inhibits CYP1A2."
    first, second, third = rules.extract(passages(text, "Ciprofloxacin", size=1))
    assert not first.relations
    assert not second.relations
    assert [written(r) for r in third.relations] == ["Ciprofloxacin INHIBITS CYP1A2"]


def test_a_sentence_in_two_passages_is_claimed_once(rules: Extractor) -> None:
    [passage] = passages("Fluconazole inhibits CYP2C9.")
    first, second = rules.extract([passage, passage])
    assert len(first.relations) == 1
    assert not second.relations
    assert first.entities == second.entities


def test_names_are_as_they_stand(rules: Extractor) -> None:
    [extraction] = rules.extract(passages("PLAVIX is metabolised by cytochrome P450 2C19."))
    assert {(e.name, e.type) for e in extraction.entities} == {("PLAVIX", "Drug"), ("cytochrome P450 2C19", "Enzyme")}
    assert written(extraction.relations[0]) == "cytochrome P450 2C19 METABOLIZES PLAVIX"


def test_empty_documents_give_nothing(rules: Extractor) -> None:
    assert rules.extract([]) == []
    assert rules.extract(passages("")) == [Extraction()]


def test_trees_are_surer_than_templates_and_tables(rules: Extractor) -> None:
    sure = {
        text: next(relations(rules.extract(passages(text)))).confidence
        for text in ("Fluconazole inhibits CYP2C9.", "Plavix is contraindicated in patients with peptic ulcer.")
    }
    assert list(sure.values()) == [0.9, 0.8]


def test_templates_alone_find_the_plain_sentences() -> None:
    blind = create(load_pack("drug_interactions"), spacy_model="no_such_model_is_installed")
    plain = ["Fluconazole inhibits CYP2C9.", "Warfarin is metabolised by CYP2C9.", "Sotalol does not inhibit CYP2D6."]
    found = [written(r) for text in plain for r in relations(blind.extract(passages(text)))]
    assert found == ["Fluconazole INHIBITS CYP2C9", "CYP2C9 METABOLIZES Warfarin", "not Sotalol INHIBITS CYP2D6"]


def test_the_name_says_rules_and_pack(rules: Extractor) -> None:
    assert re.fullmatch(r"rules/\d+:drug_interactions", rules.name)
