import zipfile
from pathlib import Path

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from graph_builder.errors import UnreadableDocument
from graph_builder.loading.docx import load


def test_the_order_and_the_structure_are_kept(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("The title", 0)
    document.add_heading("Interactions", 1)
    document.add_paragraph("One.\nBroken.")
    for word in ("a", "b"):
        document.add_paragraph(word, style="List Bullet")
    for word in ("c", "d"):
        document.add_paragraph(word, style="List Number")
    document.add_paragraph("deep", style="List Bullet 2")
    table = document.add_table(2, 3)
    for number, cell in enumerate(table._cells):
        cell.text = f"c{number}"
    table.cell(0, 0).merge(table.cell(0, 1))
    document.add_paragraph("")
    document.add_heading("Later", 2)
    document.add_paragraph("After.")
    document.save(str(tmp_path / "a.docx"))
    (found,) = load(str(tmp_path / "a.docx"))
    assert found.name == "The title"
    assert found.text == (
        "# The title\n\n# Interactions\n\nOne.\nBroken.\n\n- a\n- b\n1. c\n2. d\n  - deep\n\n"
        "c0 c1 | c2\nc3 | c4 | c5\n\n## Later\n\nAfter."
    )


def test_insertions_are_read_and_deletions_are_not(tmp_path: Path) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Kept ")
    for tag, part, words in (("w:ins", "w:t", "added"), ("w:del", "w:delText", "gone")):
        change, run, text = OxmlElement(tag), OxmlElement("w:r"), OxmlElement(part)
        text.text = words
        run.append(text)
        change.append(run)
        paragraph._p.append(change)
    control, content = OxmlElement("w:sdt"), OxmlElement("w:sdtContent")
    control.append(content)
    content.append(document.add_paragraph("In a control.")._p)
    document.element.body.insert(1, control)
    document.core_properties.title = "Own title"
    document.save(str(tmp_path / "a.docx"))
    (found,) = load(str(tmp_path / "a.docx"))
    assert found.text == "Kept added\n\nIn a control."
    assert found.name == "Own title"
    assert qn("w:sdt") == control.tag


def test_no_text(tmp_path: Path) -> None:
    docx.Document().save(str(tmp_path / "a.docx"))
    with pytest.raises(UnreadableDocument, match="no text in it"):
        list(load(str(tmp_path / "a.docx")))


def test_a_protected_file_is_named_so(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    with pytest.raises(UnreadableDocument, match="^encrypted"):
        list(load(str(tmp_path / "a.docx")))


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    packed = zipfile.ZipFile(tmp_path / "a.docx", "w", zipfile.ZIP_DEFLATED)
    with packed, packed.open("word/document.xml", "w") as file:
        for _ in range(510):
            file.write(b"\0" * 1_000_000)
    with pytest.raises(UnreadableDocument, match="unpacks to more than 500 MB"):
        list(load(str(tmp_path / "a.docx")))


def test_external_entities_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("SECRET")
    docx.Document().save(str(tmp_path / "plain.docx"))
    with zipfile.ZipFile(tmp_path / "plain.docx") as plain, zipfile.ZipFile(tmp_path / "a.docx", "w") as hostile:
        for name in plain.namelist():
            data = plain.read(name)
            if name == "word/document.xml":
                head = f'<!DOCTYPE w:document [<!ENTITY x SYSTEM "file://{tmp_path}/secret.txt">]>'.encode()
                body = data.split(b"?>", 1)[1].replace(b"<w:sectPr", b"<w:p><w:r><w:t>Text &x;</w:t></w:r></w:p><w:sectPr", 1)
                data = b'<?xml version="1.0"?>' + head + body
            hostile.writestr(name, data)
    (found,) = load(str(tmp_path / "a.docx"))
    assert found.text == "Text"
