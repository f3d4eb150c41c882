"""The command `evaluate` from files to reports, over a tiny corpus with the real pipeline and the real embedder."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.hoptrace.test_commands import run

CORPUS = [
    {"doc_id": 0, "title": "The Third Man", "text": "The Third Man is a film. The Third Man was directed by Carol Reed."},
    {"doc_id": 1, "title": "Carol Reed", "text": "Carol Reed was a director. Carol Reed married Penelope Ward in London."},
    {"doc_id": 2, "title": "Bread", "text": "Bread is baked from flour. It is eaten in many countries."},
    {"doc_id": 3, "title": "Bread", "text": "Bread was a rock band. The band was formed in Los Angeles."},
    {"doc_id": "t", "title": "Tides", "text": "Tides are the rise and fall of sea levels. The moon makes them."},
]
QUESTIONS = [
    {
        "id": "q1",
        "question": "Who married the director of The Third Man?",
        "gold_doc_ids": [0, 1],
        "answer": "Penelope Ward",
        "gold_triples": [["The Third Man", "director", "Carol Reed"], ["Carol Reed", "spouse", "Penelope Ward"]],
    },
    {
        "id": "q2",
        "question": "Where was the rock band Bread formed?",
        "gold_doc_ids": [3],
        "answer": "Los Angeles",
        "aliases": ["LA"],
    },
    {"id": "q3", "question": "What makes the tides of the sea?", "gold_doc_ids": ["t"], "answer": "the moon"},
]
TRIPLES = [
    {"doc_id": 0, "triples": [["The Third Man", "was directed by", "Carol Reed"], ["Carol Reed", "born in", "Putney"]]},
    {"doc_id": 1, "triples": [["Carol Reed", "married", "Penelope Ward"]]},
]
RANKINGS = {"q1": [0, 1, 2], "q2": [2, 3], "q3": [0]}
HYPOTHESES = [{"id": q["id"], "recorded_pseudo_doc": {"m|zs": f"{q['answer']}.", "m|fs": ""}} for q in QUESTIONS]


def rows(path: Path, listed: list[Any]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in listed), "utf-8")
    return str(path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evaluation")
    rows(folder / "corpus.jsonl", CORPUS)
    rows(folder / "questions.jsonl", QUESTIONS)
    rows(folder / "triples.jsonl", TRIPLES)
    rows(folder / "hypotheses.jsonl", HYPOTHESES)
    (folder / "rankings.json").write_text(json.dumps(RANKINGS), "utf-8")
    return folder


def evaluate(folder: Path, *arguments: str, code: int = 0) -> tuple[str, str]:
    files = ("--corpus", str(folder / "corpus.jsonl"), "--questions", str(folder / "questions.jsonl"))
    return run("evaluate", *files, *arguments, code=code)


def report(folder: Path, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(evaluate(folder, *arguments, "--json", "-")[0])
    return found


def without_times(found: dict[str, Any]) -> dict[str, Any]:
    """The report without what a second run can not repeat."""
    methods = {name: {k: v for k, v in m.items() if not k.startswith("seconds_")} for name, m in found["methods"].items()}
    return {key: value for key, value in found.items() if key != "timing"} | {"methods": methods}


def test_every_measure_is_in_the_report_with_its_interval(folder: Path, tmp_path: Path) -> None:
    found = report(folder, "--home", str(tmp_path / "home"), "--rankings", f"peer={folder / 'rankings.json'}")
    assert set(found["methods"]) == {"vanilla", "hyde", "graph", "peer"}
    for method in ("vanilla", "graph"):
        scores = found["methods"][method]
        assert {"recall@2", "recall@5", "recall@10", "all_gold@5", "mrr", "ndcg@10", "exact_match", "f1"} <= set(scores)
        assert scores["recall@5"] == 1.0  # five documents
        assert scores["intervals"]["recall@5"] == [1.0, 1.0]
        assert 0 < scores["seconds_p50"] <= scores["seconds_p95"]
    assert found["methods"]["graph"]["chain_recall"] > 0
    assert found["methods"]["graph"]["citations"]["shown"] == found["methods"]["graph"]["citations"]["verified"] > 0
    # By hand: q1 finds both in two, q2 the second of two, q3 nothing.
    peer = found["methods"]["peer"]
    assert found["run"]["rankings"]["peer"]["path"].endswith("rankings.json")
    assert peer["recall@2"] == pytest.approx(2 / 3, abs=1e-6)
    assert peer["mrr"] == pytest.approx((1 + 1 / 2 + 0) / 3, abs=1e-6)
    assert "seconds_p50" not in peer


def test_rankings_are_of_document_ids_also_where_titles_are_shared(folder: Path, tmp_path: Path) -> None:
    found = report(folder, "--home", str(tmp_path / "home"), "--methods", "vanilla")
    second = found["questions"][1]
    assert second["gold_doc_ids"] == ["3"]
    assert second["rankings"]["vanilla"][0] == "3"
    assert sorted(second["rankings"]["vanilla"]) == ["0", "1", "2", "3", "t"]


def test_differences_are_between_any_two_methods(folder: Path, tmp_path: Path) -> None:
    found = report(folder, "--home", str(tmp_path / "home"), "--methods", "vanilla,keyword,graph")
    pairs = {(d["left"], d["right"]) for d in found["differences"] if d["measure"] == "recall@2"}
    assert pairs == {("vanilla", "keyword"), ("vanilla", "graph"), ("keyword", "graph")}
    assert all(d["low"] <= d["mean"] <= d["high"] and 0 < d["p"] <= 1 for d in found["differences"])


def test_the_same_run_twice_gives_the_same_report_but_for_its_times(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    homes = [str(tmp_path / name) for name in ("one", "two")]
    first, second, again = (report(folder, "--home", home) for home in (*homes, homes[0]))
    assert without_times(first) == without_times(second) == without_times(again)
    assert first["digest"] == second["digest"] == again["digest"]
    assert first["timing"]["building"]["documents_read"] == len(CORPUS)
    assert again["timing"]["building"]["documents_read"] == 0
    other = report(folder, "--home", homes[0], "--seed", "1")
    assert other["digest"] != first["digest"]
    assert {"python", "numpy"} <= set(first["run"]["versions"])
    assert len(first["run"]["corpus"]["sha256"]) == len(first["run"]["ranker"]) == 64
    assert (first["run"]["rewriting"], first["run"]["limit"]) == ("fast", 0)
    monkeypatch.setenv("REWRITING", "exact")
    assert report(folder, "--home", homes[0])["run"]["rewriting"] == "exact"


def test_without_a_home_the_graph_has_one_of_its_own_by_what_it_is_made_of(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOPTRACE_HOME", "mine")
    first = report(folder, "--methods", "vanilla")
    again = report(folder, "--methods", "keyword")
    assert (first["timing"]["building"]["documents_read"], again["timing"]["building"]["documents_read"]) == (5, 0)
    report(folder, "--methods", "vanilla", "--triples", str(folder / "triples.jsonl"))
    assert len(list(Path("mine/evaluations").iterdir())) == 2
    assert not Path("mine/graph.db").exists()


@pytest.mark.parametrize("extractor", ["recorded", "both"])
def test_a_graph_of_recorded_triples_shows_their_chain(folder: Path, tmp_path: Path, extractor: str) -> None:
    arguments = ("--triples", str(folder / "triples.jsonl"), "--extractor", extractor, "--methods", "graph")
    found = report(folder, *arguments, "--home", str(tmp_path / "home"))
    aligned = found["run"]["recorded_triples"]
    assert (aligned["recorded"], aligned["aligned"], aligned["documents_without"]) == (3, 2, 3)
    assert aligned["unaligned"] == {"no sentence names the other end": 1}
    assert found["questions"][0]["measures"]["graph"]["chain_recall"] > 0
    assert found["run"]["graph"]["extractor"] == extractor


def test_recorded_hypothetical_documents_make_a_method_for_each_key(folder: Path, tmp_path: Path) -> None:
    arguments = ("--methods", "vanilla,hyde", "--pseudo-docs", str(folder / "hypotheses.jsonl"), "--home", str(tmp_path / "home"))
    found = report(folder, *arguments)
    assert set(found["methods"]) == {"vanilla", "hyde[m|zs]", "hyde[m|fs]"}
    rankings = found["questions"][0]["rankings"]
    assert rankings["hyde[m|fs]"] == rankings["vanilla"]  # an empty document leaves the question alone
    one = report(folder, *arguments, "--pseudo-key", "m|zs")
    assert one["questions"][0]["rankings"]["hyde"] == rankings["hyde[m|zs]"]


def test_questions_without_answers_are_measured_by_passages_alone(folder: Path, tmp_path: Path) -> None:
    bare = rows(tmp_path / "bare.jsonl", [{"question": q["question"], "gold_doc_ids": q["gold_doc_ids"]} for q in QUESTIONS])
    files = ("--corpus", str(folder / "corpus.jsonl"), "--questions", bare, "--home", str(tmp_path / "home"))
    found = json.loads(run("evaluate", *files, "--methods", "vanilla", "--json", "-")[0])
    assert found["methods"]["vanilla"]["f1"] is None
    assert found["methods"]["vanilla"]["abstention"] is None
    assert set(found["timing"]["methods"]["vanilla"]["seconds"]) == {"embed question", "search", "read", "retrieval", "total"}


def test_reports_are_written_in_three_forms_and_the_page_loads_nothing(folder: Path, tmp_path: Path) -> None:
    files = {form: tmp_path / f"report.{form}" for form in ("json", "markdown", "html")}
    wanted = [argument for form, file in files.items() for argument in (f"--{form}", str(file))]
    peers = ("--rankings", f"<b>|peer={folder / 'rankings.json'}")
    out, _ = evaluate(folder, "--home", str(tmp_path / "home"), *peers, *wanted)
    assert files["markdown"].read_text("utf-8").strip() == out.strip()
    assert "| recall@5 " in out
    assert r"<b>\|peer" in out
    assert json.loads(files["json"].read_text("utf-8"))["methods"]["graph"]["recall@5"] == 1.0
    page = files["html"].read_text("utf-8")
    assert page.count("<svg ") >= 5
    assert "&lt;b&gt;|peer" in page
    assert "<b>" not in page
    assert not re.search(r"<script|<link|<img|\b(?:src|href)=|url\(|https?://", page)


def test_a_report_that_can_not_be_written_loses_no_other(folder: Path, tmp_path: Path) -> None:
    full, kept = Path("/dev/full"), tmp_path / "r.json"
    out, err = evaluate(folder, "--methods", "vanilla", "--markdown", str(full), "--json", str(kept), code=2)
    assert "vanilla" in out
    assert "/dev/full could not be written: No space left on device" in err
    assert json.loads(kept.read_text("utf-8"))["methods"]


def test_a_lone_surrogate_in_a_question_stops_no_report(folder: Path, tmp_path: Path) -> None:
    odd = tmp_path / "odd.jsonl"
    odd.write_text('{"question": "Who directed \\ud800 Human Flow?", "gold_doc_ids": []}\n', "utf-8")
    evaluate(folder, "--methods", "vanilla", "--questions", str(odd), "--json", str(tmp_path / "r.json"))
    assert json.loads((tmp_path / "r.json").read_text("utf-8"))["questions"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--methods", "magic"), 2, 'no method "magic"; there are: '),
        (("--methods", ","), 2, "no method to evaluate"),
        (("--methods", "vanilla,vanilla"), 2, "the method vanilla is named twice"),
        (("--triples", "nowhere.jsonl"), 2, "nowhere.jsonl: no such file"),
        (("--extractor", "recorded"), 3, "needs a file of triples"),
        (("--triples", "x", "--extractor", "rules"), 2, "the extractor rules reads none"),
        (("--pseudo-docs", "nowhere.jsonl"), 2, "nowhere.jsonl: no such file"),
        (("--rankings", "nowhere.json"), 2, '--rankings is "nowhere.json"; use NAME=FILE'),
        (("--html", "nowhere/report.html"), 2, '--html is "nowhere/report.html"'),
        (("--corpus", "nowhere.jsonl"), 2, 'no file, folder or pattern match at "nowhere.jsonl"'),
        (("--questions", "nowhere.jsonl"), 2, "nowhere.jsonl: no such file"),
    ],
)
def test_a_mistake_is_one_line_before_any_work(folder: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    out, err = evaluate(folder, *arguments, code=code)
    assert out == ""
    assert err.startswith("error: ")
    assert said in err
    assert err.count("\n") == 1


def test_a_malformed_line_and_gold_that_is_not_there_are_named_by_their_line(folder: Path, tmp_path: Path) -> None:
    bad = rows(tmp_path / "bad.jsonl", CORPUS)
    Path(bad).write_text(Path(bad).read_text("utf-8") + '{"doc_id": 9,', "utf-8")
    _, err = run("evaluate", "--corpus", bad, "--questions", str(folder / "questions.jsonl"), code=2)
    assert "bad.jsonl: line 6: " in err
    stray = rows(tmp_path / "stray.jsonl", [QUESTIONS[0], QUESTIONS[1] | {"gold_doc_ids": [77]}])
    _, err = run("evaluate", "--corpus", str(folder / "corpus.jsonl"), "--questions", stray, code=2)
    assert 'stray.jsonl: line 2: "gold_doc_ids" has "77", which is no document of' in err
    assert err.count("\n") == 1


def test_a_home_that_holds_other_documents_is_refused(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.md"
    other.write_text("# Other\n\nSomething else.\n", "utf-8")
    run("ingest", str(other), "--home", str(tmp_path / "home"))
    _, err = evaluate(folder, "--home", str(tmp_path / "home"), code=2)
    assert "holds 1 document that is not of" in err
