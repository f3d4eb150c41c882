"""Models behind a server, through pydantic-ai: any provider that it knows, and any server that speaks the OpenAI protocol.

A model is held to the schema by what it can do: the provider's own JSON schema mode (decoding constrained by Ollama, vLLM, LM
Studio, OpenAI and others), else a tool whose arguments the schema describes, else by asking for it. A server that refuses one way
is tried the next.
"""

import json
import os
import warnings
from collections.abc import Sequence
from typing import Any, Literal, cast

from pydantic_ai.direct import model_request
from pydantic_ai.exceptions import (
    AgentRunError,
    ModelAPIError,
    ModelConnectionError,
    ModelHTTPError,
    ModelRateLimitError,
    ModelRequestTimeout,
    ModelServerError,
    ModelUnavailableError,
)
from pydantic_ai.messages import ModelMessage, ModelRequest, ModelResponse, TextPart, ToolCallPart, UserPromptPart
from pydantic_ai.models import Model, ModelRequestParameters, infer_model
from pydantic_ai.output import OutputObjectDefinition
from pydantic_ai.providers import Provider, infer_provider
from pydantic_ai.settings import ModelSettings
from pydantic_ai.tools import ToolDefinition

from graph_builder.errors import (
    ModelError,
    ModelRefused,
    ModelThrottled,
    ModelUnavailable,
    PromptRefused,
    SettingsError,
)
from graph_builder.llm import Prompt, Reply, Usage
from graph_builder.llm.journal import key_of
from graph_builder.llm.secrets import shown
from graph_builder.settings import Settings

Mode = Literal["native", "tool", "prompted"]
_MODES: tuple[Mode, ...] = ("native", "tool", "prompted")
_TOOL = "record"
_UNSUPPORTED = (400, 415, 422, 501)
"""How servers say that they do not know a way of holding a model to a schema."""
_OUR_FAULT = (401, 402, 403, 404)
_PASSING = (ModelRateLimitError, ModelUnavailableError, ModelServerError)


def open_provider(settings: Settings) -> "Hosted":
    """The model that the settings name.

    Raises
    ------
    SettingsError
        There is no such provider, its package is not installed, or its key is not set.
    """
    try:
        return Hosted(_model(settings), settings)
    except Exception as error:  # each provider's package has errors of its own, as for a key that is set and empty
        said = shown(error).partition(" To try Pydantic AI")[0]  # what follows is advice for its programmers
        raise SettingsError(f'LLM_MODEL is "{settings.llm_model}": {said}') from error


class Hosted:
    """One model of one provider."""

    def __init__(self, model: Model, settings: Settings) -> None:
        self._model = model
        self._settings = settings
        self._ways: Sequence[Mode] = _ways(model, settings.llm_output)
        self._proved = False

    async def ask(self, prompt: Prompt) -> Reply:
        """As `Provider.ask`."""
        try:
            response = await self._request(prompt)
        except AgentRunError as error:
            # `from None`: the cause holds request headers and the server's words, in which the key may stand.
            raise self._translated(error) from None
        return _reply(response)

    async def _request(self, prompt: Prompt) -> ModelResponse:
        """The answer in the first way that the server takes; which one that is, is found out once."""
        refused: ModelHTTPError | None = None
        for way in self._ways:
            try:
                response = await self._request_by(way, prompt)
            except ModelHTTPError as error:
                if self._proved or error.status_code not in _UNSUPPORTED:
                    raise
                refused = refused or error
                continue
            if not self._proved:
                self._ways, self._proved = (way,), True
            return response
        assert refused is not None  # noqa: S101  # there is always a way, and each was refused
        raise refused

    async def _request_by(self, way: Mode, prompt: Prompt) -> ModelResponse:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a reasoning model takes no temperature
            return await model_request(
                self._model,
                _messages(prompt),
                model_settings=self._asked(prompt, way),
                model_request_parameters=_held(prompt, way),
            )

    def _asked(self, prompt: Prompt, way: Mode) -> ModelSettings:
        # The provider's library must not retry beneath the gateway, which would multiply the attempts. A server that knows
        # idempotency keys answers a call that was cut off without billing it again.
        key = key_of(self._settings.llm_model, prompt, max_tokens=self._settings.llm_max_tokens)
        asked = ModelSettings(
            timeout=self._settings.llm_timeout,
            temperature=0.0,
            max_retries=0,
            cache={"messages": False},
            extra_headers={"Idempotency-Key": f"{key}-{way}"},
        )
        if self._settings.llm_max_tokens:
            asked["max_tokens"] = self._settings.llm_max_tokens
        return asked

    def _translated(self, error: AgentRunError) -> ModelError:
        name, after = self._settings.llm_model, getattr(error, "retry_after", None)
        if isinstance(error, ModelRequestTimeout) or _timed_out(error):
            return ModelUnavailable(f"{name} did not answer within {self._settings.llm_timeout:g} s (LLM_TIMEOUT)")
        if isinstance(error, ModelConnectionError):
            return ModelUnavailable(f"{name} can not be reached: {shown(error)}. Is the server there, and its address right?")
        if not isinstance(error, ModelAPIError):
            return ModelUnavailable(f"{name} did not answer in its protocol: {shown(error)}")
        status = error.status_code if isinstance(error, ModelHTTPError) else None
        said = f"{name} refused{f' (HTTP {status})' if status else ''}: {_said(error)}"
        if isinstance(error, ModelRateLimitError):
            return ModelThrottled(said, after)
        if isinstance(error, _PASSING) or status is None:
            return ModelUnavailable(said, after)
        return ModelRefused(said) if status in _OUR_FAULT else PromptRefused(said)


def _model(settings: Settings) -> Model:
    provider, _, model = settings.llm_model.partition(":")
    if provider in {"openai", "openai-chat"} and settings.llm_base_url:
        # Servers that are not OpenAI's speak its older chat protocol; "openai:" alone means the newer one.
        return infer_model(f"openai-chat:{model}", lambda _: _openai_at(settings.llm_base_url))
    return infer_model(settings.llm_model, infer_provider)


def _openai_at(url: str) -> Provider[Any]:
    from pydantic_ai.providers.openai import OpenAIProvider  # noqa: PLC0415  # needs the openai package

    # A key that is set and empty, as Compose hands on one that .env lacks, is none: a server of one's own may need none.
    return OpenAIProvider(base_url=url, api_key=os.environ.get("OPENAI_API_KEY") or "none")


def _ways(model: Model, chosen: str) -> Sequence[Mode]:
    """The ways to hold a model to a schema that may work, best first."""
    if chosen:
        return (cast(Mode, chosen),)
    profile = model.profile
    able = {"native": profile.get("supports_json_schema_output", False), "tool": profile.get("supports_tools", True)}
    return [mode for mode in _MODES if able.get(mode, True)]


def _messages(prompt: Prompt) -> list[ModelMessage]:
    """The turns as messages, the instructions before all."""
    said: list[ModelMessage] = []
    for n, turn in enumerate(prompt.turns):
        user = n % 2 == 0
        said.append(
            ModelRequest(parts=[UserPromptPart(turn)], instructions=prompt.instructions)
            if user
            else ModelResponse(parts=[TextPart(turn)])
        )
    return said


def _held(prompt: Prompt, way: Mode) -> ModelRequestParameters:
    schema = prompt.schema.model_json_schema()
    if way == "tool":
        tool = ToolDefinition(name=_TOOL, parameters_json_schema=schema, description="Give the answer.", kind="output")
        return ModelRequestParameters(output_mode="tool", output_tools=[tool], allow_text_output=False)
    wanted = OutputObjectDefinition(json_schema=schema, name=_TOOL)
    return ModelRequestParameters(output_mode=way, output_object=wanted)


def _reply(response: ModelResponse) -> Reply:
    """The text of an answer; where it calls the tool, that is the call's arguments."""
    calls = [part.args for part in response.parts if isinstance(part, ToolCallPart)]
    texts = [part.content for part in response.parts if isinstance(part, TextPart)]
    said = calls[0] if calls else "".join(texts)
    used = response.usage
    usage = Usage(1, used.input_tokens, used.output_tokens, None, used.cache_read_tokens)
    return Reply(
        said if isinstance(said, str) else json.dumps(said or {}, ensure_ascii=False),
        truncated=response.finish_reason == "length",
        refusal=_refusal(response),
        usage=usage,
    )


def _refusal(response: ModelResponse) -> str:
    details = response.provider_details or {}
    if said := details.get("refusal"):
        return shown(said)
    return "the provider's content filter" if response.finish_reason == "content_filter" else ""


def _timed_out(error: BaseException) -> bool:
    return isinstance(error, ModelConnectionError) and "timed out" in str(error).lower()


def _said(error: ModelAPIError) -> str:
    """The message in the body of a refusal, where it has one."""
    body = error.body
    message = body.get("message") if isinstance(body, dict) else None
    return shown(message or error)
