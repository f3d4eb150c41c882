import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from graph_rag.model import Candidate, Connection
from hoptrace import demo_corpus
from hoptrace.commands.connect import say_connection
from hoptrace.commands.ingest import expected
from hoptrace.main import app
from tests.hoptrace.small_graph import DOCUMENTS, HOSTILE, QUESTION, build

CHAIN = "clarithromycin ──inhibits──▶ CYP3A4 ──metabolizes──▶ simvastatin"


def run(*arguments: str, code: int = 0) -> tuple[str, str]:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == code, (result.stdout, result.stderr, result.exception)
    return result.stdout, result.stderr


def run_json(*arguments: str, code: int = 0) -> Any:  # noqa: ANN401  # whatever JSON says
    return json.loads(run(*arguments, "--json", code=code)[0])


def text_of(citation: dict[str, Any]) -> str:
    return DOCUMENTS[Path(citation["document"]).name][citation["start"] : citation["end"]]


# ------------------------------------------------------------------------------------------------------------- ask
def test_ask_draws_the_chain_with_its_quotes_and_places(home: Path) -> None:
    out, err = run("ask", QUESTION, "--home", str(home))
    assert f"  {CHAIN}      verified ✓   score " in out
    start = DOCUMENTS["clarithromycin.md"].index("Clarithromycin inhibits")
    assert f'    [1] "Clarithromycin inhibits CYP3A4."  clarithromycin.md:{start}-{start + 31}' in out
    assert "Clarithromycin inhibits CYP3A4 [1]." in out
    assert "(derived)" in out
    assert "embed question" in out
    assert "\x1b" not in out
    assert err == ""


def test_ask_as_json_is_the_contract(home: Path) -> None:
    answer = run_json("ask", QUESTION, "--home", str(home))
    assert {"method", "answer", "abstained", "missing", "statements", "chains", "passages", "seconds", "usage"} <= set(answer)
    assert answer["abstained"] is False
    for statement in answer["statements"]:
        for citation in statement["citations"]:
            assert citation["verified"]
            assert citation["quote"] == text_of(citation)
    hop = answer["chains"][0]["hops"][0]
    assert (hop["polarity"], hop["modality"], hop["forward"]) == ("affirmed", "asserted", True)
    assert {"calls", "input_tokens", "output_tokens", "dollars"} <= set(answer["usage"])


def test_ask_marks_what_is_denied(home: Path) -> None:
    out, _ = run("ask", "Does azithromycin inhibit CYP3A4?", "--home", str(home))
    assert "azithromycin ──✗ does not inhibit──▶ CYP3A4" in out
    assert "✗ the document denies it" in out


def test_ask_marks_what_is_possible_and_what_is_walked_backwards(home: Path) -> None:
    out, _ = run("ask", "Does azithromycin inhibit P-gp?", "--home", str(home))
    assert "azithromycin ╌╌may inhibit?╌╌▶ P-glycoprotein" in out
    out, _ = run("connect", "simvastatin", "clarithromycin", "--home", str(home))
    assert "simvastatin ◀──metabolizes── CYP3A4 ◀──inhibits── clarithromycin" in out
    assert "holds from right to left" in out


def test_ask_that_abstains_names_the_missing_link_and_exits_with_0(home: Path) -> None:
    out, _ = run("ask", "Does metformin interact with simvastatin?", "--home", str(home))
    assert out.startswith("No answer: ")
    assert "metformin" in out.splitlines()[0]


def test_an_unknown_method_lists_those_there_are(home: Path) -> None:
    out, err = run("ask", QUESTION, "--method", "magic", "--home", str(home), code=2)
    assert out == ""
    assert err.startswith('error: no method "magic"')
    assert "vanilla" in err


def test_hyde_shows_what_it_imagined_as_such(home: Path) -> None:
    out, _ = run("query", QUESTION, "-m", "hyde", "--home", str(home))
    assert "imagined, never cited (" in out


def test_a_document_can_not_steer_the_terminal(home: Path) -> None:
    out, _ = run("ask", "Which enzyme does itraconazole inhibit?", "--home", str(home))
    assert HOSTILE in out
    assert "\u202e" not in out


# ------------------------------------------------------------------------------------------- connect, compare, show
def test_connect_as_json(home: Path) -> None:
    found = run_json("path", "Biaxin", "Zocor", "--home", str(home))
    assert found["connected"]
    assert {"source", "target", "candidates", "nearest", "chains"} <= set(found)
    assert [hop["predicate"] for hop in found["chains"][0]["hops"]] == ["INHIBITS", "METABOLIZES"]


def test_connect_says_what_is_near_where_nothing_connects(home: Path) -> None:
    out, _ = run("connect", "metformin", "simvastatin", "--hops", "2", "--home", str(home))
    assert out.startswith("not connected within 2 hops: metformin and simvastatin\n")
    assert "nearest: " in out
    assert run_json("connect", "metformin", "simvastatin", "--home", str(home))["connected"] is False


def test_connect_does_not_know_a_name(home: Path) -> None:
    _, err = run("connect", "clarithromycin", "unobtainium", "--home", str(home), code=2)
    assert err.startswith('error: no entity is called "unobtainium"')
    assert err.count("\n") == 1


def test_an_ambiguous_name_lists_what_it_may_mean(capsys: pytest.CaptureFixture[str]) -> None:
    candidates = (Candidate("1", "Mercury", "Place"), Candidate("2", "Mercury", "Person"))
    say_connection(Connection("Mercury", "Sun", False, (), candidates={"Mercury": candidates}), hops=4)
    assert capsys.readouterr().out.splitlines() == [
        '"Mercury" names several entities; say which, as one of:',
        '  "Mercury (Place)"',
        '  "Mercury (Person)"',
    ]


def test_compare_tells_each_method_and_what_they_share(home: Path) -> None:
    out, _ = run("compare", QUESTION, "--methods", "graph, vanilla", "--home", str(home))
    assert f"  chain: {CHAIN}\n" in out
    assert "graph and vanilla: " in out
    comparison = run_json("compare", QUESTION, "--methods", "graph,vanilla,graph", "--home", str(home))
    assert [answer["method"] for answer in comparison["answers"]] == ["graph", "vanilla"]
    assert comparison["overlaps"][0]["shared"] > 0


def test_show_an_entity(home: Path) -> None:
    out, _ = run("show", "Biaxin", "--home", str(home))
    assert out.startswith("clarithromycin  Drug\n  also called: Biaxin")
    assert '"Clarithromycin inhibits CYP3A4."' in out


def test_show_a_document_exactly(home: Path) -> None:
    result = CliRunner().invoke(app, ["show", "simvastatin.md", "--text", "--home", str(home)])
    assert result.stdout_bytes == DOCUMENTS["simvastatin.md"].encode()
    assert run_json("show", "simvastatin.md", "--home", str(home))["text"] == DOCUMENTS["simvastatin.md"]
    assert "source: " in run("show", "simvastatin.md", "--home", str(home))[0]


def test_show_what_is_not_there(home: Path) -> None:
    _, err = run("show", "unobtainium", "--home", str(home), code=2)
    assert "no entity" in err
    assert "document" in err


# ------------------------------------------------------------------------------------------- ingest, delete, status
def test_without_a_graph_the_next_step_is_named_and_nothing_is_made(tmp_path: Path) -> None:
    for arguments in (["ask", "Why?"], ["status"], ["show", "x"], ["delete", "x"], ["connect", "a", "b"], ["compare", "Why?"]):
        out, err = run(*arguments, "--home", str(tmp_path / "none"), code=2)
        assert out == ""
        assert err.startswith("error: no graph here yet: run `hoptrace ingest PATH`")
    assert not (tmp_path / "none").exists()


def test_ingest_a_path_that_is_not_there(tmp_path: Path) -> None:
    _, err = run("ingest", str(tmp_path / "nowhere"), "--home", str(tmp_path / "home"), code=2)
    assert "nowhere" in err


def test_a_field_must_have_a_role(tmp_path: Path) -> None:
    _, err = run("ingest", str(tmp_path), "--field", "abstract", "--home", str(tmp_path / "home"), code=2)
    assert err.startswith('error: --field is "abstract"; use ROLE=FIELD')


def test_ingest_tells_which_documents_failed_and_exits_with_6(tmp_path: Path) -> None:
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "good.md").write_text("Clarithromycin inhibits CYP3A4.\n", "utf-8")
    (documents / "empty.md").write_text("", "utf-8")
    arguments = ["index", str(documents), "--home", str(tmp_path / "home")]
    out, err = run(*arguments, code=6)
    assert out.startswith("2 documents in ")
    assert "1 ingested" in out
    assert "1 failed" in out
    (line,) = [line for line in err.splitlines() if line.startswith("failed: ")]
    assert "empty.md" in line
    report = run_json(*arguments, code=6)
    assert sorted(d["status"] for d in report["documents"]) == ["failed", "unchanged"]
    assert {"chunks", "entities", "relations", "evidence", "quarantined", "seconds"} <= set(report)


def test_how_many_documents_are_expected(tmp_path: Path) -> None:
    (tmp_path / "a.md").touch()
    (tmp_path / ".hidden").touch()
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "b.txt").touch()
    assert expected([str(tmp_path)]) == 2
    assert expected([str(tmp_path / "a.md"), str(tmp_path / "deep")]) == 2
    assert expected([str(tmp_path / "*.md")]) == 0
    (tmp_path / "deep" / "rows.jsonl").write_text('{"text": "one"}\n\n{"text": "two"}')
    assert expected([str(tmp_path)]) == 4
    (tmp_path / "deep" / "rows.csv").touch()
    assert expected([str(tmp_path)]) == 0


def test_status_and_delete(tmp_path: Path) -> None:
    home = str(build(tmp_path))
    before = run_json("status", "--home", home)
    assert before["documents"] == len(DOCUMENTS)
    assert "simvastatin.md" in run("status", "--documents", "--home", home)[0]
    assert run("delete", "simvastatin.md", "--home", home)[0].startswith("deleted ")
    after = run_json("status", "--home", home)
    assert after["documents"] == len(DOCUMENTS) - 1
    assert after["fingerprint"] != before["fingerprint"]
    _, err = run("delete", "simvastatin.md", "--home", home, code=2)
    assert "simvastatin.md" in err


def test_a_file_that_is_no_graph_exits_with_4(tmp_path: Path) -> None:
    (tmp_path / "graph.db").write_bytes(b"this is no database at all, whatever its name says" * 100)
    out, err = run("status", "--home", str(tmp_path), code=4)
    assert out == ""
    assert err.startswith("error: ")
    assert "graph.db" in err
    assert err.count("\n") == 1


def test_a_setting_that_can_not_be_exits_with_3(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEO4J_URI", "nonsense")
    _, err = run("status", code=3)
    assert err.startswith("error: NEO4J_URI")
    assert err.count("\n") == 1


def test_demo_builds_asks_and_shows_the_first_chain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOPTRACE_DEMO_UI", "0")
    monkeypatch.setenv("NEO4J_URI", "bolt://127.0.0.1:1")  # a demo must not touch the server of whoever runs it
    monkeypatch.setattr("hoptrace.graph.demo_corpus", lambda: _small_corpus(tmp_path))
    home = tmp_path / "home"
    out, _ = run("demo", "--home", str(home))
    assert "the first cited chain, " in out
    assert f"  {CHAIN}      verified ✓" in out
    assert (home / "graph.db").exists()


def _small_corpus(folder: Path) -> Path:
    (folder / "documents").mkdir(exist_ok=True)
    for name in ("clarithromycin.md", "simvastatin.md"):
        shutil.copy(demo_corpus() / "documents" / name, folder / "documents")
    return folder


# ------------------------------------------------------------------------------------------------------ chunk, doctor
def test_chunk_shows_cuts_that_are_the_text(tmp_path: Path) -> None:
    file = tmp_path / "notes.md"
    file.write_text("# One\n\nFirst part.\n\n# Two\n\nSecond part.\n", "utf-8")
    (document,) = run_json("chunk", str(file))["documents"]
    text = file.read_text("utf-8")
    assert document["chunks"]
    for cut in document["chunks"]:
        assert text[cut["start"] : cut["end"]] == cut["text"]
    first = document["chunks"][0]
    assert f"{first['start']}-{first['end']}" in run("chunk", str(file))[0]
    _, err = run("chunk", str(file), "--strategy", "guess", code=2)
    assert "recursive" in err


def test_doctor_looks_at_everything_and_makes_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    checks = {check["name"]: check for check in run_json("doctor", "--home", str(home))["checks"]}
    assert set(checks) == {"python", "spaCy model", "embedding model", "store", "neo4j", "language model", "page"}
    assert "hoptrace ingest" in checks["store"]["said"]
    assert not home.exists()


def test_doctor_says_what_is_lost_and_what_to_do(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setenv("SPACY_MODEL", "no_such_model")
    monkeypatch.setenv("EMBEDDING_MODEL", "nowhere:no-such-model")
    out, _ = run("doctor", "--home", str(home), code=1)
    (parser,) = [line for line in out.splitlines() if "spaCy" in line]
    assert parser.startswith("warn")
    assert "pip install" in parser
    (embedder,) = [line for line in out.splitlines() if "embedding model" in line[:25]]
    assert embedder.startswith("fail")
