"""Free predicates come to one form by rules: what is the same is joined, what is not never is."""

import pytest

from graph_builder.predicates import Predicate, normalised


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "LOCATED_IN",
            ["is located in", "was located in", "located in", "LOCATED_IN", "Located-in", "locatedIn", "has been located in"],
        ),
        ("CAPITAL_OF", ["is the capital of", "was a capital of", "capital of"]),
        ("PUBLISHED_BY", ["is published by", "were published by", "published by", "is being published by"]),
        ("PUBLISHES", ["published", "publishes", "has published", "had published"]),
        ("WRITES", ["wrote", "writes", "has written", "also wrote"]),
        ("MOVES_TO", ["moved to", "moves to", "has moved to"]),
        ("HAS_POPULATION_OF", ["has a population of", "had population of", "have the population of"]),
        ("KNOWN_AS", ["is also known as", "also known as", "was known as"]),
        ("IS", ["is", "was", "are the", "has been"]),
        ("IS_A", ["is a", "was a", "is an"]),
        ("LACKS_VITAMIN_A", ["lacks vitamin A", "lacks the vitamin A"]),
        ("父亲", ["父亲"]),
        ("", ["", " ", "!?", "not"]),
    ],
)
def test_ways_to_say_one_thing_come_to_one_name(name: str, said: list[str]) -> None:
    assert {normalised(one).name for one in said} == {name}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("published", "published by"),
        ("published", "was published"),
        ("moved to", "was moved to"),
        ("led to", "was led to"),
        ("led", "was led"),
        ("named", "was named"),
        ("awarded", "was awarded"),
        ("originally named", "was originally named"),
        ("played in", "was played in"),
        ("wrote", "written"),
        ("inhibits", "inhibited by"),
        ("father of", "mother of"),
        ("won", "won by"),
        ("has father", "father of"),
        ("quxed", "was quxed"),
    ],
)
def test_what_differs_is_not_joined(one: str, other: str) -> None:
    assert normalised(one).name != normalised(other).name


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("is not related to", "RELATED_TO"),
        ("did not win", "WINS"),
        ("didn't win", "WINS"),
        ("DOES_NOT_INHIBIT", "INHIBITS"),
        ("isn’t part of", "PART_OF"),
        ("cannot inhibit", "INHIBITS"),
        ("can't inhibit", "INHIBITS"),
        ("never won", "WINS"),
        ("no longer publishes", "PUBLISHES"),
        ("has no effect on", "HAS_EFFECT_ON"),
        ("has not been located in", "LOCATED_IN"),
        ("was not published by", "PUBLISHED_BY"),
    ],
)
def test_a_negation_becomes_the_polarity_and_leaves_the_name(said: str, name: str) -> None:
    found = normalised(said)
    assert (found.name, found.negated, found.possible) == (name, True, False)
    assert "negated" in found.reason


@pytest.mark.parametrize(
    "said", ["is not only located in", "signed but not ratified", "ranked no 1 in", "noted", "nominated for"]
)
def test_what_only_looks_like_a_negation_stays_in_the_name(said: str) -> None:
    found = normalised(said)
    assert not found.negated
    assert [word for word in found.name.lower().split("_") if word.startswith("no")] == [
        word for word in said.split() if word.startswith("no")
    ]


def test_a_modal_becomes_the_modality() -> None:
    assert normalised("may inhibit")[:1] + normalised("may inhibit")[2:] == ("INHIBITS", False, True)
    assert normalised("may not be metabolised by")[2:] == (True, True)
    assert normalised("may have been founded by") == Predicate(
        "FOUNDED_BY", 'without "may", "have", "was"; possible', possible=True
    )


def test_the_reason_says_what_was_changed() -> None:
    assert normalised("was the capital of").reason == 'without "the", "was"'
    assert normalised("wrote").reason == '"wrote" in the present tense'
    assert normalised("located in").reason == ""


@pytest.mark.parametrize(
    "name", ["SETS_UP", "BORN_IN", "FATHER_OF", "DIRECTS", "MOVES_TO", "HAS", "DOES", "NATIONALITY", "GOES_TO"]
)
def test_what_the_rules_write_stays(name: str) -> None:
    assert normalised(name) == Predicate(name)


def test_the_form_of_a_form_is_itself() -> None:
    for said in ("was moved to", "is called", "has no effect on", "wrote", "is a", "were the", "cannot be", "does not"):
        name = normalised(said).name
        assert normalised(name).name == name
