"""The journal: nothing is asked twice, nothing secret is kept, what is exported answers alone."""

import json
import os
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import BaseModel

from graph_builder.errors import InputError, ModelUnavailable, NotRecorded, StoreCorrupt
from graph_builder.llm import LanguageModel, Prompt, Reply, Usage, gateway, open_model
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
    journal.answer("k", "openai:x", prompt(), Reply("{}", usage=Usage(1, 10, 1)))
    assert [(s.calls, s.cut_off) for s in journal.spent()] == [(1, 0)]


def test_a_refused_call_leaves_nothing(tmp_path: Path) -> None:
    with OpenAIServer([Said(status=401, message="no")]) as server:
        llm = model(server, tmp_path)
        with pytest.raises(Exception, match="HTTP 401"):
            llm.reply(prompt())
    assert Journal(tmp_path / "journal.db").spent() == []


def test_an_answer_that_another_took_out_of_the_journal_is_kept(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db")
    journal.sent("k", "m", prompt())
    journal.prune()
    journal.answer("k", "m", prompt(), Reply("first", usage=Usage(1, 10, 1, 0.5)))
    journal.answer("k", "m", prompt(), Reply("second", usage=Usage(1, 10, 1, 0.5)))  # paid for twice: both are on the bill
    found = journal.recall("k")
    assert found is not None
    assert found.text == "first"
    assert [(s.calls, s.dollars) for s in journal.spent()] == [(2, 1.0)]


def test_what_another_process_is_asking_is_waited_for(tmp_path: Path) -> None:
    """The other process is played by its row: a process that lives, and answers after a while."""
    settings = Settings(llm_model="openai:gpt-4o")
    journal, key = Journal(tmp_path / "journal.db"), key_of("openai:gpt-4o", prompt(), max_tokens=settings.llm_max_tokens)
    journal.sent(key, "openai:gpt-4o", prompt())
    with sqlite3.connect(tmp_path / "journal.db") as db:
        db.execute("UPDATE calls SET pid = ?", (os.getppid(),))
    with OpenAIServer([{"name": "red"}]) as server, ThreadPoolExecutor(1) as pool:
        asked = pool.submit(model(server, tmp_path).reply, prompt())
        time.sleep(0.5)
        assert not asked.done()
        journal.answer(key, "openai:gpt-4o", prompt(), Reply('{"name": "blue"}'))
        assert asked.result(timeout=5).text == '{"name": "blue"}'
    assert not server.requests


def test_a_call_that_failed_keeps_nobody_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "FIRST_PAUSE", 0.01)
    with OpenAIServer([Said(status=503)]) as server, pytest.raises(ModelUnavailable):
        model(server, tmp_path).reply(prompt())
    journal = Journal(tmp_path / "journal.db")
    assert [s.cut_off for s in journal.spent()] == [1]
    with sqlite3.connect(tmp_path / "journal.db") as db:
        assert db.execute("SELECT pid FROM calls").fetchall() == [(0,)]
    with OpenAIServer([{"name": "red"}]) as server:
        assert model(server, tmp_path).reply(prompt()).text
    assert [(s.calls, s.cut_off) for s in journal.spent()] == [(1, 0)]


def test_halves_of_letters_and_echoed_keys_do_not_get_into_the_journal(tmp_path: Path) -> None:
    with OpenAIServer([Said(raw=_completion(f"half \\ud800 and {KEY}"))]) as server:
        assert model(server, tmp_path).reply(prompt()).text == "half \ufffd and ***"


def _completion(content: str) -> bytes:
    message = f'{{"role": "assistant", "content": "{content}"}}'
    usage = '"usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}'
    choice = f'{{"index": 0, "finish_reason": "stop", "message": {message}}}'
    head = '"id": "1", "object": "chat.completion", "created": 1, "model": "m"'
    return f'{{{head}, "choices": [{choice}], {usage}}}'.encode()


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


@pytest.mark.parametrize("content", ["", "not json", '{"key": 1}', "[1]", '{"key": 1, "text": null, "refusal": ""}'])
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
    (tmp_path / "bad.db").write_bytes(b"SQLite format 3\x00garbage garbage garbage")
    with pytest.raises(InputError, match="but no journal"):
        open_model(settings, replay=tmp_path / "bad.db")
    with pytest.raises(InputError, match="can not be read"):
        open_model(settings, replay=tmp_path / "nothing")


def test_pruning_forgets_by_model_and_age(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db")
    for key, name in (("a", "m1"), ("b", "m2")):
        journal.sent(key, name, prompt())
        journal.answer(key, name, prompt(), Reply("{}"))
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
        journal.answer(str(n), "m", asked, Reply("{}", usage=Usage(1, 100, 40)))
        time.sleep(0.001)
    found = journal.experience("m", "test")
    assert found.calls == 3
    assert found.written_per_text == 10
    assert 1 < found.read_per_counted < 4
    assert journal.experience("m", "another").calls == 0
