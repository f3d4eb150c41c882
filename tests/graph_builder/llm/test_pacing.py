"""Turns, money and rates, against the real server and on the loop alone."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import BaseModel

from graph_builder.errors import BudgetReached, ModelRefused, SettingsError
from graph_builder.llm import LanguageModel, Prompt, gateway, open_model
from graph_builder.llm.pacing import Pacer
from graph_builder.settings import Settings
from tests.openai_server import Asked, OpenAIServer, Reply, words

RED = {"name": "red"}


class Colour(BaseModel):
    name: str


@pytest.fixture(autouse=True)
def _keyed_and_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret-0123456789")
    monkeypatch.setattr(gateway, "FIRST_PAUSE", 0.01)


def prompts(n: int) -> list[Prompt]:
    return [Prompt(Colour, "Name a colour.", (f"Number {i}?",)) for i in range(n)]


def model(server: OpenAIServer, home: Path, name: str = "openai:gpt-4o", **more: object) -> LanguageModel:
    found = open_model(Settings(home=str(home), llm_model=name, llm_base_url=server.url, **more))
    assert found is not None
    return found


def all_at_once(llm: LanguageModel, asked: list[Prompt]) -> list[object]:
    def one(prompt: Prompt) -> object:
        try:
            return llm.reply(prompt).text
        except BudgetReached as error:
            return error

    with ThreadPoolExecutor(len(asked)) as pool:
        return list(pool.map(one, asked))


class Crowded:
    """A provider that refuses more than so many calls side by side."""

    def __init__(self, most: int) -> None:
        self.most, self.now, self.refused, self.peak = most, 0, 0, 0
        self.lock = threading.Lock()

    def __call__(self, _: Asked) -> Reply:
        with self.lock:
            if self.now >= self.most:
                self.refused += 1
                return Reply(status=429)
            self.now += 1
            self.peak = max(self.peak, self.now)
        time.sleep(0.03)
        with self.lock:
            self.now -= 1
        return Reply(RED)


def test_a_crowded_provider_is_served_at_its_own_pace(tmp_path: Path) -> None:
    crowded = Crowded(most=4)
    with OpenAIServer(crowded) as server:
        llm = model(server, tmp_path, llm_at_once=32)
        said = all_at_once(llm, prompts(120))
    assert len(said) == 120
    assert not [s for s in said if not isinstance(s, str)]
    assert crowded.refused < 120  # without adapting, 28 of every 32 are refused


def test_429_lasts_longer_than_other_failures(tmp_path: Path) -> None:
    with OpenAIServer([*[Reply(status=429)] * (gateway.ATTEMPTS + 2), RED]) as server:
        assert model(server, tmp_path).reply(prompts(1)[0]).text


def test_no_more_calls_than_allowed_run_side_by_side(tmp_path: Path) -> None:
    crowded = Crowded(most=100)
    with OpenAIServer(crowded) as server:
        all_at_once(model(server, tmp_path, llm_at_once=3), prompts(20))
    assert crowded.peak == 3


def test_the_limit_halves_once_for_a_crowd_and_grows_again() -> None:
    async def story() -> list[float]:
        pacer = Pacer(16)
        limits = []
        began = asyncio.get_running_loop().time()
        for _ in range(5):  # five calls that ran side by side
            pacer.throttled(0.0, began=began)
        limits.append(pacer.limit)
        for _ in range(100):
            pacer.passed()
        return [*limits, pacer.limit]

    assert asyncio.run(story()) == [8.0, pytest.approx(16.0, abs=0.01)]


def test_nobody_starts_while_the_provider_asks_to_wait() -> None:
    async def story() -> float:
        pacer = Pacer(4)
        loop = asyncio.get_running_loop()
        pacer.throttled(0.2, began=loop.time())
        start = loop.time()
        async with pacer.turn(1):
            return loop.time() - start

    assert asyncio.run(story()) >= 0.2


def test_a_cancelled_turn_goes_to_another() -> None:
    async def story() -> str:
        pacer = Pacer(1)
        async with pacer.turn(1):

            async def wait() -> str:
                async with pacer.turn(1):
                    return "had its turn"

            first, second = asyncio.create_task(wait()), asyncio.create_task(wait())
            await asyncio.sleep(0)
        first.cancel()  # woken, but cancelled before it ran
        return await asyncio.wait_for(second, 1)

    assert asyncio.run(story()) == "had its turn"


def test_requests_per_minute_are_held() -> None:
    async def story() -> float:
        pacer = Pacer(8, requests_per_minute=600)  # ten a second after the first 600
        loop = asyncio.get_running_loop()
        start = loop.time()
        for _ in range(603):
            async with pacer.turn(1):
                pass
        return loop.time() - start

    assert 0.2 <= asyncio.run(story()) < 2


def test_a_budget_is_not_exceeded_and_used_well(tmp_path: Path) -> None:
    with OpenAIServer([RED]) as server:  # each call reads 100 tokens and writes 10
        limited = model(server, tmp_path, llm_price="1/10", llm_max_tokens=20).metered(most_dollars=0.0025)
        said = all_at_once(limited, prompts(40))
    stopped = [s for s in said if isinstance(s, BudgetReached)]
    assert limited.usage.dollars is not None
    assert 0.0020 <= limited.usage.dollars <= 0.0025
    assert len(stopped) == 40 - limited.usage.calls
    assert "with up to 20 tokens written (LLM_MAX_TOKENS)" in str(stopped[0])


def test_a_budget_holds_though_the_first_answers_are_short(tmp_path: Path) -> None:
    """The first answer has a few tokens, the next a thousand times as many."""

    def longer(asked: Asked) -> object:
        return {"name": "red" if "Number 0?" in asked.prompt else "dark " * 1000}

    with OpenAIServer(longer, tokens=words) as server:
        limited = model(server, tmp_path, llm_price="1/10", llm_max_tokens=1500).metered(most_dollars=0.05)
        limited.reply(prompts(1)[0])
        all_at_once(limited, prompts(40))
    assert limited.usage.dollars is not None
    assert 0.02 < limited.usage.dollars <= 0.05


def test_a_part_of_a_budget_is_held_to_the_whole(tmp_path: Path) -> None:
    with OpenAIServer([RED]) as server:
        whole = model(server, tmp_path, llm_price="1/10", llm_max_tokens=20).metered(most_dollars=0.0009)
        said = all_at_once(whole.metered(), prompts(20))
    assert whole.usage.dollars is not None
    assert 0 < whole.usage.dollars <= 0.0009
    assert any(isinstance(s, BudgetReached) for s in said)


def test_a_budget_for_a_model_without_a_price_is_refused_at_once(tmp_path: Path) -> None:
    with OpenAIServer([RED]) as server:
        llm = model(server, tmp_path, "openai:scripted")
        with pytest.raises(SettingsError, match="LLM_PRICE=READ/WRITTEN"):
            llm.metered(most_dollars=1.0)
        priced = model(server, tmp_path, "openai:scripted", llm_price="1/10").metered(most_dollars=1.0)
        priced.reply(prompts(1)[0])
    assert priced.usage.dollars == pytest.approx((priced.usage.input_tokens + 10 * priced.usage.output_tokens) / 1e6)


def test_stopping_keeps_the_answers_that_are_on_their_way(tmp_path: Path) -> None:
    with OpenAIServer([Reply(RED, seconds=2)]) as server:
        llm = model(server, tmp_path)
        part = llm.metered()
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(part.reply, prompts(1)[0])
            while not server.requests:
                time.sleep(0.01)
            part.stop()
            assert llm.recorded(prompts(1)[0])
            with pytest.raises(ModelRefused, match="was stopped"):
                part.reply(prompts(2)[1])
            assert asked.result(timeout=10).text
        assert llm.reply(prompts(2)[1]).text  # others go on
