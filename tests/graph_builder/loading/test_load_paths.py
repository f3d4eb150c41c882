import os
import tempfile
import threading
from pathlib import Path

import pytest

from graph_builder import loading, registry
from graph_builder.errors import InputError, PathNotFound
from graph_builder.loading import Failure, load_paths
from graph_builder.model import Document


def results(*paths: object, **options: object) -> list[Document | Failure]:
    return list(load_paths([str(path) for path in paths], **options))  # type: ignore[arg-type]


def reason(path: Path, **options: object) -> str:
    (failure,) = results(path, **options)
    assert isinstance(failure, Failure)
    assert failure.source == str(path)
    return failure.reason


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "docs"
    for name in ("b.txt", "a.md", "sub/z.txt", "sub/a.txt", ".hidden.txt", ".git/x.txt", "c.txt"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"# {name}\n\nText.")
    return root


def test_a_folder_is_read_by_name_without_hidden_files(folder: Path) -> None:
    sources = [document.source for document in results(folder)]
    assert sources == [str(folder / name) for name in ("a.md", "b.txt", "c.txt", "sub/a.txt", "sub/z.txt")]


def test_the_source_is_the_path_as_given(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    assert [d.source for d in results("docs/sub")] == ["docs/sub/a.txt", "docs/sub/z.txt"]
    assert [d.source for d in results("./docs/b.txt")] == ["./docs/b.txt"]
    assert [d.source for d in results("docs/*.txt")] == ["docs/b.txt", "docs/c.txt"]
    assert [d.source for d in results("docs/**/a.*")] == ["docs/a.md", "docs/sub/a.txt"]
    assert len(results("docs/**")) == 5


def test_names_come_from_the_first_heading_else_the_file(folder: Path) -> None:
    assert [d.name for d in results(folder / "a.md", folder / "b.txt") if isinstance(d, Document)] == ["a.md", "b.txt"]
    (folder / "a.md").write_text("---\ntitle: no\n---\n```\n# no\n```\n\nThe *title* here\n=====\n\n# Later")
    assert [d.name for d in results(folder / "a.md") if isinstance(d, Document)] == ["The title here"]


def test_nothing_is_read_twice(folder: Path) -> None:
    assert len(results(folder, folder / "a.md", folder / "*.txt", folder / "sub" / ".." / "b.txt")) == 5


def test_a_name_with_wildcards_is_a_file_first(tmp_path: Path) -> None:
    (tmp_path / "a[1].txt").write_text("One.")
    (tmp_path / "a1.txt").write_text("Other.")
    assert [d.text for d in results(tmp_path / "a[1].txt") if isinstance(d, Document)] == ["One."]


@pytest.mark.parametrize("missing", ["nowhere.txt", "*.nowhere", "no/**/such.txt"])
def test_a_path_that_names_nothing_is_found_before_any_work(folder: Path, missing: str) -> None:
    with pytest.raises(PathNotFound, match=r"nowhere|such"):
        load_paths([str(folder), str(folder / missing)])


def test_an_unknown_role_is_found_before_any_work(folder: Path) -> None:
    with pytest.raises(InputError, match="titel"):
        load_paths([str(folder)], fields={"titel": "x"})


def test_documents_come_as_they_are_read(folder: Path) -> None:
    found = load_paths([str(folder)])
    assert isinstance(next(found), Document)
    (folder / "b.txt").write_text("Changed since.")
    second = next(found)
    assert isinstance(second, Document)
    assert second.text == "Changed since."


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.txt", b"", "empty"),
        ("a.txt", b" \n\t", "empty"),
        ("a.md", b"\xef\xbb\xbf", "empty"),
        ("a.txt", b"\x7fELF\0\0\0", "binary, not text"),
        ("a.csv", b"PK\x03\x04\0\0", "binary, not text"),
        ("a.txt", bytes(range(1, 32)) * 4, "binary, not text"),
        ("a.txt", b"caf\xe9 \x81 \x8d", "bad encoding: none of utf-8, cp1252; save the file as UTF-8"),
        ("a.txt", b"\xff\xfea", "bad encoding: none of utf-16; save the file as UTF-8"),
        ("a.xyz", b"data", "unsupported format .xyz"),
        ("README", b"data", "unsupported format (no suffix)"),
        ("a.pdf", b"not one", "not a PDF, or a damaged one"),
        ("a.docx", b"not one", "not a DOCX: no ZIP archive"),
        ("a.html", b"<html><script>x</script></html>", "no text in it"),
    ],
)
def test_what_can_not_be_read_says_why(tmp_path: Path, name: str, data: bytes, expected: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert reason(path).startswith(expected)
    (in_folder,) = results(tmp_path)
    assert isinstance(in_folder, Failure)
    assert in_folder.reason.startswith(expected)


def test_a_large_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("x" * 1001)
    assert reason(path, max_bytes=1000) == "larger than 0.001 MB"
    path.write_text("x" * 1000)
    assert isinstance(results(path, max_bytes=1000)[0], Document)


def test_rows_are_measured_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("".join(f'{{"id": "{n}", "text": "{"x" * n}"}}\n' for n in (400, 600, 500)))
    assert [type(r) for r in results(path, max_bytes=500)] == [Document, Failure, Document]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("Café – déjà\r\nvu\rthere".encode(encoding))
    (document,) = results(path)
    assert isinstance(document, Document)
    assert document.text == "Café – déjà\nvu\nthere"


def test_permission_denied() -> None:
    user = os.geteuid()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        (Path(folder) / "closed").mkdir(mode=0)
        (Path(folder) / "a.txt").write_text("Secret.")
        (Path(folder) / "a.txt").chmod(0)
        if user == 0:  # root may read everything, and so becomes nobody for a while
            os.seteuid(65534)
        try:
            found = results(folder)
        finally:
            os.seteuid(user)
    assert {Path(r.source).name: r.reason for r in found if isinstance(r, Failure)} == {
        "a.txt": "permission denied",
        "closed": "permission denied",
    }


def test_links_out_of_the_folder_are_reported_and_not_followed(folder: Path) -> None:
    secret = folder.parent / "secret.txt"
    secret.write_text("Secret.")
    (folder / "link.txt").symlink_to(secret)
    (folder / "up").symlink_to(folder.parent)
    (folder / "loop").symlink_to(folder)
    (folder / "again.txt").symlink_to(folder / "b.txt")
    (folder / "dead.txt").symlink_to(folder / "gone.txt")
    for given in (folder, folder / "*"):
        found = results(given)
        failures = {Path(f.source).name: f.reason for f in found if isinstance(f, Failure)}
        assert failures == {
            "link.txt": "link that leads out of the folder",
            "up": "link that leads out of the folder",
            "dead.txt": "link that leads nowhere, or a file that has gone",
        }
        assert len([d for d in found if isinstance(d, Document)]) == 5
    assert isinstance(results(folder / "link.txt")[0], Document), "a link that the user names is the user's wish"


def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    found: list[object] = []
    reader = threading.Thread(target=lambda: found.extend(results(tmp_path)), daemon=True)
    reader.start()
    reader.join(5)
    assert found == [Failure(str(tmp_path / "pipe.txt"), "not a regular file")]


def test_an_empty_folder_is_said_to_be_one(tmp_path: Path) -> None:
    assert reason(tmp_path) == "no files in this folder"


def test_names_that_are_no_text_become_text(tmp_path: Path) -> None:
    with open(os.fsencode(tmp_path) + b"/\xff.txt", "wb") as file:
        file.write(b"Text.")
    (document,) = results(tmp_path)
    assert isinstance(document, Document)
    assert document.source == f"{tmp_path}/\ufffd.txt"


def test_two_documents_of_one_id_are_not_both_given(tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_text(f'{{"id": "1", "text": "In {name}."}}')
    first, second = results(tmp_path)
    assert isinstance(first, Document)
    assert second == Failure("1", f"a second document of this id, in {tmp_path}/b.jsonl")


def test_texts_hold_nothing_that_a_database_refuses(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": "i\\u0000", "text": "a\\ud800b\\u0000é", "x\\udfff": "\\ud83d\\ude00"}')
    (document,) = results(tmp_path)
    assert isinstance(document, Document)
    assert (document.source, document.text, dict(document.metadata)) == ("i\ufffd", "a\ufffdb\ufffdé", {"x\ufffd": "😀"})


SUFFIXES = [s for name in registry.names(loading) for s in registry.load(loading, name, what="format").SUFFIXES]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_makes_a_failure_of_garbage_and_never_raises(tmp_path: Path, suffix: str) -> None:
    for number, data in enumerate([b"\xff\xff\xff\x81", b"\0" * 99, b"%PDF-1.4\n%%EOF", b"PK\x05\x06" + b"\0" * 18, b"["]):
        (tmp_path / f"{number}{suffix}").write_bytes(data)
    assert len(results(tmp_path)) >= 5
    assert isinstance(results(tmp_path)[1], Failure)
