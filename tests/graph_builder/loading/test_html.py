from pathlib import Path

import pytest

from graph_builder.loading.html import load, read

PAGE = """<!doctype html><html><head><title>My &amp; title</title><style>p {}</style>
<script>var a = "<p>x</p>";</script></head><body><nav>Home</nav>
<h1>Head <b>ing</b></h1><p>One
 two<br>three é <a href="x">link</a>.<p>Second<ul><li>a<li>b <ol><li>x</li><li>y</li></ol></ul><p>after</p>
<table><caption>Caption</caption><tr><th>A<th>B<th>C<tr><td>1<p>q</p><td><td>2 <table><tr><td>in<td>ner</table></table>
tail<pre>  code
   x</pre><dl><dt>term<dd>meaning</dl><div>one<div>two</div>three</div><h2>Sub
heading</h2>x<sup>2</sup> &lt; 5<!-- no --><template>no</template></body></html>"""

TEXT = """# Head ing

One two
three é link.

Second
- a
- b
  1. x
  2. y

after

Caption

A | B | C
1 q | | 2 | in | ner

tail

  code
   x
term
meaning

one

two

three

## Sub heading

x2 < 5"""


def test_a_page_becomes_readable_text() -> None:
    page = read(PAGE)
    assert page.name == "My & title"
    assert page.text == TEXT


def test_without_a_title_the_first_heading_names_it() -> None:
    assert read("<p>a<h2>The <i>name</i></h2><h1>Later</h1>").name == "The name"


@pytest.mark.parametrize(
    "source",
    [
        "<div>" * 50_000 + "the text",
        "<b>" * 50_000 + "the text",
        "<ul><li>" * 30_000 + "the text",
        "<table><tr><td>" * 20_000 + "the text",
        "the text" + "<p" * 50_000,
        "the text" + "<!--" * 50_000,
    ],
    ids=["div", "b", "lists", "tables", "unclosed", "comments"],
)
def test_a_hostile_page_still_gives_its_text(source: str) -> None:
    assert read(source).text.endswith("the text")


def test_nothing_outside_is_read(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("SECRET")
    path = tmp_path / "a.xhtml"
    path.write_text(
        f'<!DOCTYPE html [<!ENTITY x SYSTEM "file://{tmp_path}/secret.txt">]><html><body><p>Text &x; '
        f'<iframe src="secret.txt"></iframe><object data="secret.txt"></object></p></body></html>'
    )
    (page,) = load(str(path))
    assert "Text" in page.text
    assert "SECRET" not in page.text


@pytest.mark.parametrize(
    "head", ['<meta charset="iso-8859-2">', '<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-2">']
)
def test_the_declared_encoding_is_used(tmp_path: Path, head: str) -> None:
    (tmp_path / "a.html").write_bytes(f"<html><head>{head}</head><p>žluťoučký</p></html>".encode("iso-8859-2"))
    (page,) = load(str(tmp_path / "a.html"))
    assert page.text == "žluťoučký"


def test_a_wrong_declaration_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(b'<meta charset="klingon"><p>' + "é".encode())
    (page,) = load(str(tmp_path / "a.html"))
    assert page.text == "é"


@pytest.mark.parametrize(
    "unseen",
    [
        "<p hidden>Unseen.</p>",
        "<p hidden>Unseen.<p>",
        '<div style="color: red; display:none"><div>Un</div><br><p>seen.</div>',
        '<span style="visibility: hidden !important">Unseen.</span>',
        '<p hidden="until-found">Unseen <b>and</b> deep.</p>',
        "<del>Unseen.</del>",
        "<p><s>Unseen.</s></p>",
    ],
)
def test_what_is_hidden_or_struck_out_is_not_read(unseen: str) -> None:
    assert read(f"<body><p>Before.</p>{unseen}<p>After.</p></body>").text == "Before.\n\nAfter."


@pytest.mark.parametrize(
    "seen",
    [
        '<p aria-hidden="true">Seen.</p>',
        '<p style="display: block; opacity: 0.5">Seen.</p>',
        '<p class="hidden">Seen.</p>',
        "<br hidden><p>Seen.</p>",
    ],
)
def test_what_is_seen_is_read(seen: str) -> None:
    assert "Seen." in read(f'<body style="visibility:hidden">{seen}</body>').text
