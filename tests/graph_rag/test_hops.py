"""Bridges between passages: which entities tie two, and which of them are taken."""

import numpy as np

from graph_rag.atlas import Atlas, Mentions
from graph_rag.hops import Leading, hops
from graph_rag.incidence import Incidence, incidence
from graph_rag.namesakes import united
from graph_rag.neighbourhood import Neighbourhood
from graph_rag.pool import Asked, Pool
from graph_rag.reading import Place
from graph_rag.rewriting import Span

FILM, REED, VIENNA, LONDON, YEAR = range(5)
RARITY = np.array([0.9, 0.8, 0.5, 0.6, 0.1], dtype=np.float32)
HELD = [{FILM, REED, VIENNA, YEAR}, {REED, LONDON, YEAR}, {VIENNA, LONDON, YEAR}, {FILM, YEAR}]
"""Passages about the film, its director, Vienna, and a list of films."""
TITLED = [FILM, REED, VIENNA, None]


def holding(rows: list[set[int]]) -> Incidence:
    pairs = np.array([(row, entity) for row, held in enumerate(rows) for entity in held])
    return incidence(*pairs.T, (len(rows), len(RARITY)))


def pool() -> Pool:
    vector, nothing = np.ones(2, dtype=np.float32), np.ones(len(HELD), dtype=np.float32)
    places = [Place(str(n), n, vector, vector[None], 1.0, 1.0, vector[:1]) for n in range(len(HELD))]
    each, none = np.arange(len(RARITY)), np.zeros(0, dtype=np.int64)
    entities, named = united(each, each, (len(each), len(each))), Mentions(none, none, none)
    titles = holding([set() if title is None else {title} for title in TITLED])
    held = holding(HELD)
    near = Neighbourhood(places, Atlas(), entities, named, none, held, held, titles, RARITY, *[nothing] * 6)
    asked = Asked("Who was the spouse of the director of the film?", [Span(42, 46, frozenset({FILM}))])
    return Pool(near, asked, list(range(len(HELD))), [frozenset()] * len(HELD))


def ways(leading: list[int]) -> set[tuple[int, int, int]]:
    """(leading passage, next passage, bridge)."""
    found = hops(pool(), Leading(leading, np.ones(len(leading), dtype=np.float32)))
    return {(leading[row], int(column), found.rewrites[int(rewrite)].bridge) for row, column, rewrite in found.ways}


def test_the_two_best_bridges_lead_to_each_other_passage_and_never_what_the_question_names() -> None:
    assert ways([0]) == {(0, 1, REED), (0, 1, YEAR), (0, 2, VIENNA), (0, 2, YEAR), (0, 3, YEAR)}


def test_an_entity_gains_where_it_is_a_title() -> None:
    # To Vienna's passage Vienna leads, though London is rarer; both come before the year.
    assert {bridge for _, then, bridge in ways([1]) if then == 2} == {LONDON, YEAR}
    assert {bridge for _, then, bridge in ways([0, 2]) if then == 1} == {REED, LONDON, YEAR}


def test_rewrites_say_what_gives_way_and_each_is_made_once() -> None:
    found = hops(pool(), Leading([0, 3], np.ones(2, dtype=np.float32)))
    rewrites = [found.rewrites[number] for number in range(len(found.rewrites))]
    assert len(set(rewrites)) == len(rewrites)
    assert all([span.start for span in rewrite.replaced] == [42] for rewrite in rewrites)  # both hold the film
    found = hops(pool(), Leading([1], np.ones(1, dtype=np.float32)))
    assert all(found.rewrites[number].replaced == () for number in range(len(found.rewrites)))


def test_without_shared_entities_there_is_no_way() -> None:
    of = pool()
    alone = Pool(of.near, of.asked, [0], [frozenset()])
    assert hops(alone, Leading([0], np.ones(1, dtype=np.float32))).ways.shape == (0, 3)
