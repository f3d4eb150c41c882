from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from graph_builder.errors import UnreadableDocument
from graph_builder.loading.pdf import joined, load

LINES = ["7 DRUG INTERACTIONS", "Clopidogrel is metab-", "olized in part by", "CYP2C19. It is weak."]


def write_pdf(path: Path, pages: list[list[str]], *, title: str = "", passwords: tuple[str, str] | None = None) -> None:
    """A PDF with one line of Helvetica under the other."""
    writer = PdfWriter()
    font = DictionaryObject({NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1")})
    font[NameObject("/BaseFont")] = NameObject("/Helvetica")
    for lines in pages:
        page = writer.add_blank_page(width=400, height=600)
        stream = DecodedStreamObject()
        shown = " ".join(f"({line}) Tj T*" for line in lines)
        stream.set_data(f"BT /F1 12 Tf 14 TL 40 560 Td {shown} ET".encode("latin-1"))
        page[NameObject("/Contents")] = writer._add_object(stream)
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F1"): writer._add_object(font)})}
        )
    if title:
        writer.add_metadata({"/Title": title})
    if passwords:
        writer.encrypt(*passwords, algorithm="RC4-128")
    writer.write(str(path))


def test_a_pdf_gives_its_text_mended(tmp_path: Path) -> None:
    write_pdf(tmp_path / "a.pdf", [LINES, ["Second page."]], title="The label")
    (found,) = load(str(tmp_path / "a.pdf"))
    assert found.name == "The label"
    assert found.metadata == {"pages": "2"}
    assert "Clopidogrel is metabolized in part by CYP2C19. It is weak." in found.text
    assert found.text.endswith("Second page.")


def test_encrypted_only_where_a_password_is_needed(tmp_path: Path) -> None:
    write_pdf(tmp_path / "closed.pdf", [LINES], passwords=("secret", "owner"))
    write_pdf(tmp_path / "open.pdf", [LINES], passwords=("", "owner"))
    with pytest.raises(UnreadableDocument, match="^encrypted$"):
        list(load(str(tmp_path / "closed.pdf")))
    assert PdfReader(tmp_path / "open.pdf").is_encrypted
    assert "CYP2C19" in next(iter(load(str(tmp_path / "open.pdf")))).text


def test_pages_without_text_say_so(tmp_path: Path) -> None:
    write_pdf(tmp_path / "a.pdf", [[], []])
    with pytest.raises(UnreadableDocument, match="no text in it: the pages are pictures"):
        list(load(str(tmp_path / "a.pdf")))


@pytest.mark.parametrize("keep", [10, 200, 500])
def test_a_damaged_file_is_unreadable(tmp_path: Path, keep: int) -> None:
    write_pdf(tmp_path / "a.pdf", [LINES])
    (tmp_path / "a.pdf").write_bytes((tmp_path / "a.pdf").read_bytes()[:keep])
    with pytest.raises(UnreadableDocument):
        list(load(str(tmp_path / "a.pdf")))


def test_hyphens_are_taken_out_unless_the_text_says_that_they_belong() -> None:
    page = "a drug-drug effect\nmetab-\nolism of the drug-\ndrug CYP2C19-\nmediated kind, Non-\nHodgkin and soft\u00ad\nware"
    assert joined([page]) == ("a drug-drug effect metabolism of the drug-drug CYP2C19-mediated kind, Non-Hodgkin and software")


def test_wrapped_lines_are_joined_and_paragraphs_kept() -> None:
    wide = "This line is as wide as the lines of the page are"
    page = f"7.1 Inhibitors\n{wide}\nand it goes on.\n{wide}\n• first item\n• second item\n{wide}."
    assert joined([page]).split("\n\n") == [
        "7.1 Inhibitors",
        f"{wide} and it goes on.",
        wide,
        "• first item",
        "• second item",
        f"{wide}.",
    ]


def test_a_sentence_runs_on_over_the_page() -> None:
    wide = "this line is as wide as the lines of the page are"
    assert joined([f"{wide}\n{wide}\n1", f"{wide}.\n2"]) == f"{wide} {wide} {wide}."


def test_running_headers_and_page_numbers_go() -> None:
    pages = [f"Label of 2020\nBody text number {word} stands here.\nPage {n} of 4" for n, word in enumerate("abcd", 1)]
    text = joined(pages)
    assert "Label" not in text
    assert "Page" not in text
    assert [f"number {word} stands" in text for word in "abcd"] == [True] * 4


def test_ligatures_are_letters() -> None:
    assert joined(["e\ufb03cacy and \ufb01rst"]) == "efficacy and first"
