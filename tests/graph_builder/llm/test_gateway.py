"""The gateway against a real HTTP server: what is asked, what is retried, what is said when it fails."""

import socket
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import BaseModel

from graph_builder.errors import ModelOutputError, ModelRefused, ModelUnavailable, PromptRefused, SettingsError
from graph_builder.llm import LanguageModel, Usage, gateway, open_model
from graph_builder.llm.answering import complete
from graph_builder.settings import Settings
from tests.openai_server import Asked, OpenAIServer, Reply

KEY = "sk-very-secret-0123456789"


class Colour(BaseModel):
    """What the tests ask for."""

    name: str
    level: int


RED = {"name": "red", "level": 3}


@pytest.fixture(autouse=True)
def _keyed_and_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setattr(gateway, "FIRST_PAUSE", 0.01)


@pytest.fixture
def home(tmp_path: Path) -> str:
    return str(tmp_path / "home")


def opened(server: OpenAIServer, home: str, *, model: str = "openai:scripted", **settings: object) -> LanguageModel:
    found = open_model(Settings(home=home, llm_model=model, llm_base_url=server.url, **{"llm_timeout": 5.0} | settings))
    assert found is not None
    return found


def ask(llm: LanguageModel, prompt: str = "Which colour?") -> Colour:
    return complete(llm, Colour, instructions="Name a colour.", prompt=prompt, purpose="test")


def test_no_model_is_none() -> None:
    assert open_model(Settings()) is None


def test_an_answer_is_an_instance_of_the_schema_and_is_counted(home: str) -> None:
    with OpenAIServer([RED]) as server:
        llm = opened(server, home)
        assert ask(llm) == Colour(name="red", level=3)
    asked = server.requests[0]
    assert (asked.prompt, asked.instructions) == ("Which colour?", "Name a colour.")
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert llm.usage == Usage(calls=1, input_tokens=100, output_tokens=10, dollars=None)
    assert llm.name == "openai:scripted"


def test_a_known_model_has_a_price(home: str) -> None:
    with OpenAIServer([RED]) as server:
        llm = opened(server, home, model="openai:gpt-4o")
        ask(llm)
    # 2.50 dollars for a million tokens read, 10 for a million written: the published price of gpt-4o.
    assert llm.usage.dollars == pytest.approx(100 * 2.5e-6 + 10 * 10e-6)


def test_a_meter_counts_its_own_calls_and_the_model_counts_all(home: str) -> None:
    with OpenAIServer([RED]) as server:
        llm = opened(server, home)
        first, second = llm.metered(), llm.metered()
        ask(first, "One?")
        ask(second, "Two?")
        ask(second, "Three?")
    assert [m.usage.calls for m in (first, second, llm)] == [1, 2, 3]
    assert llm.usage.input_tokens == 300


def test_threads_share_a_model(home: str) -> None:
    all_there = threading.Barrier(8)

    def script(_: Asked) -> object:
        all_there.wait(20)  # one after the other would break it
        return RED

    with OpenAIServer(script) as server:
        llm = opened(server, home)
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda n: ask(llm, f"Colour {n}?"), range(8)))
    assert found == [Colour(name="red", level=3)] * 8
    assert {asked.prompt for asked in server.requests} == {f"Colour {n}?" for n in range(8)}


@pytest.mark.parametrize("failure", [Reply(status=429), Reply(status=500), Reply(status=503), Reply(drop=True)])
def test_a_failure_that_passes_is_asked_again(home: str, failure: Reply) -> None:
    with OpenAIServer([failure, failure, RED]) as server:
        llm = opened(server, home)
        assert ask(llm).name == "red"
    assert len(server.requests) == 3
    assert llm.usage.calls == 1


def test_retry_after_is_waited_for(home: str) -> None:
    with OpenAIServer([Reply(status=429, headers={"Retry-After": "1"}), RED]) as server:
        start = time.perf_counter()
        ask(opened(server, home))
    assert time.perf_counter() - start >= 1.0


def test_a_wait_that_is_too_long_is_told_instead(home: str) -> None:
    with (
        OpenAIServer([Reply(status=429, headers={"Retry-After": "3600"})]) as server,
        pytest.raises(ModelUnavailable, match=r"refused \(HTTP 429\).*wait 3600 s"),
    ):
        ask(opened(server, home))
    assert len(server.requests) == 1


def test_a_lasting_failure_ends_after_the_attempts(home: str) -> None:
    with (
        OpenAIServer([Reply(status=503, message="no capacity")]) as server,
        pytest.raises(ModelUnavailable, match=r"openai:scripted refused \(HTTP 503\): no capacity"),
    ):
        ask(opened(server, home))
    assert len(server.requests) == gateway.ATTEMPTS


@pytest.mark.parametrize("status", [401, 402, 403, 404])
def test_a_refusal_is_not_asked_again(home: str, status: int) -> None:
    with (
        OpenAIServer([Reply(status=status, message="not for you")]) as server,
        pytest.raises(ModelRefused, match=rf"HTTP {status}\): not for you"),
    ):
        ask(opened(server, home))
    assert len(server.requests) == 1


def test_a_server_that_knows_no_schemas_is_asked_for_a_tool_call_and_then_plainly(home: str) -> None:
    def choosy(asked: Asked) -> Reply:
        able = asked.body.get("response_format", {}).get("type") != "json_schema" and not asked.body.get("tools")
        return Reply(RED) if able else Reply(status=400, message="schemas and tools are unknown here")

    with OpenAIServer(choosy) as server:
        llm = opened(server, home)
        assert ask(llm, "One?").name == ask(llm, "Two?").name == "red"
    assert len(server.requests) == 4  # two refused, then it is known
    assert '"level"' in server.requests[-1].instructions


def test_a_prompt_that_is_refused_is_told_as_such(home: str) -> None:
    def strict(asked: Asked) -> object:
        return Reply(status=400, message="context too long") if "Two" in asked.prompt else RED

    with OpenAIServer(strict) as server:
        llm = opened(server, home)
        ask(llm, "One?")
        with pytest.raises(PromptRefused, match="context too long"):
            ask(llm, "Two?")
    assert len(server.requests) == 2


def test_silence_is_a_timeout(home: str) -> None:
    with OpenAIServer([Reply(RED, seconds=60)]) as server:
        start = time.perf_counter()
        with pytest.raises(ModelUnavailable, match=r"did not answer within 0\.1 s"):
            ask(opened(server, home, llm_timeout=0.1))
    assert time.perf_counter() - start < 30


def test_nobody_there_says_so() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    llm = open_model(Settings(llm_model="openai:x", llm_base_url=f"http://127.0.0.1:{port}/v1"))
    assert llm is not None
    with pytest.raises(ModelUnavailable, match="can not be reached"):
        ask(llm)


def test_a_wrong_answer_is_corrected(home: str) -> None:
    with OpenAIServer([{"name": "red"}, Reply(text='{"name": "red", "level":'), RED]) as server:
        llm = opened(server, home)
        assert ask(llm).level == 3
    assert "level" in server.requests[1].prompt
    assert llm.usage.calls == 3


@pytest.mark.parametrize(
    "reply",
    [
        {"name": "red"},
        {"name": "red", "level": "very"},
        Reply(text="Red, I would say."),
        Reply(RED, cut=10),
        Reply(text=""),
    ],
)
def test_an_answer_outside_the_schema_is_an_output_error(home: str, reply: object) -> None:
    with OpenAIServer([reply]) as server:
        llm = opened(server, home)
        with pytest.raises(ModelOutputError, match="openai:scripted did not answer in the schema"):
            ask(llm)
    assert llm.usage.input_tokens == 100 * llm.usage.calls > 0


@pytest.mark.parametrize("raw", [b"<html>gateway</html>", b'{"choices": []}', b'{"id": 3'])
def test_what_is_no_completion_is_a_model_error(home: str, raw: bytes) -> None:
    with OpenAIServer([Reply(raw=raw)]) as server, pytest.raises((ModelOutputError, ModelUnavailable)):
        ask(opened(server, home))


def test_the_key_is_in_no_message_and_no_repr(home: str) -> None:
    with OpenAIServer([Reply(status=401, message=f"Incorrect API key provided: {KEY}")]) as server:
        llm = opened(server, home)
        with pytest.raises(ModelRefused, match=r"Incorrect API key provided: \*\*\*") as raised:
            ask(llm)
    assert KEY not in "".join(traceback.format_exception(raised.value)) + repr(llm)


def test_a_server_without_keys_needs_none(home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    with OpenAIServer([RED]) as server:
        assert ask(opened(server, home)).name == "red"


@pytest.mark.parametrize("model", ["openai:gpt-5-mini", "nobody:x", "anthropic:claude-sonnet-4-5"])
def test_a_model_that_can_not_be_opened_is_a_setting_error(monkeypatch: pytest.MonkeyPatch, model: str) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(SettingsError, match=f'LLM_MODEL is "{model}"'):
        open_model(Settings(llm_model=model))
