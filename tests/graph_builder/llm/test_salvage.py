"""What is left of answers that are not quite JSON: every record that is whole, and a name for every other."""

import json

import pytest

from graph_builder.llm.salvage import Salvaged, salvage

LISTS = ("entities", "relations")
A = {"name": "A", "sentences": [0]}
B = {"name": 'B {x} [y] "z" ]}', "sentences": [1]}
C = {"subject": "A", "object": "B", "polarity": "negated"}
GOOD = json.dumps({"entities": [A, B], "relations": [C]})
ALL = [("entities", A), ("entities", B), ("relations", C)]


def read(text: str) -> Salvaged:
    return salvage(text, LISTS)


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        json.dumps(json.loads(GOOD), indent=2),
        f"Here is the answer:\n```json\n{GOOD}\n```\nI hope {{that}} helps",
        f'<think>Perhaps {{"entities": [{{"name": "X"}}]}}?</think>{GOOD}',
        f'{GOOD[:-1]}, "thoughts": "none"}}',
        GOOD.replace("[0]", "[0],"),
    ],
    ids=["plain", "indented", "prose and fence", "thoughts", "another field", "comma too many"],
)
def test_records_are_read_whatever_stands_around_them(text: str) -> None:
    assert sorted(map(str, read(text).records)) == sorted(map(str, ALL))


def test_a_whole_answer_in_a_fence_is_whole() -> None:
    assert read(f"Sure.\n```json\n{GOOD}\n```").whole
    assert read("{}") == Salvaged(found=True)


@pytest.mark.parametrize("end", range(1, len(GOOD)))
def test_a_cut_record_is_dropped_and_never_half_read(end: int) -> None:
    found = read(GOOD[:end])
    assert all(record in ALL for record in found.records)
    assert not found.whole
    complete = [record for record in ALL if json.dumps(record[1]) in GOOD[:end]]
    assert found.records == complete


@pytest.mark.parametrize(
    "broken",
    [
        '{"name": "M, "sentences": [1]}',
        '{"name": "M" "sentences": [1]}',
        '{"name": "M", "sentences": [1}',
        '{"name": "M", "sentences": [1]',
        "{name: M}",
        '{"name": "M\\", "sentences": [1]}',
    ],
    ids=["quote", "comma", "bracket", "brace", "no quotes", "escape"],
)
@pytest.mark.parametrize("comma", [", ", " "], ids=["", "no comma between"])
def test_one_broken_record_in_the_middle_loses_no_other(broken: str, comma: str) -> None:
    first, last = json.dumps(A), json.dumps({"name": "Z", "sentences": [2]})
    text = f'{{"entities": [{first}{comma}{broken}{comma}{last}], "relations": [{json.dumps(C)}]}}'
    found = read(text)
    assert [record["name"] for name, record in found.records if name == "entities"] == ["A", "Z"]
    assert [record for name, record in found.records if name == "relations"] == [C]
    assert len(found.broken) == 1
    assert found.broken[0][1].startswith(broken[:10])
    assert not found.whole


def test_items_that_are_no_records_are_named() -> None:
    found = read('{"entities": ["A", {"name": "B"}], "relations": "none"}')
    assert found.records == [("entities", {"name": "B"})]
    assert found.broken == [("entities", '"A"'), ("relations", '"none"')]


def test_an_answer_in_prose_holds_nothing() -> None:
    for text in ("", "I can not help with that.", "Sentence [3] says {nothing}."):
        assert not read(text).found
        assert not read(text).records


def test_two_answers_are_both_read() -> None:
    text = json.dumps({"entities": [A]}) + "\nand\n" + json.dumps({"relations": [C]})
    assert read(text).records == [("entities", A), ("relations", C)]


def test_deep_nesting_is_no_crash() -> None:
    assert not read('{"entities": ' + "[" * 100_000).records
    assert not read('{"entities": [' + '{"a":' * 100_000).records
