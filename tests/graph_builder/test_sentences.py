import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_builder.sentences import LONGEST, split


def _words(text: str) -> list[str]:
    return text.split(" ")


PIECES = st.sampled_from(
    [
        *_words("a B 5 . ! ? … ( ) [ ] | # - = * \" ' 。 ！ ” 」 \n \t \r \x0c \u2028 é 漢 😀"),
        " ",
        "\n\n",
        "Dr.",
        "e.g.",
        "[see Warnings (5.1)].",
        "# Head\n",
        "- item\n",
        "| a | b |\n",
        "0.5 mg. ",
        "7.1 Inhibitors\n",
        "The drug was given. ",
    ]
)
TEXTS = st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=60).map("".join))


def cut(text: str) -> list[str]:
    return [text[s.start : s.end] for s in split(text)]


@given(TEXTS)
def test_sentences_are_trimmed_apart_in_order_and_leave_nothing_out(text: str) -> None:
    sentences = split(text)
    assert [s.number for s in sentences] == list(range(len(sentences)))
    position, outside = 0, ""
    for s in sentences:
        assert position <= s.start < s.end <= len(text)
        assert text[s.start : s.end].strip() == text[s.start : s.end]
        assert s.end - s.start <= LONGEST
        outside += text[position : s.start]
        position = s.end
    assert not (outside + text[position:]).strip()


@given(st.lists(TEXTS, min_size=2, max_size=4))
def test_a_blank_line_always_ends_a_sentence(texts: list[str]) -> None:
    apart = "\n\n".join(texts)
    bounds = []
    for text in texts[:-1]:
        bounds.append((bounds[-1] if bounds else 0) + len(text) + 2)
    assert not [b for b in bounds for s in split(apart) if s.start < b - 1 < s.end]


@given(st.text(alphabet="ab .\n", max_size=20), st.integers(1, 3))
def test_offsets_shift_with_what_stands_before(text: str, lines: int) -> None:
    before = [(s.start + 2 * lines, s.end + 2 * lines) for s in split(text)]
    assert [(s.start, s.end) for s in split("\n\n" * lines + text)] == before


@pytest.mark.parametrize(
    "sentences",
    [
        ["Take 0.5 mg, e.g. with food.", "Dr. Smith gave approx. 5 mg vs. Placebo.", "Then it ended."],
        ["See Fig. 3 and No. 5.", "J. Smith et al. (2010) found S. aureus there.", "It grew."],
        ["He lived in the U.S. Army base.", "He left the U.S.", "The trial ended."],
        ["Is it safe?", "No.", "The drug is not."],
        ["Avoid use [see Warnings and Precautions (5.1)].", "The next begins."],
        ["Avoid use. [see Warnings (5.1)]", "The next begins."],
        ["Levels rose.[1,2]", "They fell later.", "(They did not.)", "All was well."],
        ["Levels (see Section 5. It is long.) rose.", "They fell."],
        ['He said "Stop."', 'She asked "Why?" and left.', "Done."],
        ["It may rise... slowly.", "Perhaps… later.", "Then it stops..."],
        ["Give vitamin K.", "Patients recover from hepatitis B.", "Omeprazole by J. Smith is no such end."],
        ["The trial was stopped.", "mRNA was low.", "pH was raised.", "it was odd."],
        ["これは薬です。", "「はい。」と言った。", "次！", "本当？", "終わり"],
        ["CYP2C19 was lost.", "CYP3A4 (approx. 30%, e.g. in adults) was not.", "5 patients died."],
        ["Inc. Magazine wrote of Merck & Co. Inc. in Jan. 2020.", "However, it erred."],
    ],
)
def test_stops_that_end_and_stops_that_do_not(sentences: list[str]) -> None:
    glue = "" if "。" in sentences[0] else " "
    assert cut(glue.join(sentences)) == sentences


def test_a_line_break_in_running_prose_is_no_end_and_a_wrapped_number_or_dash_no_item() -> None:
    for mark in ("7)", "(a)", "–", "12."):
        assert cut(f"Omeprazole inhibits\nCYP2C19 as section\n{mark} says\nand more.")[0].startswith(
            f"Omeprazole inhibits\nCYP2C19 as section\n{mark}"
        )
    assert cut("It ended\nhere. And\nagain.") == ["It ended\nhere.", "And\nagain."]


def test_headings_items_rows_and_rules_stand_alone() -> None:
    text = (
        "Title line\n\n# Use. Really\nAvoid these:\n- omeprazole\n  and its like\n- esomeprazole. It too\n\n"
        "1. First\n2. Second\n\n| Drug | Dose. Max |\n|---|---|\n| A. B | 5 mg. C |\n\nSetext\n======\n"
        "DRUG INTERACTIONS\nProse one.\n7.1 CYP2C19 Inhibitors\nProse two."
    )
    assert cut(text) == [
        "Title line",
        "# Use. Really",
        "Avoid these:",
        "- omeprazole\n  and its like",
        "- esomeprazole.",
        "It too",
        "1. First",
        "2. Second",
        "| Drug | Dose. Max |",
        "|---|---|",
        "| A. B | 5 mg. C |",
        "Setext",
        "======",
        "DRUG INTERACTIONS",
        "Prose one.",
        "7.1 CYP2C19 Inhibitors",
        "Prose two.",
    ]


def test_an_overlong_sentence_is_cut_at_white_space_or_hard() -> None:
    words = cut("word " * 1000)
    assert len(words) > 3
    assert all(part.split() == ["word"] * (len(part) // 5 + 1) for part in words)
    assert [len(part) for part in cut("x" * 4000)] == [1500, 1500, 1000]


@pytest.mark.parametrize(
    "text",
    ["The drug inhibits CYP2C19 (see 5.1). It may raise levels.\n", "(", "[(a). ", "a", " ", "a |", "- ", "a\n", "-"],
    ids=repr,
)
def test_the_time_does_not_grow_with_the_square_of_the_length(text: str) -> None:
    whole = text * (300_000 // len(text))
    began = time.process_time()
    split(whole)
    assert time.process_time() - began < 3.0
