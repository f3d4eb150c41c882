import numpy as np
import pytest

from graph_rag.evaluation.bootstrap import Resamples
from graph_rag.evaluation.risk import Judged, abstention, curve

RANDOM = np.random.default_rng(1)
VALUES = RANDOM.random((60, 2))


def test_the_same_seed_gives_the_same_intervals_and_another_gives_others() -> None:
    first, again, other = (Resamples(60, seed).means(VALUES) for seed in (0, 0, 1))
    assert first == again != other


def test_the_interval_of_a_mean_is_that_of_the_normal_approximation() -> None:
    found = Resamples(60).means(VALUES)[0]
    assert found is not None
    error = VALUES[:, 0].std() / np.sqrt(60)
    assert found.mean == pytest.approx(VALUES[:, 0].mean())
    assert found.low == pytest.approx(found.mean - 1.96 * error, abs=0.006)
    assert found.high == pytest.approx(found.mean + 1.96 * error, abs=0.006)
    assert found.n == 60


def test_a_question_without_a_value_is_left_out() -> None:
    values = np.array([[1.0, np.nan], [0.0, np.nan], [np.nan, np.nan]])
    first, second = Resamples(3).means(values)
    assert second is None
    assert first is not None
    assert (first.mean, first.n) == (0.5, 2)


def test_differences_are_paired_by_question() -> None:
    worse = VALUES - 0.01  # far less than what questions differ by: only pairing sees it
    found = Resamples(60).differences(VALUES, worse)[0]
    assert found is not None
    assert (found.mean, found.low, found.high) == pytest.approx((0.01, 0.01, 0.01))
    assert found.p == pytest.approx(2 / 10_001)


def test_no_difference_has_p_of_1_and_turning_it_round_turns_its_sign() -> None:
    resamples = Resamples(60)
    same = resamples.differences(VALUES, VALUES)[0]
    assert same is not None
    assert same.p == 1.0
    one, other = (resamples.differences(a, b)[0] for a, b in ((VALUES, VALUES[::-1]), (VALUES[::-1], VALUES)))
    assert one is not None
    assert other is not None
    assert (one.mean, one.low, one.p) == pytest.approx((-other.mean, -other.high, other.p))


def test_risk_over_coverage_by_hand() -> None:
    assert curve(np.array([0.0, 1.0, 0.0]), 6) == ((1 / 6, 0.0), (2 / 6, 0.5), (3 / 6, pytest.approx(1 / 3)))


def test_abstention_counts_who_should_have_answered() -> None:
    judged = [
        Judged(0.9, wrong=False, abstained=False, answerable=True),
        Judged(0.2, wrong=True, abstained=False, answerable=True),
        Judged(0.5, wrong=True, abstained=False, answerable=False),
        Judged(0.1, wrong=True, abstained=True, answerable=True),
        Judged(0.0, wrong=True, abstained=True, answerable=False),
    ]
    found = abstention(judged, Resamples(5))
    assert (found.answerable, found.abstained_answerable, found.unanswerable, found.abstained_unanswerable) == (3, 1, 2, 1)
    assert found.coverage == 0.6
    assert found.points == ((0.2, 0.0), (0.4, 0.5), (0.6, pytest.approx(2 / 3)))
    assert found.risk == pytest.approx(2 / 3)
    assert found.area is not None
    assert found.area.mean == pytest.approx((0 + 1 / 2 + 2 / 3) / 3)
    assert found.area.low <= found.area.mean <= found.area.high


def test_a_method_that_never_answers_has_no_area() -> None:
    found = abstention([Judged(0.0, wrong=True, abstained=True, answerable=True)], Resamples(1))
    assert (found.coverage, found.area, found.points) == (0.0, None, ())


def test_equally_sure_answers_count_alike_in_any_order() -> None:
    bets = [
        Judged(sure, wrong=wrong, abstained=False, answerable=True) for sure, wrong in ((0.9, True), (0.9, False), (0.5, True))
    ]
    one, other = abstention(bets, Resamples(3)), abstention([bets[1], bets[0], bets[2]], Resamples(3))
    assert one.points == other.points == ((1 / 3, 0.5), (2 / 3, 0.5), (1.0, 2 / 3))
    assert one.area is not None
    assert other.area is not None
    assert one.area.mean == other.area.mean


def test_equally_sure_answers_that_are_half_wrong_have_an_interval() -> None:
    bets = [Judged(0.5, wrong=n % 2 == 0, abstained=False, answerable=True) for n in range(20)]
    area = abstention(bets, Resamples(20)).area
    assert area is not None
    assert area.mean == pytest.approx(0.5)
    assert area.low < 0.35
    assert area.high > 0.65
