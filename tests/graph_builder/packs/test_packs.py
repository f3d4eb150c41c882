"""Packs: what ships is whole, what is wrong in one is said by its key."""

from pathlib import Path

import pytest

from graph_builder.errors import InputError, UnknownName
from graph_builder.model import Modality, Polarity
from graph_builder.packs import Pack, load_pack, pack_names

SMALL = """
name = "plants"
lexicon = ["names.tsv"]
[entities.Plant]
definition = "A plant."
[entities.Insect]
definition = "An insect."
[relations.FEEDS]
definition = "The plant feeds the insect."
directions = [["Plant", "Insect"]]
verb = "feeds"
passive = "is fed by"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pack.toml").write_text(SMALL, "utf-8")
    (tmp_path / "names.tsv").write_text("oak\tPlant\toak|Quercus\nbee\tInsect\tbee\n", "utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def drugs() -> Pack:
    return load_pack("drug_interactions")


def test_two_packs_ship() -> None:
    assert pack_names() == ["drug_interactions", "open"]


def test_a_folder_is_a_pack(folder: Path) -> None:
    pack = load_pack(str(folder))
    assert pack.name == "plants"
    assert pack.allows("Plant", "FEEDS", "Insect")
    assert not pack.allows("Insect", "FEEDS", "Plant")
    assert pack.lexicon.canonical("quercus") == ("Plant", "oak")


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UnknownName, match="drug_interactions, open"):
        load_pack("nothing")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("verb =", "verbb ="), r"relations\.FEEDS\.verbb: no such key; allowed here: .*verb"),
        (('["Plant", "Insect"]', '["Plant", "Bird"]'), r"no entity type \['Bird'\]; there are: \['Insect', 'Plant'\]"),
        (("[relations.FEEDS]", "[relations.feeds]"), "a predicate is UPPER_SNAKE"),
        (('definition = "A plant."', 'pointers = ["it"]'), r"entities\.Plant\.definition: Field required"),
        (("names.tsv", "other.tsv"), 'lexicon names "other.tsv", which is no file'),
        (('name = "plants"', "name = plants"), "is not TOML"),
        (
            ('passive = "is fed by"', 'passive = "is fed by"\n[[relations.FEEDS.frames]]\ntemplates = ["{S} feeds ("]'),
            "is no regular expression",
        ),
        (
            ('passive = "is fed by"', 'passive = "is fed by"\n[[relations.FEEDS.frames]]\naspects = ["leaf"]'),
            r"no aspect \['leaf'\]",
        ),
        (
            ('passive = "is fed by"', 'passive = "x"\n[[compositions]]\nname="c"\npremises=["A EATS B"]\nconcludes="A FEEDS B"'),
            '"A EATS B" is not "A PREDICATE B"',
        ),
    ],
)
def test_what_is_wrong_is_said(folder: Path, change: tuple[str, str], said: str) -> None:
    file = folder / "pack.toml"
    file.write_text(SMALL.replace(*change), "utf-8")
    with pytest.raises(InputError, match=said):
        load_pack(str(folder))


def test_a_lexicon_line_needs_three_columns(folder: Path) -> None:
    (folder / "names.tsv").write_text("oak\tPlant\n", "utf-8")
    with pytest.raises(InputError, match="names.tsv, line 1: not three columns"):
        _ = load_pack(str(folder)).lexicon


def test_the_signature_follows_every_file(folder: Path) -> None:
    before = load_pack(str(folder)).signature
    assert load_pack(str(folder)).signature == before
    (folder / "names.tsv").write_text("oak\tPlant\toak\n", "utf-8")
    assert load_pack(str(folder)).signature != before


def test_the_open_pack_allows_anything() -> None:
    pack = load_pack("open")
    assert pack.is_open
    assert pack.allows("Person", "WROTE", "Work")
    assert pack.lexicon.find("Warfarin inhibits nothing.") == []


@pytest.mark.parametrize(
    ("subject", "predicate", "object_", "allowed"),
    [
        ("Drug", "INHIBITS", "Enzyme", True),
        ("Food", "INHIBITS", "Transporter", True),
        ("Enzyme", "INHIBITS", "Drug", False),
        ("Enzyme", "METABOLIZES", "Drug", True),
        ("Drug", "METABOLIZES", "Enzyme", False),
        ("Drug", "INTERACTS_WITH", "Food", True),
        ("Food", "INTERACTS_WITH", "Drug", True),
        ("Drug", "CONTRAINDICATED_WITH", "Condition", True),
        ("Condition", "CONTRAINDICATED_WITH", "Drug", False),
        ("Drug", "EATS", "Food", False),
    ],
)
def test_directions(drugs: Pack, subject: str, predicate: str, object_: str, allowed: bool) -> None:
    assert drugs.allows(subject, predicate, object_) is allowed


def test_the_predicates_are_the_fixed_ones(drugs: Pack) -> None:
    assert set(drugs.relation_types) == {
        "INHIBITS", "INDUCES", "METABOLIZES", "TRANSPORTS", "CONVERTED_TO", "INTERACTS_WITH", "INCREASES_EXPOSURE_OF",
        "DECREASES_EXPOSURE_OF", "INCREASES_RISK_OF", "TREATS", "CONTRAINDICATED_WITH", "MEMBER_OF",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("predicate", "polarity", "modality", "passive", "words"),
    [
        ("INHIBITS", "affirmed", "asserted", False, "inhibits"),
        ("INHIBITS", "negated", "asserted", False, "does not inhibit"),
        ("INHIBITS", "affirmed", "possible", False, "may inhibit"),
        ("INHIBITS", "negated", "possible", False, "may not inhibit"),
        ("INHIBITS", "negated", "asserted", True, "is not inhibited by"),
        ("METABOLIZES", "negated", "asserted", False, "does not metabolize"),
        ("CONVERTED_TO", "affirmed", "possible", False, "may be converted to"),
        ("CONTRAINDICATED_WITH", "negated", "asserted", False, "is not contraindicated with"),
        ("INCREASES_EXPOSURE_OF", "negated", "asserted", True, "does not have its exposure increased by"),
        ("DIRECTED_BY", "affirmed", "asserted", False, "directed by"),
    ],
)
def test_a_relation_in_words(drugs: Pack, predicate: str, polarity: str, modality: str, passive: bool, words: str) -> None:
    assert drugs.reads(predicate, Polarity(polarity), Modality(modality), passive=passive) == words


def test_no_composition_rests_on_another_predicate(drugs: Pack) -> None:
    assert {p.split()[1] for c in drugs.compositions for p in c.premises} <= set(drugs.relation_types)
