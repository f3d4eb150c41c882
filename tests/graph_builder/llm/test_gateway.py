"""The gateway against a real HTTP server: what is asked, what is retried, what is said when it fails."""

import socket
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import BaseModel

from graph_builder.errors import ModelOutputError, ModelUnavailable, SettingsError
from graph_builder.llm import LanguageModel, Usage, gateway, open_model
from graph_builder.settings import Settings
from tests.openai_server import OpenAIServer, Reply

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


def opened(server: OpenAIServer, *, model: str = "openai:scripted", timeout: float = 5.0) -> LanguageModel:
    found = open_model(Settings(llm_model=model, llm_base_url=server.url), timeout=timeout)
    assert found is not None
    return found


def ask(llm: LanguageModel, prompt: str = "Which colour?") -> Colour:
    return llm.complete(Colour, instructions="Name a colour.", prompt=prompt)


def test_no_model_is_none() -> None:
    assert open_model(Settings()) is None


def test_an_answer_is_an_instance_of_the_schema_and_is_counted() -> None:
    with OpenAIServer([RED]) as server:
        llm = opened(server)
        assert ask(llm) == Colour(name="red", level=3)
    asked = server.requests[0]
    assert (asked.prompt, asked.instructions) == ("Which colour?", "Name a colour.")
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert llm.usage == Usage(calls=1, input_tokens=100, output_tokens=10, dollars=None)
    assert llm.name == "openai:scripted"


def test_a_known_model_has_a_price() -> None:
    with OpenAIServer([RED]) as server:
        llm = opened(server, model="openai:gpt-4o")
        ask(llm)
    # 2.50 dollars for a million tokens read, 10 for a million written: the published price of gpt-4o.
    assert llm.usage.dollars == pytest.approx(100 * 2.5e-6 + 10 * 10e-6)


def test_a_meter_counts_its_own_calls_and_the_model_counts_all() -> None:
    with OpenAIServer([RED]) as server:
        llm = opened(server)
        first, second = llm.metered(), llm.metered()
        ask(first)
        ask(second)
        ask(second)
    assert [m.usage.calls for m in (first, second, llm)] == [1, 2, 3]
    assert llm.usage.input_tokens == 300


def test_threads_share_a_model() -> None:
    with OpenAIServer([Reply(RED, seconds=0.1)]) as server:
        llm = opened(server)
        start = time.perf_counter()
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda n: ask(llm, f"Colour {n}?"), range(8)))
    assert found == [Colour(name="red", level=3)] * 8
    assert time.perf_counter() - start < 0.6  # one after the other would be 0.8
    assert {asked.prompt for asked in server.requests} == {f"Colour {n}?" for n in range(8)}


@pytest.mark.parametrize("failure", [Reply(status=429), Reply(status=500), Reply(status=503), Reply(drop=True)])
def test_a_failure_that_passes_is_asked_again(failure: Reply) -> None:
    with OpenAIServer([failure, failure, RED]) as server:
        llm = opened(server)
        assert ask(llm).name == "red"
    assert len(server.requests) == 3
    assert llm.usage.calls == 1


def test_retry_after_is_waited_for() -> None:
    with OpenAIServer([Reply(status=429, headers={"Retry-After": "1"}), RED]) as server:
        start = time.perf_counter()
        ask(opened(server))
    assert 1.0 <= time.perf_counter() - start < 2.5


def test_a_wait_that_is_too_long_is_told_instead() -> None:
    with (
        OpenAIServer([Reply(status=429, headers={"Retry-After": "3600"})]) as server,
        pytest.raises(ModelUnavailable, match=r"refused \(HTTP 429\).*wait 3600 s"),
    ):
        ask(opened(server))
    assert len(server.requests) == 1


def test_a_lasting_failure_ends_after_the_attempts() -> None:
    with (
        OpenAIServer([Reply(status=503, message="no capacity")]) as server,
        pytest.raises(ModelUnavailable, match=r"openai:scripted refused \(HTTP 503\): no capacity"),
    ):
        ask(opened(server))
    assert len(server.requests) == gateway.ATTEMPTS


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_refusal_is_not_asked_again(status: int) -> None:
    with (
        OpenAIServer([Reply(status=status, message="not for you")]) as server,
        pytest.raises(ModelUnavailable, match=rf"HTTP {status}\): not for you"),
    ):
        ask(opened(server))
    assert len(server.requests) == 1


def test_silence_is_a_timeout() -> None:
    with OpenAIServer([Reply(RED, seconds=3)]) as server:
        start = time.perf_counter()
        with pytest.raises(ModelUnavailable, match=r"did not answer within 0\.1 s"):
            ask(opened(server, timeout=0.1))
    assert time.perf_counter() - start < 2


def test_nobody_there_says_so() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    llm = open_model(Settings(llm_model="openai:x", llm_base_url=f"http://127.0.0.1:{port}/v1"))
    assert llm is not None
    with pytest.raises(ModelUnavailable, match="can not be reached"):
        ask(llm)


def test_a_wrong_answer_is_corrected() -> None:
    with OpenAIServer([{"name": "red"}, Reply(text='{"name": "red", "level":'), RED]) as server:
        llm = opened(server)
        assert ask(llm).level == 3
    assert "level" in server.requests[1].corrections[0]
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
def test_an_answer_outside_the_schema_is_an_output_error(reply: object) -> None:
    with OpenAIServer([reply]) as server:
        llm = opened(server)
        with pytest.raises(ModelOutputError, match="openai:scripted did not answer in the schema"):
            ask(llm)
    assert llm.usage.input_tokens == 100 * llm.usage.calls > 0


@pytest.mark.parametrize("raw", [b"<html>gateway</html>", b'{"choices": []}', b'{"id": 3'])
def test_what_is_no_completion_is_a_model_error(raw: bytes) -> None:
    with OpenAIServer([Reply(raw=raw)]) as server, pytest.raises((ModelOutputError, ModelUnavailable)):
        ask(opened(server))


def test_the_key_is_in_no_message_and_no_repr() -> None:
    with OpenAIServer([Reply(status=401, message=f"Incorrect API key provided: {KEY}")]) as server:
        llm = opened(server)
        with pytest.raises(ModelUnavailable, match=r"Incorrect API key provided: \*\*\*") as raised:
            ask(llm)
    assert KEY not in "".join(traceback.format_exception(raised.value)) + repr(llm)


def test_a_server_without_keys_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    with OpenAIServer([RED]) as server:
        assert ask(opened(server)).name == "red"


@pytest.mark.parametrize("model", ["openai:gpt-5-mini", "nobody:x", "anthropic:claude-sonnet-4-5"])
def test_a_model_that_can_not_be_opened_is_a_setting_error(monkeypatch: pytest.MonkeyPatch, model: str) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(SettingsError, match=f'LLM_MODEL is "{model}"'):
        open_model(Settings(llm_model=model))
