"""Any text: what the open pack's rules read in a few plain paragraphs."""

import pytest

from graph_builder.extraction import ExtractedRelation, Extractor, NumberedSentence, Passage
from graph_builder.extraction.rules import create
from graph_builder.packs import load_pack
from graph_builder.sentences import split

STATED = [
    ("Kraurya", "Kraurya is a 1996 drama film directed by Girish Kasaravalli.", "Girish Kasaravalli DIRECTS Kraurya"),
    ("", "Ada Lovelace was born in London.", "Ada Lovelace BORN_IN London"),
    ("", "Paris is the capital of France.", "Paris CAPITAL_OF France"),
    ("Mary Cassatt", "Mary Cassatt was an American painter. She moved to Paris.", "Mary Cassatt MOVES_TO Paris"),
    ("Matt Corboy", "Matt Corboy (born June 4, 1973) is an American actor.", "Matt Corboy NATIONALITY American"),
    (
        "Claudia Amura",
        "Claudia Amura (born 26 August 1970 in Buenos Aires) is a chess player.",
        "Claudia Amura BORN_IN Buenos Aires",
    ),
    ("", "John Smith did not marry Mary Jones.", "not John Smith MARRIES Mary Jones"),
    ("", "Microsoft may acquire Nokia.", "may Microsoft ACQUIRES Nokia"),
    (
        "Frankie Klick",
        "Frankie Klick was a boxer. His managers were Joe Doran and Ray Carlin.",
        "Ray Carlin MANAGER_OF Frankie Klick",
    ),
    (
        "Love Me Again (film)",
        "Love Me Again is a 2008 film. The film was directed by Rory Quintos.",
        "Rory Quintos DIRECTS Love Me Again",
    ),
    ("", "Bill Gates founded Microsoft and later worked for Oxfam.", "Bill Gates WORKS_FOR Oxfam"),
]


@pytest.fixture(scope="module")
def rules() -> Extractor:
    return create(load_pack("open"))


def passage(text: str, title: str = "") -> Passage:
    return Passage(title, "", tuple(NumberedSentence(s.number, text[s.start : s.end]) for s in split(text)))


def written(relation: ExtractedRelation) -> str:
    marks = {"negated": "not ", "possible": "may "}
    lead = marks.get(relation.polarity.value, "") + marks.get(relation.modality.value, "")
    return f"{lead}{relation.subject} {relation.predicate} {relation.object}"


@pytest.mark.parametrize(("title", "text", "stated"), STATED, ids=[stated for *_, stated in STATED])
def test_a_sentence_gives_what_it_states(rules: Extractor, title: str, text: str, stated: str) -> None:
    [extraction] = rules.extract([passage(text, title)])
    assert stated in [written(r) for r in extraction.relations]


@pytest.mark.parametrize(("title", "text", "stated"), STATED, ids=[stated for *_, stated in STATED])
def test_both_ends_stand_in_the_sentences_given(rules: Extractor, title: str, text: str, stated: str) -> None:
    sentences = {s.number: text[s.start : s.end] for s in split(text)}
    [extraction] = rules.extract([passage(text, title)])
    assert extraction.relations, stated
    for relation in extraction.relations:
        given = [sentences[number] for number in relation.sentences]
        assert any(relation.subject in sentence for sentence in given)
        assert any(relation.object in sentence for sentence in given)


def test_a_pronoun_gives_its_antecedent(rules: Extractor) -> None:
    [extraction] = rules.extract([passage("Mary Cassatt was a painter. She moved to Paris.", "Mary Cassatt")])
    assert [r.sentences for r in extraction.relations if r.object == "Paris"] == [[1, 0]]


def test_types_are_those_of_the_pack(rules: Extractor) -> None:
    text = 'Bill Gates founded Microsoft in the United States and read "War and Peace" during World War II.'
    [extraction] = rules.extract([passage(text)])
    types = {e.name: e.type for e in extraction.entities}
    assert types["Bill Gates"] == "Person"
    assert types["Microsoft"] == "Organization"
    assert types["United States"] == "Place"
    assert types["War and Peace"] == "Work"
    assert types["World War II"] == "Event"
    assert set(types.values()) <= set(load_pack("open").entity_types)


NAMED = [
    ("Her neighbour, John Truett (Tom Drake), and Anna (Mary Astor) move.", {"John Truett", "Tom Drake", "Mary Astor"}),
    ("It is an album by saxophonist Sonny Stitt.", {"Sonny Stitt"}),
    ("Charles was the son of Louis IV of France and Gerberga of Saxony.", {"Louis IV of France", "Gerberga of Saxony"}),
    ("Mr. de Gaulle met Ludwig van Beethoven in Rome.", {"Mr. de Gaulle", "Ludwig van Beethoven", "Rome"}),
]


@pytest.mark.parametrize(("text", "expected"), NAMED)
def test_names_are_whole_and_bare_and_read_in_brackets_too(rules: Extractor, text: str, expected: set[str]) -> None:
    [extraction] = rules.extract([passage(text)])
    assert expected <= {e.name for e in extraction.entities}


@pytest.mark.parametrize(("title", "spelt"), [("France", {"Louis IV", "France"}), ("Louis IV", {"Louis IV", "France"})])
def test_a_title_within_a_longer_name_hides_no_part_of_it(rules: Extractor, title: str, spelt: set[str]) -> None:
    [extraction] = rules.extract([passage("Louis IV of France was the son of Charles the Simple.", title)])
    assert spelt <= {e.name for e in extraction.entities}


def test_where_somebody_is_from_is_no_part_of_a_full_name(rules: Extractor) -> None:
    [extraction] = rules.extract([passage("Barack Obama of Illinois won.")])
    assert {"Barack Obama", "Illinois"} == {e.name for e in extraction.entities}


@pytest.mark.parametrize(
    "text",
    [
        "He (born April 5, 1972) left.",
        "It lies there (See also below).",
        "It was sold (Note: twice).",
        "He left (Later, it was denied).",
        "It [here](https://Example.com/Path/Page) lies.",
    ],
)
def test_what_stands_in_brackets_is_no_name_without_being_one(rules: Extractor, text: str) -> None:
    [extraction] = rules.extract([passage(text)])
    assert extraction.entities == []


def test_a_declared_alias(rules: Extractor) -> None:
    [extraction] = rules.extract([passage("The Black River, also known as the Lamington River, is long.")])
    assert [(a.name, a.alias) for a in extraction.aliases] == [("Black River", "Lamington River")]


@pytest.mark.parametrize("text", ["", "nothing here has a name.", "It rained and rained.", "(((", "A B C D. 1 2 3!"])
def test_text_without_names_gives_no_relation(rules: Extractor, text: str) -> None:
    [extraction] = rules.extract([passage(text)])
    assert extraction.relations == []


def test_a_blank_pipeline_still_finds_names_with_capitals() -> None:
    blind = create(load_pack("open"), spacy_model="no_such_model_is_installed")
    [extraction] = blind.extract([passage("In London the painter Mary Cassatt met Edgar Degas.")])
    assert {"Mary Cassatt", "Edgar Degas"} <= {e.name for e in extraction.entities}
    assert ("Mary Cassatt MET Edgar Degas", 0.4) in [(written(r), r.confidence) for r in extraction.relations]
