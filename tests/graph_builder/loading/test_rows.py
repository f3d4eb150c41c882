import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_builder.errors import UnreadableDocument
from graph_builder.loading import Failure, Loaded, csv, load_paths
from graph_builder.loading import json as json_rows
from graph_builder.model import Document


def loaded(path: Path, text: str, fields: dict[str, str] | None = None) -> list[Loaded]:
    path.write_text(text, encoding="utf-8")
    module = csv if path.suffix in csv.SUFFIXES else json_rows
    return list(module.load(str(path), fields))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"id": 7, "title": " T ", "text": "X.", "year": 2020}, ("X.", "T", "7", {"year": "2020"})),
        ({"doc_id": "d", "name": "N", "content": "X."}, ("X.", "N", "d", {})),
        ({"_id": "d", "Title": "N", "BODY": "X."}, ("X.", "N", "d", {})),
        ({"id": "d", "abstract": "X.", "mesh": ["a", "b"], "nested": {"a": 1}}, ("X.", "", "d", {"mesh": "a b"})),
        ({"id": "d", "text": "", "abstract": "X."}, ("X.", "", "d", {})),
        ({"id": "d", "text": ["One.", " Two."]}, ("One. Two.", "", "d", {})),
        ({"id": "d", "text": ["One.", "Two."]}, ("One. Two.", "", "d", {})),
    ],
)
@pytest.mark.parametrize("form", ["one", "list", "wrapped", "lines"])
def test_the_usual_fields_are_known(tmp_path: Path, form: str, row: dict[str, object], expected: object) -> None:
    text = json.dumps({"one": row, "lines": row, "list": [row], "wrapped": {"documents": [row], "count": 1}}[form])
    (found,) = loaded(tmp_path / ("a.jsonl" if form == "lines" else "a.json"), text)
    assert (found.text, found.name, found.id, dict(found.metadata)) == expected


def test_named_fields_go_before_the_usual_ones(tmp_path: Path) -> None:
    row = '{"id": "1", "pmcid": "P", "text": "short", "full": "Long.", "head": "H"}'
    (found,) = loaded(tmp_path / "a.json", row, {"id": "pmcid", "text": "full", "name": "head"})
    assert (found.text, found.name, found.id) == ("Long.", "H", "P")
    with pytest.raises(UnreadableDocument, match=r'no "missing" field; there are: id, pmcid, text, full, head'):
        loaded(tmp_path / "a.json", row, {"text": "missing"})


def test_rows_without_an_id_are_numbered(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    assert [r.id for r in loaded(path, '{"text": "a"}\n\n{"text": "b"}')] == [f"{path}#1", f"{path}#3"]
    assert [r.id for r in loaded(tmp_path / "a.json", '["a", "b"]')] == [f"{tmp_path}/a.json#1", f"{tmp_path}/a.json#2"]
    assert [r.id for r in loaded(tmp_path / "a.csv", "text\na\nb")] == [f"{tmp_path}/a.csv#1", f"{tmp_path}/a.csv#2"]


def test_an_id_that_is_a_text_is_refused_for_its_row_alone(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(json.dumps({"id": id_, "text": "X."}) for id_ in ("a" * 1_000, "a" * 1_001, "b")))
    first, refused, last = load_paths([str(path)])
    assert [found.source for found in (first, last)] == ["a" * 1_000, "b"]
    assert isinstance(refused, Failure)
    assert '"id" has 1,001 letters' in refused.reason


def test_a_broken_line_is_named_and_the_lines_after_it_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"id": "1", "text": "A."}\n{"id": \n[1]\n\xff\x81\n{"id": "5", "other": 1}\n{"id": "6", "text": "B."}')
    found = list(load_paths([str(path)]))
    assert [r.source for r in found] == ["1", *[str(path)] * 4, "6"]
    reasons = [r.reason for r in found if isinstance(r, Failure)]
    assert [reason.split(":")[0] for reason in reasons] == ["line 2", "line 3", "line 4", "line 5"]
    assert reasons[-1] == "line 5: no text field; there are: id, other"
    with pytest.raises(UnreadableDocument, match="line 2"):
        list(json_rows.load(str(path)))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[" * 200_000, "nested too deeply"),
        ("1" * 5000, "not JSON"),
        ("3", "neither an object nor a list"),
        ("{", "not JSON: .* at line 1, column 2"),
        ('[{"text": "a"}, 3]', "row 2: not an object"),
    ],
)
def test_json_that_gives_no_documents(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(UnreadableDocument, match=reason):
        loaded(tmp_path / "a.json", text)


def test_a_stream_is_read_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "a"}\n' * 100_000 + "{broken")
    rows: Iterator[Loaded] = json_rows.load(str(path))
    assert next(rows).text == "a"


def test_csv_uses_the_same_fields(tmp_path: Path) -> None:
    text = 'id,title,abstract,year\n1,"T, quoted","Two\nlines.",2020\n\n2,,B.,\n'
    first, second = loaded(tmp_path / "a.csv", text)
    assert (first.text, first.name, first.id, dict(first.metadata)) == ("Two\nlines.", "T, quoted", "1", {"year": "2020"})
    assert (second.text, second.name, second.id, dict(second.metadata)) == ("B.", "", "2", {})


@pytest.mark.parametrize(("name", "delimiter"), [("a.csv", ","), ("a.csv", ";"), ("a.tsv", "\t"), ("a.csv", "\t")])
def test_csv_without_a_text_column_is_written_out(tmp_path: Path, name: str, delimiter: str) -> None:
    rows = [["id", "drug", "", "drug"], ["7", "omeprazole", "x", " CYP2C19 "], ["8", "", "", ""]]
    first, second = loaded(tmp_path / name, "\r\n".join(delimiter.join(row) for row in rows))
    assert (first.id, first.text) == ("7", "id: 7\ndrug: omeprazole\ncolumn 3: x\ndrug (2): CYP2C19")
    assert (second.id, second.text) == ("8", "id: 8")


def test_csv_rows_that_do_not_fit_the_header(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,text\n1,a,b\n2,c\n")
    failure, document = load_paths([str(path)])
    assert failure == Failure(str(path), "line 2: 3 cells under 2 headers")
    assert isinstance(document, Document)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_csv_encodings(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.csv").write_bytes("id,text\né,Déjà – vu\n".encode(encoding))
    (document,) = load_paths([str(tmp_path / "a.csv")])
    assert isinstance(document, Document)
    assert (document.source, document.text) == ("é", "Déjà – vu")


def test_csv_with_a_header_alone_is_empty(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,text\n")
    assert list(load_paths([str(tmp_path / "a.csv")])) == [Failure(str(tmp_path / "a.csv"), "empty")]


@given(st.lists(st.tuples(st.text(), st.text()), max_size=5))
def test_jsonl_gives_back_what_was_written(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]) -> None:
    path = tmp_path_factory.getbasetemp() / "given.jsonl"
    path.write_text("".join(json.dumps({"title": name, "text": text}) + "\n" for name, text in rows), encoding="utf-8")
    assert [(r.name, r.text) for r in json_rows.load(str(path))] == [(name.strip(), text) for name, text in rows]
