"""The command line with a language model, against a real server: what it costs, that it stops, goes on, and replays."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.hoptrace.test_commands import run, run_json
from tests.openai_server import Asked, OpenAIServer, Reply, words

KEY = "sk-very-secret-0123456789"
_SENTENCE = re.compile(r"\[(\d+)\] (\w+) (inhibits|is metabolised by) (\w+)\.")
DRUGS = ["clarithromycin", "ketoconazole", "itraconazole", "ritonavir", "verapamil", "diltiazem", "erythromycin", "fluconazole"]


def reader(asked: Asked) -> object:
    """A model that reads the documents below rightly."""
    entities, relations = [], []
    for number, left, verb, right in _SENTENCE.findall(asked.prompt):
        cyp = right if verb == "inhibits" else left if left.startswith("CYP") else right
        drug = left if cyp == right else right
        entities += [{"name": drug, "type": "Drug", "sentences": [int(number)]}]
        entities += [{"name": cyp, "type": "Enzyme", "sentences": [int(number)]}]
        ends = (left, "INHIBITS", right) if verb == "inhibits" else (right, "METABOLIZES", left)
        relations.append({"subject": ends[0], "predicate": ends[1], "object": ends[2], "sentences": [int(number)]})
    return {"entities": entities, "relations": relations}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    for n, drug in enumerate(DRUGS):
        text = f"# {drug}\n\n{drug.title()} inhibits CYP3A4. It is given by mouth {n} times a day with food.\n"
        (folder / f"{n}.md").write_text(text, "utf-8")
    (folder / "s.md").write_text("# Simvastatin\n\nSimvastatin is metabolised by CYP3A4. It lowers cholesterol.\n", "utf-8")
    return folder


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[OpenAIServer]:
    with OpenAIServer(reader, tokens=words) as server:
        monkeypatch.setenv("LLM_MODEL", "openai:gpt-4o")
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        monkeypatch.setenv("HOPTRACE_HOME", str(tmp_path / "home"))
        yield server


def fingerprint() -> str:
    return str(run_json("status")["fingerprint"])


def test_a_model_reads_documents_and_the_bill_is_told(server: OpenAIServer, folder: Path) -> None:
    out, _ = run("ingest", str(folder))
    assert "9 documents in" in out
    assert re.search(r"language model: 9 calls, [\d,]+ \([\d,]+ from the provider's cache\) \+ [\d,]+ tokens, \$0\.\d{4}", out)
    chain = run_json("connect", "clarithromycin", "simvastatin")["chains"][0]
    assert [hop["quote"] for hop in chain["hops"]] == [
        "Clarithromycin inhibits CYP3A4.",
        "Simvastatin is metabolised by CYP3A4.",
    ]
    status = run_json("status")
    assert [(s["model"], s["purpose"], s["calls"]) for s in status["spent"]] == [("openai:gpt-4o", "extract", 9)]
    assert "openai:gpt-4o extract: 9 calls" in run("status")[0]
    assert len(server.requests) == 9


def test_a_graph_that_is_made_again_from_the_journal_is_free_and_the_same(
    server: OpenAIServer, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run("ingest", str(folder))
    before = fingerprint()
    (tmp_path / "home" / "graph.db").unlink()
    out, _ = run("ingest", str(folder))
    assert "language model: 9 answers from the journal" in out
    assert fingerprint() == before
    assert len(server.requests) == 9
    cassette = tmp_path / "calls.jsonl"
    run("journal", "export", str(cassette))
    monkeypatch.setenv("HOPTRACE_HOME", str(tmp_path / "another"))
    monkeypatch.delenv("OPENAI_API_KEY")
    run("ingest", str(folder), "--replay", str(cassette))
    assert fingerprint() == before
    (folder / "new.md").write_text("# New\n\nRifampicin inhibits CYP3A4. This was never asked.\n", "utf-8")
    _, err = run("ingest", str(folder), "--replay", str(cassette), code=5)
    assert "error: the journal holds no answer of openai:gpt-4o to this prompt" in err
    assert len(server.requests) == 9


def test_a_budget_stops_cleanly_and_the_same_command_goes_on(
    server: OpenAIServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLM_MAX_TOKENS", "150")
    run("ingest", str(folder / "0.md"))
    each = run_json("status")["spent"][0]["dollars"]
    report = run_json("ingest", str(folder), "--max-cost", str(4.5 * each), code=7)
    assert "are spent, and the next call may cost" in report["stopped"]
    assert 2 <= report["usage"]["calls"] < 8
    assert report["usage"]["dollars"] <= 4.5 * each
    assert len(report["documents"]) == report["usage"]["calls"] + 1
    _, err = run("ingest", str(folder), "--max-cost", "0", code=7)
    assert "the same command with a higher --max-cost goes on" in err
    run("ingest", str(folder), "--max-cost", "1")
    assert len(server.requests) == 9
    assert run_json("status")["documents"] == 9


def test_a_budget_needs_a_price(server: OpenAIServer, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_MODEL", "openai:nobody-knows")
    _, err = run("ingest", str(folder), "--max-cost", "1", code=3)
    assert "set LLM_PRICE=READ/WRITTEN" in err
    assert not server.requests


@pytest.mark.parametrize("key", ["", None])
def test_a_key_that_is_missing_is_asked_for_in_one_line(folder: Path, monkeypatch: pytest.MonkeyPatch, key: str | None) -> None:
    monkeypatch.setenv("LLM_MODEL", "openai:gpt-4o")
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    if key is not None:
        monkeypatch.setenv("OPENAI_API_KEY", key)
    _, err = run("ingest", str(folder), code=3)
    assert "OPENAI_API_KEY" in err
    assert "Agent(" not in err
    assert len(err.strip().splitlines()) == 1


def test_a_server_of_ones_own_needs_no_key(server: OpenAIServer, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "")
    run("ingest", str(folder))
    assert server.requests


def test_an_estimate_sends_nothing_and_knows_what_is_paid(
    server: OpenAIServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as keyless:
        keyless.delenv("OPENAI_API_KEY")
        keyless.delenv("LLM_MODEL")
        found = run_json("estimate", str(folder), "--model", "openai:gpt-4o")
        assert (found["documents"], found["calls"], found["recorded"]) == (9, 9, 0)
        assert found["dollars"] == pytest.approx((found["input_tokens"] * 2.5 + found["output_tokens"] * 10) / 1e6)
        _, err = run("estimate", str(folder), code=3)
        assert "name one with --model" in err
        out, _ = run("estimate", str(folder), "--model", "openai:nobody-knows")
        assert "the price of openai:nobody-knows is not known: set LLM_PRICE" in out
    assert not server.requests
    run("ingest", str(folder / "0.md"), str(folder / "1.md"))
    found = run_json("estimate", str(folder))
    assert (found["documents"], found["unchanged"], found["calls"]) == (9, 2, 7)
    run("delete", str(folder / "0.md"))
    found = run_json("estimate", str(folder))
    assert (found["unchanged"], found["calls"], found["recorded"]) == (1, 8, 1)


def test_a_sample_is_paid_for_and_not_lost(server: OpenAIServer, folder: Path) -> None:
    found = run_json("estimate", str(folder), "--sample", "3")
    assert (len(server.requests), found["calls"], found["recorded"]) == (3, 9, 3)
    run("ingest", str(folder))
    assert len(server.requests) == 9


def test_a_predicate_in_its_normal_form_says_what_it_was_called(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    said = {"subject": "Anna Berg", "predicate": "was located in", "object": "Oslo", "sentences": [0]}
    (tmp_path / "a.txt").write_text("Anna Berg was located in Oslo for years.\n", "utf-8")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("LLM_MODEL", "openai:gpt-4o")
    with OpenAIServer([{"relations": [said]}]) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        run("ingest", str(tmp_path / "a.txt"), "--home", str(tmp_path / "h"), "--pack", "open")
    out, _ = run("show", "Oslo", "--home", str(tmp_path / "h"))
    assert "located in" in out
    assert 'called "was located in": without "was"' in out


def test_what_rules_read_is_upgraded_by_a_model_without_duplicates_and_not_undone_by_accident(
    server: OpenAIServer, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run("ingest", str(folder), "--extractor", "rules")
    assert not server.requests
    by_rules = run_json("status")
    run("ingest", str(folder))
    upgraded = run_json("status")
    assert (upgraded["documents"], upgraded["relations"], by_rules["documents"]) == (9, 9, 9)
    monkeypatch.setenv("HOPTRACE_HOME", str(tmp_path / "fresh"))
    run("ingest", str(folder))
    assert fingerprint() == upgraded["fingerprint"]
    monkeypatch.delenv("LLM_MODEL")
    _, err = run("ingest", str(folder))
    assert "9 documents left as a language model read it; --extractor rules reads it by rules" in err
    assert fingerprint() == upgraded["fingerprint"]
    run("ingest", str(folder), "--extractor", "rules")
    assert fingerprint() == by_rules["fingerprint"]


@pytest.mark.parametrize(
    ("reply", "code", "said"),
    [
        (Reply(status=401, message=f"Incorrect API key provided: {KEY}"), 5, "Incorrect API key provided: ***"),
        (Reply(status=404, message="no such model"), 5, "refused (HTTP 404): no such model"),
    ],
)
def test_a_refusal_ends_the_ingest_at_once_in_one_line(
    monkeypatch: pytest.MonkeyPatch, folder: Path, tmp_path: Path, reply: Reply, code: int, said: str
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("LLM_AT_ONCE", "2")
    with OpenAIServer([reply]) as server:
        monkeypatch.setenv("LLM_MODEL", "openai:gpt-4o")
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        out, err = run("ingest", str(folder), "--home", str(tmp_path / "h"), code=code)
        assert len(server.requests) < 9
    assert said in err
    assert len(err.strip().splitlines()) == 1
    assert KEY not in out + err


def test_one_document_that_is_refused_does_not_stop_the_others(
    monkeypatch: pytest.MonkeyPatch, folder: Path, tmp_path: Path
) -> None:
    def picky(asked: Asked) -> object:
        return Reply(status=400, message="context too long") if "Ritonavir" in asked.prompt else reader(asked)

    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("LLM_MODEL", "openai:gpt-4o")
    with OpenAIServer(picky) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        report = run_json("ingest", str(folder), "--home", str(tmp_path / "h"), code=6)
    failed = [document for document in report["documents"] if document["status"] == "failed"]
    assert [Path(document["source"]).name for document in failed] == ["3.md"]
    assert "context too long" in failed[0]["reason"]


def test_the_journal_is_shown_exported_and_pruned(server: OpenAIServer, folder: Path) -> None:
    assert "no calls of a language model yet" in run("journal", "show")[0]
    run("ingest", str(folder))
    assert re.search(r"openai:gpt-4o  extract: 9 calls, [\d,]+ tokens read .*, [\d,]+ written, \$0\.", run("journal", "show")[0])
    shown: dict[str, Any] = run_json("journal", "show")["spent"][0]
    assert (shown["calls"], shown["cut_off"]) == (9, 0)
    out, err = run("journal", "export")
    lines = [json.loads(line) for line in out.splitlines()]
    assert [sorted(line)[0] for line in lines].count("answered_at") == 9
    assert "9 calls exported" in err
    assert KEY not in out
    _, err = run("journal", "prune", code=2)
    assert "say which calls to forget" in err
    assert "0 calls forgotten" in run("journal", "prune", "--older-than", "1")[0]
    assert "9 calls forgotten" in run("journal", "prune", "--all")[0]
    assert server.requests


def test_replaying_what_is_no_journal_says_so(server: OpenAIServer, folder: Path) -> None:
    _, err = run("ingest", str(folder), "--replay", str(folder / "0.md"), code=2)
    assert "is no journal" in err
    assert not server.requests
