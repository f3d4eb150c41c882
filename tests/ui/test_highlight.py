from hypothesis import given
from hypothesis import strategies as st

from ui.highlight import context, emphasised, marked, safe


@given(st.text(max_size=300), st.integers(0, 300), st.integers(0, 300), st.integers(0, 80))
def test_a_context_is_a_stretch_of_the_text(text: str, a: int, b: int, around: int) -> None:
    start, end = sorted((min(a, len(text)), min(b, len(text))))
    found = context(text, start, end, around=around)
    assert found.quote == text[start:end]
    assert text[:start].endswith(found.before)
    assert text[end:].startswith(found.after)
    assert len(found.before) <= around
    assert len(found.after) <= around


@given(st.text())
def test_nothing_of_a_text_becomes_a_tag(text: str) -> None:
    shown = safe(text)
    assert not set(shown) & set("<>\"'\x00\x1b\u202e")
    inside = emphasised(text, ["a", "<b", "script"]).replace("<strong>", "").replace("</strong>", "")
    assert not set(inside) & set("<>\"'")


def test_the_ends_of_a_hop_are_emphasised_in_whole_words_and_by_any_name() -> None:
    quote = "Biaxin inhibits CYP3A4, not CYP3A43."
    assert emphasised(quote, ["clarithromycin", "biaxin", "CYP3A4"]) == (
        "<strong>Biaxin</strong> inhibits <strong>CYP3A4</strong>, not CYP3A43."
    )


def test_a_quote_is_marked_between_the_words_around_it() -> None:
    text = "# Head\n\nFirst sentence here.\nA & B.\nLast sentence there."
    start = text.index("A & B.")
    found = context(text, start, start + 6, around=17)
    assert marked(found, ["A"]) == "… sentence here. <mark><strong>A</strong> &amp; B.</mark> Last sentence …"
