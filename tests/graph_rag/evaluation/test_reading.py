"""What is wrong with a file is said in one line that names the file, the line, and what is expected."""

import json
from pathlib import Path
from typing import Any

import pytest

from graph_builder.errors import InputError, PathNotFound
from graph_rag.evaluation.corpus import read_corpus
from graph_rag.evaluation.reading import read_hypotheses, read_questions, read_rankings

GOOD = {"question": "Who  sang it?", "gold_doc_ids": [3, "x"], "answer": "Hank Snow", "aliases": ["Snow"]}


def written(path: Path, *rows: Any) -> str:  # noqa: ANN401  # whatever a line may hold
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return str(path)


def test_a_question_is_read_with_all_that_may_stand_beside_it(tmp_path: Path) -> None:
    triples = [["Hello Love", "performer", "Hank Snow"]]
    file = written(
        tmp_path / "q.jsonl", GOOD | {"id": 7, "gold_triples": triples}, "", GOOD | {"gold_doc_ids": [], "answer": None}
    )
    first, second = read_questions(file)
    assert (first.id, first.text, first.gold, first.answers) == ("7", "Who sang it?", ("3", "x"), ("Hank Snow", "Snow"))
    assert first.triples == (("Hello Love", "performer", "Hank Snow"),)
    assert (second.id, second.line, second.gold) == ("3", 3, ())
    assert read_questions(file, limit=1) == [first]


def test_a_query_without_gold_and_answer_is_not_answerable(tmp_path: Path) -> None:
    (question,) = read_questions(written(tmp_path / "q.jsonl", {"query": "Who?", "gold_doc_ids": []}))
    assert (question.text, question.answerable) == ("Who?", False)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ('{"question": ', "line 2: not JSON"),
        ("[1]", "line 2: not a JSON object"),
        ({"gold_doc_ids": []}, 'line 2: no "question"; there are: gold_doc_ids'),
        ({"question": "Who?"}, 'line 2: no "gold_doc_ids"'),
        (GOOD | {"gold_doc_ids": 3}, 'line 2: "gold_doc_ids" is not a list'),
        (GOOD | {"gold_doc_ids": 0}, 'line 2: "gold_doc_ids" is not a list'),
        (GOOD | {"gold_triples": 5}, 'line 2: "gold_triples" is not a list'),
        (GOOD | {"answer": True}, 'line 2: "answer" is neither text nor a number'),
        (GOOD | {"answer": ["a"]}, 'line 2: "answer" is neither text nor a number'),
        (GOOD | {"gold_triples": [["a", "b"]]}, 'line 2: triple 1 of "gold_triples"'),
        (GOOD | {"id": "1"}, 'line 2: the id "1" is that of line 1 too'),
        (GOOD | {"question": "x" * 5000}, "line 2: the question has 5000 characters"),
    ],
)
def test_a_malformed_question_is_named_by_its_line(tmp_path: Path, row: object, said: str) -> None:
    file = written(tmp_path / "q.jsonl", GOOD, row)
    with pytest.raises(InputError) as raised:
        read_questions(file)
    assert str(raised.value).startswith(f"{file}: {said}")
    assert "\n" not in str(raised.value)


def test_files_that_are_not_there_or_empty(tmp_path: Path) -> None:
    with pytest.raises(PathNotFound, match=r"nowhere\.jsonl: no such file"):
        read_questions(tmp_path / "nowhere.jsonl")
    with pytest.raises(InputError, match="no question in it"):
        read_questions(written(tmp_path / "q.jsonl", ""))
    with pytest.raises(InputError, match="no hypothetical document in it"):
        read_hypotheses(written(tmp_path / "h.jsonl", ""))


def test_a_corpus_has_a_hash_of_its_content_and_counts_empty_rows(tmp_path: Path) -> None:
    rows = [{"doc_id": 0, "title": "A", "text": "One."}, {"doc_id": "b", "title": "A", "text": "Two."}]
    empty = {"doc_id": 9, "title": "C", "text": " "}
    one = read_corpus(written(tmp_path / "one.jsonl", *rows, empty))
    turned = read_corpus(written(tmp_path / "turned.jsonl", *reversed(rows)))
    other = read_corpus(written(tmp_path / "other.jsonl", rows[0], rows[1] | {"title": "B"}))
    assert one.sources == {"0", "b"}
    assert (one.empty, turned.empty) == (1, 0)
    assert one.sha256 == turned.sha256 != other.sha256


@pytest.mark.parametrize(("row", "said"), [('{"doc_id"', "line 2: "), ({"doc_id": 1, "title": "A"}, "line 2: no text field")])
def test_a_malformed_line_of_a_corpus_is_named(tmp_path: Path, row: object, said: str) -> None:
    file = written(tmp_path / "c.jsonl", {"doc_id": 0, "text": "One."}, row)
    with pytest.raises(InputError) as raised:
        read_corpus(file)
    assert str(raised.value).startswith(f"{file}: {said}")


def test_two_documents_of_one_id_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r'"0": a second document of this id'):
        read_corpus(written(tmp_path / "c.jsonl", {"doc_id": 0, "text": "One."}, {"doc_id": 0, "text": "Two."}))


def test_gold_is_found_by_the_last_part_of_a_path_and_is_an_error_where_it_is_not(tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "a.md").write_text("# A\n\nOne.\n", "utf-8")
    corpus = read_corpus(str(folder))
    file = written(
        tmp_path / "q.jsonl", {"question": "Who?", "gold_doc_ids": ["a.md"]}, {"question": "Who?", "gold_doc_ids": ["z"]}
    )
    good, bad = read_questions(file)
    twice = {"mine": {"1": ("a.md", str(folder / "a.md"))}}
    assert corpus.ranked(twice, file) == {"mine": {"1": (str(folder / "a.md"),)}}
    assert corpus.located([good], file)[0].gold == (str(folder / "a.md"),)
    with pytest.raises(InputError, match=r'line 2: "gold_doc_ids" has "z", which is no document of'):
        corpus.located([good, bad], file)


def test_hypothetical_documents_by_key_and_question(tmp_path: Path) -> None:
    questions = read_questions(written(tmp_path / "q.jsonl", {"id": "a", "question": "Who?", "gold_doc_ids": []}))
    found = read_hypotheses(
        written(tmp_path / "h.jsonl", {"id": "a", "recorded_pseudo_doc": {"m|zs": "It was he.", "m|fs": " "}})
    )
    assert found.chosen("all") == ["m|zs", "m|fs"]
    assert found.of("m|zs", questions) == {"Who?": ("It was he.",)}
    assert found.of("m|fs", questions) == {"Who?": ()}  # a blank one is as good as none
    with pytest.raises(InputError, match=r'has no key "x"; name one of these, or all: m\|zs, m\|fs'):
        found.chosen("x")
    plain = read_hypotheses(written(tmp_path / "p.jsonl", {"question": "Who?", "texts": ["One.", "Two."]}))
    assert plain.of(*plain.chosen("all"), questions) == {"Who?": ("One.", "Two.")}


def test_a_question_without_a_hypothetical_document_is_an_error(tmp_path: Path) -> None:
    questions = read_questions(written(tmp_path / "q.jsonl", {"id": "a", "question": "Who?", "gold_doc_ids": []}))
    found = read_hypotheses(written(tmp_path / "h.jsonl", {"id": "b", "texts": "It."}))
    with pytest.raises(InputError, match='nothing is recorded for question "a"'):
        found.of("", questions)


def test_rankings_alone_and_under_names(tmp_path: Path) -> None:
    questions = read_questions(written(tmp_path / "q.jsonl", {"id": "a", "question": "Who?", "gold_doc_ids": []}))
    assert read_rankings("peer", written(tmp_path / "r.json", {"a": [3, "x", 3]}), questions) == {"peer": {"a": ("3", "x")}}
    named = written(tmp_path / "n.json", {"fast": {"a": [1]}, "slow": {"a": [2]}})
    assert read_rankings("peer", named, questions) == {"peer[fast]": {"a": ("1",)}, "peer[slow]": {"a": ("2",)}}
    with pytest.raises(InputError, match='peer has no list of document ids for question "a"'):
        read_rankings("peer", written(tmp_path / "w.json", {"b": [1]}), questions)
