"""What is particular to each strategy."""

import numpy as np
import pytest

from graph_builder.chunking import Options, Piece, fixed, llm, recursive, semantic, structure
from graph_builder.errors import SettingsError
from graph_builder.sentences import split
from tests.graph_builder.chunking.test_contract import hashed_words

LABEL = """PLAVIX label

7 DRUG INTERACTIONS

7.1 CYP2C19 Inhibitors
Clopidogrel is metabolized by CYP2C19. Avoid use with:
- omeprazole
- esomeprazole

7.2 Opioids

Other Things

More prose here. Two.

DOSAGE FORMS
Tablets are 75 mg.
"""


def pieces(text: str, size: int, overlap: int = 0) -> list[tuple[str, str]]:
    cut = structure.cut(text, split(text), Options(size=size, overlap=overlap))
    return [(text[start:end], heading) for start, end, heading in cut]


def test_structure_gives_each_section_its_path() -> None:
    assert [heading for _, heading in pieces(LABEL, 500)] == [
        "PLAVIX label > 7 DRUG INTERACTIONS > 7.1 CYP2C19 Inhibitors",
        "PLAVIX label > 7 DRUG INTERACTIONS > 7.2 Opioids > Other Things",
        "PLAVIX label > DOSAGE FORMS",
    ]


def test_structure_knows_both_markdown_headings_and_no_heading_in_code() -> None:
    text = "Title\n=====\n\nA.\n\nSub\n---\n\nB.\n\n### Deep *one* ###\n\nC.\n\n```\n# comment\n```\n\n# Next\n\nD."
    assert [heading for _, heading in pieces(text, 200)] == ["Title", "Title > Sub", "Title > Sub > Deep *one", "Next"]


def test_structure_joins_paragraphs_up_to_the_size_and_keeps_a_heading_with_its_text() -> None:
    text = "# Use\n\n" + "\n\n".join(f"Paragraph {n} has forty characters in all." for n in range(1, 6))
    cut = [piece for piece, _ in pieces(text, 100)]
    assert cut[0].startswith("# Use\n\nParagraph 1")
    assert [piece.count("Paragraph") for piece in cut] == [2, 2, 1]


def test_structure_keeps_a_list_with_its_lead_in_where_both_fit() -> None:
    text = "# Use\n\n" + "Filler sentence here. " * 4 + "Avoid these:\n\n- omeprazole\n- esomeprazole\n- fluvoxamine"
    cut = [piece for piece, _ in pieces(text, 110)]
    assert cut[-1] == "Avoid these:\n\n- omeprazole\n- esomeprazole\n- fluvoxamine"


def test_structure_cuts_a_long_table_between_rows_and_keeps_its_head_with_the_first() -> None:
    rows = [f"| drug {n} | enzyme {n}. Strong |" for n in range(12)]
    text = "# Table\n\nSome words before it stand here to fill it.\n\n" + "\n".join(["| a | b |", "|---|---|", *rows])
    cut = [piece for piece, _ in pieces(text, 90)]
    assert cut[1].startswith("| a | b |\n|---|---|\n| drug 0 |")
    lines = [line for piece in cut[1:] for line in piece.split("\n")]
    assert lines == ["| a | b |", "|---|---|", *rows]
    assert "\n".join(lines) in [piece for piece, _ in pieces(text, 800)][0]


def test_structure_treats_text_without_structure_as_recursive_does() -> None:
    text = "One sentence stands here. Another stands there.\n\n" * 9
    opts = Options(size=120, overlap=30)
    assert structure.cut(text, split(text), opts) == recursive.cut(text, split(text), opts)


def test_structure_does_not_take_a_lone_line_or_a_numbered_list_for_headings() -> None:
    assert pieces("Hello world", 100) == [("Hello world", "")]
    assert {heading for _, heading in pieces("Steps are these.\n\n1. Take one\n\n2. Drink\n\n3. Rest", 30)} == {""}


def test_overlap_does_not_reach_over_a_heading() -> None:
    text = "# A\n\nFirst sentence is here.\n\n# B\n\nSecond sentence is here."
    cut = structure.cut(text, split(text), Options(size=60, overlap=30))
    assert [text[start:end].split("\n", 1)[0] for start, end, _ in cut] == ["# A", "# B"]


def test_recursive_prefers_the_coarser_separator() -> None:
    text = "Aa aa. Bb bb.\n\nCc cc. Dd dd dd dd dd dd."
    assert [text[p.start : p.end] for p in recursive.cut(text, split(text), Options(size=24))] == [
        "Aa aa. Bb bb.",
        "Cc cc.",
        "Dd dd dd dd dd dd.",
    ]
    assert [text[p.start : p.end] for p in recursive.cut(text, split(text), Options(size=10))][-2:] == ["Dd dd dd", "dd dd dd."]


def test_fixed_begins_and_ends_at_words() -> None:
    text = "alpha beta gamma delta epsilon zeta"
    assert [text[p.start : p.end] for p in fixed.cut(text, [], Options(size=12, overlap=6))] == [
        "alpha beta",
        "beta gamma",
        "gamma delta",
        "epsilon zeta",
    ]


def test_semantic_breaks_where_the_words_change() -> None:
    text = "Cats like warm milk. " * 6 + "Stars burn heavy hydrogen. " * 6
    cut = semantic.cut(text, split(text), Options(size=500, embed=hashed_words))
    assert Piece(126, len(text) - 1) in cut


def test_semantic_embeds_each_group_once_and_in_one_call() -> None:
    calls: list[int] = []

    def embed(texts: list[str]) -> np.ndarray:
        calls.append(len(texts))
        return hashed_words(texts)

    text = "One here. Two there. Three more. "
    semantic.cut(text, split(text), Options(embed=embed))  # type: ignore[arg-type]
    assert calls == [3]


def test_llm_breaks_where_it_is_told_and_is_shown_numbered_sentences() -> None:
    text = "One here.\nTwo\nthere. Three more. Four."
    shown: list[str] = []

    def ask(numbered: str) -> list[int]:
        shown.append(numbered)
        return [2]

    cut = llm.cut(text, split(text), Options(ask=ask))
    assert [text[p.start : p.end] for p in cut] == ["One here.\nTwo\nthere.", "Three more. Four."]
    assert shown == ["0. One here.\n1. Two there.\n2. Three more.\n3. Four."]


def test_llm_asks_about_a_long_text_in_parts_and_shows_every_sentence() -> None:
    text = "This sentence is one of many that fill the page. " * 1000
    shown: set[int] = set()

    def ask(numbered: str) -> list[int]:
        numbers = [int(line.split(".", 1)[0]) for line in numbered.split("\n")]
        assert len(numbered) < 1.3 * llm.LONGEST_QUESTION
        shown.update(numbers)
        return [n for n in numbers if n % 10 == 0]

    cut = llm.cut(text, split(text), Options(ask=ask))
    assert shown == set(range(1000))
    assert len(cut) == 100


@pytest.mark.parametrize(("strategy", "setting"), [(semantic, "EMBEDDING_MODEL"), (llm, "LLM_MODEL")])
def test_a_missing_model_names_its_setting(strategy: object, setting: str) -> None:
    with pytest.raises(SettingsError, match=setting):
        strategy.cut("A text.", split("A text."), Options())  # type: ignore[attr-defined]
