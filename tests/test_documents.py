"""What the pages for people link to is there, and pictures stay small."""

import re
from pathlib import Path

import pytest

from graph_builder.packs import load_pack, pack_names

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("cypher/gallery/*.md")])
LARGEST = 200_000
"""Bytes."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_links_to_is_there(page: Path) -> None:
    links = re.findall(r"\]\((?!https?://)([^)#]+)", page.read_text("utf-8"))
    assert not [link for link in links if not (page.parent / link).exists()]


def test_queries_that_are_named_are_there() -> None:
    named = {name for page in PAGES for name in re.findall(r"`(\w+\.cypher)`", page.read_text("utf-8"))}
    assert len(named) > 5
    assert not [name for name in named if not (ROOT / "cypher" / "gallery" / name).exists()]


def test_each_picture_is_shown_and_small() -> None:
    pictures = sorted((ROOT / "docs" / "images").iterdir())
    text = (ROOT / "docs" / "neo4j_browser.md").read_text("utf-8")
    assert len(pictures) >= 6
    for picture in pictures:
        assert f"(images/{picture.name})" in text
        assert picture.read_bytes().startswith(b"\x89PNG")
        assert picture.stat().st_size < LARGEST


def test_the_style_colours_each_type_of_the_packs() -> None:
    coloured = set(re.findall(r"^node\.(\w+) \{\n  diameter: .+\n  color: ", style(), re.MULTILINE))
    assert {type_ for name in pack_names() for type_ in load_pack(name).entity_types} <= coloured


def test_a_relation_is_captioned_by_its_name_and_a_link_by_its_type() -> None:
    """Browser draws what is denied like anything else: only the name says so."""
    captions = dict(re.findall(r"^relationship(?:\.(\w+))? \{[^}]*caption: \"([^\"]+)\"", style(), re.MULTILINE))
    predicates = {predicate for name in pack_names() for predicate in load_pack(name).relation_types}
    assert captions[""] == "{name}"
    assert {captions[predicate] for predicate in predicates & set(captions)} == {"{name}"}
    assert captions["ALIAS_OF"] == "<type>"


def style() -> str:
    return (ROOT / "cypher" / "hoptrace.grass").read_text("utf-8")
