import base64
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.hoptrace.small_graph import HOSTILE, QUESTION

SCRIPT = """
from hoptrace.graph import Graph
from ui.page import show
show(Graph.open, home={home!r})
"""


def page(home: Path, question: str = "") -> AppTest:
    opened = AppTest.from_string(SCRIPT.format(home=str(home)), default_timeout=60)
    if question:
        opened.query_params["q"] = question
    opened.run()
    assert not opened.exception
    return opened


def html(page: AppTest) -> str:
    return "\n".join(element.proto.body for element in page.get("html"))


def test_an_empty_graph_says_what_to_do(tmp_path: Path) -> None:
    shown = html(page(tmp_path / "home"))
    assert "There is no document in this graph yet" in shown
    assert "hoptrace demo" in shown


def test_the_page_opens_with_counts_and_fitting_examples(home: Path) -> None:
    opened = page(home)
    shown = html(opened)
    assert "<b>5</b><span>documents</span>" in shown
    assert re.search(r"<dt>Fingerprint</dt><dd>[0-9a-f]{12}</dd>", shown)
    examples = [button.label for button in opened.button if button.key and button.key.startswith("example-")]
    assert examples == [QUESTION]
    assert "ht-card" not in shown.split("</style>")[1]


def test_a_question_is_answered_side_by_side_with_its_chain(home: Path) -> None:
    opened = page(home)
    opened.text_input(key="question").set_value(QUESTION)
    opened.button[0].click().run()
    assert not opened.exception
    shown = html(opened)
    for method in ("graph", "hyde", "vanilla"):
        assert f'<span class="ht-method">{method}</span>' in shown
    assert "<mark><strong>Clarithromycin</strong> inhibits <strong>CYP3A4</strong>.</mark>" in shown
    assert 'alt="Chain, verified: clarithromycin inhibits CYP3A4; CYP3A4 metabolizes simvastatin."' in shown
    assert "Imagined, never cited." in shown
    assert "graph and hyde" in shown
    assert "embed question" in shown
    assert "derived</span>" in shown


def test_an_example_asks_itself(home: Path) -> None:
    opened = page(home)
    opened.button(key="example-0").click().run()
    assert opened.text_input(key="question").value == QUESTION
    assert "<mark>" in html(opened)


def test_an_address_can_hold_the_question_and_one_method_is_enough(home: Path) -> None:
    opened = page(home, QUESTION)
    assert "<mark>" in html(opened)
    opened.get("button_group")[0].set_value(["graph"])
    opened.button[0].click().run()
    shown = html(opened)
    assert "hyde</span>" not in shown
    assert "Passages in common" not in shown


def test_an_abstention_names_the_missing_link(home: Path) -> None:
    shown = html(page(home, "Does metformin interact with simvastatin?"))
    assert re.search(r"<b>No answer.</b> [^<]*metformin", shown)


def test_a_denial_is_marked(home: Path) -> None:
    shown = html(page(home, "Does azithromycin inhibit CYP3A4?"))
    assert "ht-hop ht-negated" in shown
    assert '<span class="ht-tag">denied</span>' in shown


def test_a_document_can_put_nothing_of_its_own_into_the_page(home: Path) -> None:
    opened = page(home, "Which enzyme does itraconazole inhibit?")
    shown = html(opened)
    assert HOSTILE not in shown
    assert HOSTILE.replace("<", "&lt;").replace(">", "&gt;") in shown
    assert "onerror='" not in shown
    assert "\u202e" not in shown
    # Of what Streamlit would read as Markdown, nothing is from a document: no picture is fetched.
    assert not [element for element in opened.markdown if "192.0.2.1" in element.value]
    for drawing in re.findall(r"base64,([^\"]+)", shown):
        assert b"<script" not in base64.b64decode(drawing)


def test_a_question_is_shown_as_text(home: Path) -> None:
    assert "<img src=y" not in html(page(home, "Does <img src=y onerror=alert(1)> inhibit CYP3A4?"))


def test_an_error_is_one_line_on_the_page(tmp_path: Path) -> None:
    (tmp_path / "graph.db").write_bytes(b"this is no database at all, whatever its name says" * 100)
    shown = html(page(tmp_path))
    assert 'class="ht-notice ht-error"' in shown
    assert "graph.db" in shown


@pytest.mark.parametrize("question", ["", "   "])
def test_nothing_asked_is_nothing_answered(home: Path, question: str) -> None:
    opened = page(home)
    opened.text_input(key="question").set_value(question)
    opened.button[0].click().run()
    assert not opened.exception
    assert '<div class="ht-card">' not in html(opened)
