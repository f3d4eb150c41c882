"""The country of a people's name: "Austrian" leads to Austria, though the names share no form. Facts, in `nations.tsv`."""

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from graph_builder.names import normalise


@lru_cache(maxsize=1)
def _countries() -> Mapping[str, str]:
    """Normalised names of countries and regions by the normalised word for their people, language or things."""
    lines = (files("graph_rag") / "nations.tsv").read_text("utf-8").splitlines()
    return {normalise(people): normalise(country) for people, country in (line.split("\t") for line in lines)}


@lru_cache(maxsize=10_000)
def led_to(name: str) -> tuple[str, ...]:
    """The countries that the words of a normalised name lead to, in their order.

    >>> led_to("austrian army"), led_to("south african")
    (('austria',), ('south africa',))
    """
    known, words = _countries(), name.split(" ")
    pairs = [known[two] for two in map(" ".join, zip(words, words[1:], strict=False)) if two in known]
    return tuple(pairs or [known[word] for word in words if word in known])


def is_of_a_people(word: str) -> bool:
    """Whether the word stands in a people's name: a name without such a word leads nowhere."""
    return word in _words_of_peoples()


@lru_cache(maxsize=1)
def _words_of_peoples() -> frozenset[str]:
    return frozenset(word for people in _countries() for word in people.split(" "))
