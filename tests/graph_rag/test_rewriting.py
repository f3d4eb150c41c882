"""Questions rewritten with a bridging entity, as text and as vectors."""

import numpy as np
import pytest

from graph_rag.rewriting import Rewrite, Rewrites, Span, by_arithmetic, covered
from graph_rag.sources import Question

QUESTION = "Who is the spouse of the director of The Third Man?"
FILM = Span(37, 50, frozenset({4}))
SPOUSE = Span(11, 17, frozenset({2, 7}))


class Axes:
    """An embedder whose every text is the first axis."""

    name, dim = "axes", 3

    def encode(self, texts: list[str]) -> np.ndarray:
        return np.tile(np.array([1, 0, 0], dtype=np.float32), (len(texts), 1))


@pytest.mark.parametrize(
    ("replaced", "text"),
    [
        ((FILM,), "Who is the spouse of the director of Carol Reed?"),
        ((SPOUSE, FILM), "Who is the Carol Reed of the director of ?"),
        ((), "Who is the spouse of the director of The Third Man Carol Reed?"),
    ],
)
def test_the_bridge_takes_the_place_of_what_a_passage_covers(replaced: tuple[Span, ...], text: str) -> None:
    assert Rewrite(replaced, 9).text(QUESTION, "Carol Reed") == text


def test_a_passage_covers_the_spans_whose_entities_it_mentions() -> None:
    held = np.zeros(10, dtype=np.bool_)
    assert covered([SPOUSE, FILM], held) == ()
    held[[4, 9]] = True
    assert covered([SPOUSE, FILM], held) == (FILM,)


def test_arithmetic_moves_the_question_from_what_is_replaced_to_the_bridge() -> None:
    question = Question(QUESTION, Axes())  # type: ignore[arg-type]  # all that a question asks of an embedder
    names = {4: np.array([0, 1, 0], dtype=np.float32), 9: np.array([0, 0, 1], dtype=np.float32)}
    rewrites = Rewrites([(), (FILM,)], np.array([1, 0]), np.array([9, 9]))
    assert [rewrites[0], rewrites[1]] == [Rewrite((FILM,), 9), Rewrite((), 9)]
    replaced, added = by_arithmetic(question, rewrites, lambda entities: np.stack([names[entity] for entity in entities]))
    assert np.allclose(replaced, np.array([1, -0.5, 0.5]) / np.sqrt(1.5))
    assert np.allclose(added, np.array([1, 0, 0.5]) / np.sqrt(1.25))
