"""A chain that goes a way round a shorter argument is left out, and only such a one."""

import pytest

from graph_builder.model import Modality, Polarity, Relation
from graph_rag.chains import _without_detours
from graph_rag.walk import Path, Step

BY_CYP3A = ["rifampin", "CYP3A", "cyclosporine"]
BY_ITS_CLASS = ["rifampin", "antibiotic", "CYP3A", "cyclosporine"]


def path(*names: str) -> Path:
    pairs = list(zip(names, names[1:], strict=False))
    relations = [Relation(f"{a}>{b}", a, "R", b, Polarity.AFFIRMED, Modality.ASSERTED, "", 0.9, "", ()) for a, b in pairs]
    return tuple(Step(relation, *pair) for relation, pair in zip(relations, pairs, strict=True))


def kept(*told: tuple[list[str], float], coverage: float = 1.0) -> list[list[str]]:
    """The names of the chains that are kept, of some with how much of an argument each is; ``coverage``: of the shortest."""
    shortest = min(len(names) for names, _ in told)
    covers = [coverage if len(names) == shortest else 1.0 for names, _ in told]
    scored = _without_detours(
        [({"argument": each, "coverage": covered}, path(*names)) for (names, each), covered in zip(told, covers, strict=True)]
    )
    return [[found[0].start, *(step.end for step in found)] for _, found in scored]


@pytest.mark.parametrize("long", [BY_ITS_CLASS, BY_ITS_CLASS[::-1]])
def test_the_way_round_a_shorter_argument_is_left_out(long: list[str]) -> None:
    assert kept((long, 1.0), (BY_CYP3A, 1.0)) == [BY_CYP3A]


def test_a_better_argument_is_no_detour() -> None:
    assert kept((BY_ITS_CLASS, 1.0), (BY_CYP3A, 0.5)) == [BY_ITS_CLASS, BY_CYP3A]


def test_a_way_round_by_what_the_question_names_is_no_detour() -> None:
    assert kept((BY_ITS_CLASS, 1.0), (BY_CYP3A, 1.0), coverage=0.67) == [BY_ITS_CLASS, BY_CYP3A]


def test_what_explains_a_single_statement_is_no_detour() -> None:
    assert kept((BY_CYP3A, 1.0), (["rifampin", "cyclosporine"], 1.0)) == [BY_CYP3A, ["rifampin", "cyclosporine"]]


def test_another_way_and_other_ends_are_no_detour() -> None:
    others = [["rifampin", "P-gp", "antibiotic", "cyclosporine"], ["rifampin", "CYP3A", "cyclosporine", "transplant"]]
    assert kept((BY_CYP3A, 1.0), *((other, 1.0) for other in others)) == [BY_CYP3A, *others]
