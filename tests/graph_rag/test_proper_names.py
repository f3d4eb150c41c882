"""What in a question is a proper name, and so what it is about."""

import pytest

from graph_rag.linking import Links
from graph_rag.sources import Linked


def proper(*linked: tuple[str, str, int, str]) -> list[str]:
    entities = tuple(Linked(str(n), name, surface, start, by) for n, (name, surface, start, by) in enumerate(linked))
    return [each.surface for each in Links(entities, ()).proper]


@pytest.mark.parametrize("name", ["Vienna", "p53", "mTOR", "3M", "eBay", "東京", "University of Chicago", "CYP3A4"])
def test_a_proper_name_stands_out(name: str) -> None:
    assert proper(("director", "director", 11, "name"), (name, name, 30, "name")) == [name]


@pytest.mark.parametrize("name", ["director", "the country", "1948", "film maker"])
def test_a_common_noun_does_not(name: str) -> None:
    assert proper((name, name, 11, "name"), ("Vienna", "Vienna", 30, "name")) == ["Vienna"]


def test_the_first_word_is_proper_where_the_graph_says_so() -> None:
    assert proper(("directors", "Directors", 0, "name"), ("Vienna", "Vienna", 30, "name")) == ["Vienna"]
    assert proper(("Einstein", "Einstein", 0, "name"), ("country", "country", 30, "name")) == ["Einstein"]


def test_a_name_of_several_words_is_proper_where_the_graph_writes_each_as_one() -> None:
    assert proper(("Reign of Terror", "reign of terror", 25, "name"), ("group", "group", 4, "name")) == ["reign of terror"]
    assert proper(("Film director", "film director", 25, "name"), ("Vienna", "Vienna", 40, "name")) == ["Vienna"]


def test_what_a_pack_knows_is_proper_and_all_is_where_nothing_stands_out() -> None:
    assert proper(("warfarin", "warfarin", 5, "pack"), ("dose", "dose", 30, "name")) == ["warfarin"]
    assert proper(("director", "director", 5, "name"), ("film", "film", 30, "name")) == ["director", "film"]
