"""The language model behind `LLM_MODEL`, through pydantic-ai: any provider, structured output, and no more."""

import asyncio
import os
import random
import re
import threading
from collections.abc import Coroutine, Sequence
from functools import cache
from typing import Any, TypeVar

from pydantic_ai import Agent
from pydantic_ai.exceptions import (
    AgentRunError,
    ModelAPIError,
    ModelConnectionError,
    ModelHTTPError,
    ModelRateLimitError,
    ModelRequestTimeout,
    ModelServerError,
    ModelUnavailableError,
    UserError,
)
from pydantic_ai.messages import ModelMessage, ModelResponse
from pydantic_ai.models import Model, ModelRequestParameters, infer_model
from pydantic_ai.models.wrapper import WrapperModel
from pydantic_ai.providers import Provider, infer_provider
from pydantic_ai.settings import ModelSettings
from pydantic_ai.usage import RunUsage

from graph_builder.errors import ModelError, ModelOutputError, ModelUnavailable, SettingsError
from graph_builder.llm import Schema, Usage
from graph_builder.settings import Settings

ATTEMPTS = 4
FIRST_PAUSE = 0.5
"""Seconds before the second attempt; doubled for each further one, and blurred so that workers do not knock in step."""
LONGEST_PAUSE = 60.0
"""Seconds. A server that asks for more (`Retry-After`) is not waited for: its message says how long."""
CORRECTIONS = 2
"""How often the model is told what is wrong with its answer."""

_PASSING = (ModelRateLimitError, ModelUnavailableError, ModelServerError, ModelConnectionError, ModelRequestTimeout)
_SECRET = re.compile(r"key|token|secret|password", re.IGNORECASE)
_SHORTEST_SECRET = 8
_SHOWN = 300

Result = TypeVar("Result")


class Gateway:
    """A model with a count of what it was asked."""

    def __init__(self, name: str, model: Model, *, timeout: float, parent: "Gateway | None" = None) -> None:
        self.name = name
        self._model = model
        self._timeout = timeout
        self._parent = parent
        self._usage = Usage()
        self._counting = threading.Lock()

    def __repr__(self) -> str:
        return f"Gateway({self.name!r})"

    @classmethod
    def open(cls, settings: Settings, *, timeout: float) -> "Gateway":
        """The model of the settings.

        Raises
        ------
        SettingsError
            There is no such provider, its package is not installed, or its key is not set.
        """
        try:
            return cls(settings.llm_model, _Patient(_model(settings)), timeout=timeout)
        except (UserError, ImportError) as error:
            raise SettingsError(f'LLM_MODEL is "{settings.llm_model}": {_shown(error)}') from error

    @property
    def usage(self) -> Usage:
        """What was asked through this object and those metered from it."""
        return self._usage

    def metered(self) -> "Gateway":
        """The same model with a count of its own; this one counts on."""
        return Gateway(self.name, self._model, timeout=self._timeout, parent=self)

    def complete(self, schema: type[Schema], *, instructions: str, prompt: str) -> Schema:
        """As `LanguageModel.complete`."""
        agent = Agent(self._model, output_type=schema, instructions=instructions, retries={"output": CORRECTIONS})
        # `max_retries`: the provider's library must not retry beneath `_Patient`, which would multiply the attempts.
        asked = ModelSettings(timeout=self._timeout, max_retries=0)
        spent = RunUsage()
        try:
            return _on_loop(agent.run(prompt, model_settings=asked, usage=spent)).output
        except AgentRunError as error:
            # `from None`: the cause holds request headers and the server's words, in which the key may stand.
            raise self._translated(error) from None
        finally:
            self._count(spent)

    def _count(self, spent: RunUsage) -> None:
        unknown = spent.cost is None and spent.requests > 0
        dollars = None if unknown else float(spent.cost or 0)
        used = Usage(spent.requests, spent.input_tokens, spent.output_tokens, dollars)
        counter: Gateway | None = self
        while counter is not None:
            with counter._counting:
                counter._usage += used
            counter = counter._parent

    def _translated(self, error: AgentRunError) -> ModelError:
        if isinstance(error, ModelRequestTimeout) or _timed_out(error):
            return ModelUnavailable(f"{self.name} did not answer within {self._timeout:g} s, {ATTEMPTS} times")
        if isinstance(error, ModelConnectionError):
            return ModelUnavailable(
                f"{self.name} can not be reached: {_shown(error)}. Is the server there, and its address right?"
            )
        if isinstance(error, ModelAPIError):
            status = f" (HTTP {error.status_code})" if isinstance(error, ModelHTTPError) else ""
            wait = f"; it asks to wait {error.retry_after:g} s" if error.retry_after else ""
            return ModelUnavailable(f"{self.name} refused{status}: {_said(error)}{wait}")
        return ModelOutputError(f"{self.name} did not answer in the schema: {_shown(error)}")


class _Patient(WrapperModel):
    """Asks again when the failure may pass: 429, 5xx, a broken connection, no answer in time."""

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        for attempt in range(1, ATTEMPTS):
            try:
                return await super().request(messages, model_settings, model_request_parameters)
            except _PASSING as error:
                pause = _pause(attempt, getattr(error, "retry_after", None))
                if pause > LONGEST_PAUSE:
                    raise
                await asyncio.sleep(pause)
        return await super().request(messages, model_settings, model_request_parameters)


def _pause(attempt: int, asked: float | None) -> float:
    """Seconds to wait after the ``attempt``-th failure: doubling, blurred, and never less than the server asks."""
    blurred = FIRST_PAUSE * float(2 ** (attempt - 1)) * random.uniform(0.5, 1.5)
    return max(blurred, asked or 0.0)


def _model(settings: Settings) -> Model:
    provider, _, model = settings.llm_model.partition(":")
    if provider in {"openai", "openai-chat"} and settings.llm_base_url:
        # Servers that are not OpenAI's speak its older chat protocol; "openai:" alone means the newer one.
        return infer_model(f"openai-chat:{model}", lambda _: _openai_at(settings.llm_base_url))
    return infer_model(settings.llm_model, infer_provider)


def _openai_at(url: str) -> Provider[Any]:
    from pydantic_ai.providers.openai import OpenAIProvider  # noqa: PLC0415  # needs the openai package

    return OpenAIProvider(base_url=url)


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """The one loop on which all requests run: connections that are kept alive belong to the loop that opened them."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="language model", daemon=True).start()
    return loop


def _on_loop(work: Coroutine[Any, Any, Result]) -> Result:
    future = asyncio.run_coroutine_threadsafe(work, _loop())
    try:
        return future.result()
    finally:
        future.cancel()  # Ctrl-C while waiting; does nothing to what is done


def _timed_out(error: BaseException) -> bool:
    return isinstance(error, ModelConnectionError) and "timed out" in str(error).lower()


def _said(error: ModelAPIError) -> str:
    """The message in the body of a refusal, where it has one."""
    body = error.body
    message = body.get("message") if isinstance(body, dict) else None
    return _shown(message or error)


def _shown(message: object) -> str:
    """One short line without secrets."""
    line = " ".join(str(message).split())
    for secret in _secrets():
        line = line.replace(secret, "***")
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"


def _secrets() -> Sequence[str]:
    values = (value for name, value in os.environ.items() if _SECRET.search(name))
    return sorted({v for v in values if len(v) >= _SHORTEST_SECRET}, key=len, reverse=True)
