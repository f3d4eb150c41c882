"""The journal: nothing is asked twice, nothing secret is kept, what is exported answers alone."""

import json
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import BaseModel

from graph_builder.errors import InputError, NotRecorded, StoreCorrupt
from graph_builder.llm import LanguageModel, Prompt, Reply, Usage, open_model
from graph_builder.llm.journal import Journal, key_of
from graph_builder.settings import Settings
from tests.openai_server import OpenAIServer
from tests.openai_server import Reply as Said

KEY = "sk-very-secret-0123456789"


class Colour(BaseModel):
    name: str


class Shade(BaseModel):
    name: str


def prompt(text: str = "Which?", *, schema: type[BaseModel] = Colour) -> Prompt:
    return Prompt(schema, "Name a colour.", (text,), "test")


def model(server: OpenAIServer, home: Path, name: str = "openai:gpt-4o", **more: object) -> LanguageModel:
    found = open_model(Settings(home=str(home), llm_model=name, llm_base_url=server.url, **more))
    assert found is not None
    return found


@pytest.fixture(autouse=True)
def _keyed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


def test_an_answer_is_paid_for_once_and_found_again_by_another_process(tmp_path: Path) -> None:
    with OpenAIServer([{"name": "red"}]) as server:
        first = model(server, tmp_path).reply(prompt())
        again = model(server, tmp_path)  # opened anew, as another process does
        assert again.reply(prompt()).text == first.text
    assert len(server.requests) == 1
    assert again.usage == Usage(recalled=1)


def test_the_same_prompt_at_the_same_time_is_asked_once(tmp_path: Path) -> None:
    with OpenAIServer([Said({"name": "red"}, seconds=0.2)]) as server:
        llm = model(server, tmp_path)
        with ThreadPoolExecutor(8) as pool:
            texts = {reply.text for reply in pool.map(llm.reply, [prompt()] * 8)}
    assert len(texts) == len(server.requests) == 1
    assert (llm.usage.calls, llm.usage.recalled) == (1, 7)


def test_whatever_decides_the_answer_decides_the_key() -> None:
    said = prompt().then("red", "Another?")
    keys = {
        key_of("a", prompt()),
        key_of("b", prompt()),
        key_of("a", prompt("What?")),
        key_of("a", prompt(schema=Shade)),
        key_of("a", prompt(), max_tokens=10),
        key_of("a", said),
        key_of("a", Prompt(Colour, "Name a shade.", ("Which?",))),
    }
    assert len(keys) == 7
    assert key_of("a", prompt()) == key_of("a", Prompt(Colour, "Name a colour.", ("Which?",), "another purpose"))


def test_what_was_spent_is_told_by_model_and_purpose(tmp_path: Path) -> None:
    with OpenAIServer([{"name": "red"}]) as server:
        priced, unpriced = model(server, tmp_path), model(server, tmp_path, "openai:scripted")
        for text in ("One?", "Two?"):
            priced.reply(prompt(text))
        unpriced.reply(prompt())
    known, unknown = Journal(tmp_path / "journal.db").spent()
    assert (known.model, known.purpose, known.calls) == ("openai:gpt-4o", "test", 2)
    assert known.dollars == pytest.approx((known.input_tokens * 2.5 + known.output_tokens * 10) / 1e6)
    assert known.dollars == priced.usage.dollars
    assert unknown.dollars is None


def test_a_call_that_was_cut_off_is_told(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db")
    journal.sent("k", "openai:x", prompt())
    assert journal.recall("k") is None
    assert [(s.calls, s.cut_off) for s in journal.spent()] == [(0, 1)]
    journal.sent("k", "openai:x", prompt())  # asked again after the restart
    journal.answer("k", Reply("{}", usage=Usage(1, 10, 1)))
    assert [(s.calls, s.cut_off) for s in journal.spent()] == [(1, 0)]


def test_a_refused_call_leaves_nothing(tmp_path: Path) -> None:
    with OpenAIServer([Said(status=401, message="no")]) as server:
        llm = model(server, tmp_path)
        with pytest.raises(Exception, match="HTTP 401"):
            llm.reply(prompt())
    assert Journal(tmp_path / "journal.db").spent() == []


def test_secrets_are_not_in_the_journal(tmp_path: Path) -> None:
    with OpenAIServer([Said({"name": "red"})]) as server:
        model(server, tmp_path).reply(prompt())
        address = server.url
    assert server.requests[0].headers["authorization"].endswith(KEY)
    held = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"Which?" in held
    assert KEY.encode() not in held
    assert address.encode() not in held


def exported(home: Path, to: Path) -> Path:
    to.write_text("".join(json.dumps(line) + "\n" for line in Journal(home / "journal.db").export()), "utf-8")
    return to


def test_an_exported_journal_answers_alone_and_fails_on_a_miss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with OpenAIServer([{"name": "rot, grün"}]) as server:
        said = model(server, tmp_path).reply(prompt())
    monkeypatch.delenv("OPENAI_API_KEY")
    for recording in (exported(tmp_path, tmp_path / "calls.jsonl"), tmp_path / "journal.db"):
        settings = Settings(home=str(tmp_path / "elsewhere"), llm_model="openai:gpt-4o")
        replayed = open_model(settings, replay=recording)
        assert replayed is not None
        assert replayed.reply(prompt()).text == said.text
        with pytest.raises(NotRecorded, match="holds no answer of openai:gpt-4o"):
            replayed.reply(prompt("Something else?"))
    assert not (tmp_path / "elsewhere").exists()
    assert len(server.requests) == 1


@pytest.mark.parametrize("content", ["", "not json", '{"key": 1}', "[1]"])
def test_what_is_no_journal_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "calls.jsonl"
    path.write_text(content)
    settings = Settings(home=str(tmp_path), llm_model="openai:gpt-4o")
    if content == "":
        assert open_model(settings, replay=path) is not None  # a journal without calls
        return
    with pytest.raises(InputError, match="is no journal"):
        open_model(settings, replay=path)


def test_a_database_that_is_no_journal_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "graph.db") as db:
        db.execute("CREATE TABLE documents (id)")
    settings = Settings(home=str(tmp_path), llm_model="openai:gpt-4o")
    with pytest.raises(InputError, match="but no journal"):
        open_model(settings, replay=tmp_path / "graph.db")
    with pytest.raises(InputError, match="can not be read"):
        open_model(settings, replay=tmp_path / "nothing")


def test_pruning_forgets_by_model_and_age(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db")
    for key, name in (("a", "m1"), ("b", "m2")):
        journal.sent(key, name, prompt())
        journal.answer(key, Reply("{}"))
    assert journal.prune(days=1) == 0
    assert journal.prune(model="m1") == 1
    assert [journal.recall(key) is None for key in "ab"] == [True, False]
    assert journal.prune() == 1
    assert list(journal.export()) == []


def test_a_journal_that_is_not_there_is_empty(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "none" / "journal.db")
    assert (journal.spent(), list(journal.export()), journal.recall("k"), journal.prune()) == ([], [], None, 0)
    assert not (tmp_path / "none").exists()


def test_a_damaged_journal_says_so(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_bytes(b"SQLite format 3\x00" + b"\xff" * 5000)
    with pytest.raises(StoreCorrupt, match=r"journal\.db is damaged"):
        Journal(tmp_path / "journal.db").recall("k")


def test_experience_compares_what_was_counted_with_what_was_billed(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db")
    for n in range(3):
        asked = prompt(f"one two three {n}")  # four words are four tokens
        journal.sent(str(n), "m", asked)
        journal.answer(str(n), Reply("{}", usage=Usage(1, 100, 40)))
        time.sleep(0.001)
    found = journal.experience("m", "test")
    assert found.calls == 3
    assert found.written_per_text == 10
    assert 1 < found.read_per_counted < 4
    assert journal.experience("m", "another").calls == 0
