import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from graph_builder.model import Modality, Polarity
from graph_rag.model import Chain, Hop, Lead, Passage
from hoptrace import terminal


def hop(subject: str = "a", object_: str = "b", *, verified: bool = True, **changed: object) -> Hop:
    fields: dict[str, object] = {
        "polarity": Polarity.AFFIRMED,
        "modality": Modality.ASSERTED,
        "forward": True,
        "reads": "inhibits",
    }
    place = {"document": "d.md", "chunk": "c", "start": 0, "end": 5, "quote": "a b c", "verified": verified}
    return Hop(subject=subject, predicate="INHIBITS", object=object_, **{**fields, **place, **changed})  # type: ignore[arg-type]


def drawn(*hops: Hop) -> str:
    return terminal.chain_line(Chain(1.0, True, hops), terminal.Glyphs()).plain


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, "a ──inhibits──▶ b"),
        ({"forward": False}, "b ◀──inhibits── a"),
        ({"polarity": Polarity.NEGATED, "reads": "does not inhibit"}, "a ──✗ does not inhibit──▶ b"),
        ({"modality": Modality.POSSIBLE, "reads": "may inhibit"}, "a ╌╌may inhibit?╌╌▶ b"),
        ({"reads": ""}, "a ──inhibits──▶ b"),
    ],
)
def test_a_hop_is_drawn_as_it_holds(changed: dict[str, object], expected: str) -> None:
    assert drawn(hop(**changed)) == expected


def test_a_stream_without_such_letters_gets_plain_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    line = terminal.chain_line(Chain(1.0, True, (hop(forward=False),)), terminal.glyphs()).plain
    assert line == "b <--inhibits-- a"
    assert line.isascii()


@given(st.text())
def test_what_is_shown_steers_nothing_and_keeps_offsets(text: str) -> None:
    shown = terminal.clean(text)
    assert len(shown) == len(text)
    assert not set(shown) & {"\x1b", "\x07", "\r", "\x9b", "\u202e", "\u2066"}
    assert terminal.clean(shown) == shown


@given(st.text(), st.integers(1, 80))
def test_one_line_is_one_line_and_no_longer_than_asked(text: str, longest: int) -> None:
    line = terminal.one_line(text, longest=longest)
    assert len(line.splitlines()) <= 1
    assert len(line) <= longest + 2


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.0, "<1 ms"), (0.031, "31 ms"), (0.9994, "999 ms"), (0.9999, "1.0 s"), (2.44, "2.4 s"), (185, "3 min 05 s")],
)
def test_times_read_well(value: float, expected: str) -> None:
    assert terminal.seconds(value) == expected


def test_a_source_is_short_where_that_is_clear() -> None:
    short = terminal.places(["/x/a.md", "/y/a.md", "/y/b.md", "row 7"])
    assert short == {"/x/a.md": "/x/a.md", "/y/a.md": "/y/a.md", "/y/b.md": "b.md", "row 7": "row 7"}


def test_a_message_of_several_lines_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.fail("first\nsecond \x1b[31m[bold]")
    assert capsys.readouterr().err == "error: first second \ufffd[31m[bold]\n"


def test_a_hop_that_does_not_check_is_loud(capsys: pytest.CaptureFixture[str]) -> None:
    from graph_rag.numbering import Numbered

    chain = Chain(0.5, False, (hop(verified=False),))
    terminal.say_chain(chain, Numbered((), (), (chain.hops[0].citation,)), {"d.md": "d.md"})
    lines = capsys.readouterr().out.splitlines()
    assert "NOT VERIFIED" in lines[0]
    assert "NOT VERIFIED" in lines[1]


def test_a_paragraph_is_not_broken_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.say(Text("word " * 400), indent=2)
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_a_lead_is_told_in_one_line_that_steers_nothing() -> None:
    lead = Lead("c1", "The Third\x1b[31m Man\nx", "Carol Reed", "Who was the spouse of\nCarol Reed?")
    passages = [Passage("reed.md", "Carol Reed", "c2", 0.9, "He married.", lead=lead), Passage("b.md", "B", "c3", 0.1, "B.")]
    (line,) = terminal.lead_lines(passages, {"reed.md": "reed.md", "b.md": "b.md"})
    assert line.endswith("reed.md: Who was the spouse of Carol Reed?")
    assert not set(line) & set("\n\x1b")
