"""The language model, where there is one: a prompt and a schema in, an instance of the schema out.

Every call to a model goes through a `LanguageModel`. It is a seam: `gateway.py` is the one behind `LLM_MODEL`.
"""

from dataclasses import dataclass
from typing import Protocol, TypeVar

from pydantic import BaseModel

from graph_builder.errors import SettingsError
from graph_builder.settings import Settings

Schema = TypeVar("Schema", bound=BaseModel)

TIMEOUT = 120.0
"""Seconds that one request to a model may take."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What was asked of a model; ``dollars`` is None where the price of any call is unknown."""

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    dollars: float | None = 0.0

    def __add__(self, other: "Usage") -> "Usage":
        unknown = self.dollars is None or other.dollars is None
        return Usage(
            self.calls + other.calls,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            None if unknown else (self.dollars or 0.0) + (other.dollars or 0.0),
        )


class LanguageModel(Protocol):
    """Answers in a schema. Several threads may call it at once."""

    @property
    def name(self) -> str:
        """The model as the settings name it, such as "openai:gpt-5-mini"."""

    @property
    def usage(self) -> Usage:
        """What was asked through this object so far, and through those that `metered` made from it."""

    def metered(self) -> "LanguageModel":
        """The same model with a count of its own that begins at zero."""

    def complete(self, schema: type[Schema], *, instructions: str, prompt: str) -> Schema:
        """The model's answer to a prompt as an instance of the schema; it is counted in ``usage`` even if it fails.

        Raises
        ------
        ModelUnavailable
            It can not be reached, refuses us, or is still overloaded after the retries.
        ModelOutputError
            It answered, but not in the schema, also when told what was wrong.
        """


def open_model(settings: Settings, *, timeout: float = TIMEOUT) -> LanguageModel | None:
    """The model that `LLM_MODEL` names, or None when it names none; nothing is sent before the first prompt.

    Parameters
    ----------
    timeout
        Seconds that one request may take.

    Raises
    ------
    SettingsError
        There is no such provider, its package is not installed, or its key is not set.
    """
    if not settings.llm_model:
        return None
    try:
        from graph_builder.llm.gateway import Gateway  # noqa: PLC0415  # heavy, and an optional extra
    except ImportError as error:
        raise SettingsError(f'LLM_MODEL is set, but {error.name} is not installed: pip install "hoptrace[llm]"') from error
    return Gateway.open(settings, timeout=timeout)
