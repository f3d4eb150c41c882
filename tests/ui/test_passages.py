"""A passage on the page: its text, why it is there, and the question that led to it."""

from graph_rag.model import Lead, Passage
from ui.answers import passages


def test_a_passage_tells_which_one_led_to_it_and_the_question_asked_for_that() -> None:
    lead = Lead("c1", "The Third Man", "Carol Reed", "Who was the spouse of Carol Reed?")
    shown = passages([Passage("reed.md", "Carol Reed", "c2", 0.9, "He married.", lead=lead)])
    assert "From The Third Man by <b>Carol Reed</b>" in shown
    assert "Who was the spouse of Carol Reed?" in shown


def test_nothing_of_a_lead_becomes_a_tag() -> None:
    hostile = "<script>alert(1)</script>"
    shown = passages([Passage("a", "A", "c", 0.5, "A.", lead=Lead("b", hostile, hostile, hostile))])
    assert "<script" not in shown


def test_a_passage_that_nothing_led_to_says_nothing_of_it() -> None:
    assert "asking:" not in passages([Passage("a", "A", "c", 0.5, "A.")])
