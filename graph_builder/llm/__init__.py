"""The language model, where there is one: a prompt with a schema in, a text that should be JSON of that schema out.

Every call goes through one `Gateway` (`gateway.py`): journal first, then budget, pace, retries, and one provider.
`answering.py` turns texts into instances of a schema; extraction reads them record by record (`salvage.py`).
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel

from graph_builder.errors import SettingsError
from graph_builder.settings import Settings


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is asked of a model.

    ``instructions`` and ``schema`` are the same for many prompts and are sent first, so that providers' prompt caches hit.
    ``turns`` are what the user and the model said, in turn; the user begins and has the last word. ``purpose`` is for the
    record of costs only.
    """

    schema: type[BaseModel]
    instructions: str
    turns: tuple[str, ...]
    purpose: str = "ask"

    @property
    def schema_json(self) -> str:
        """The schema as canonical JSON."""
        return _json(self.schema)

    def then(self, said: str, told: str) -> "Prompt":
        """The prompt after the model said something and was told something."""
        return Prompt(self.schema, self.instructions, (*self.turns, said, told), self.purpose)


@dataclass(frozen=True, slots=True)
class Usage:
    """What was asked of a model. ``dollars`` is None where the price of any call is unknown.

    ``cached_tokens`` are those of ``input_tokens`` that the provider took from its prompt cache; ``recalled`` are answers
    from the journal, which cost nothing and are not among ``calls``.
    """

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    dollars: float | None = 0.0
    cached_tokens: int = 0
    recalled: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        unknown = self.dollars is None or other.dollars is None
        return Usage(
            self.calls + other.calls,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            None if unknown else (self.dollars or 0.0) + (other.dollars or 0.0),
            self.cached_tokens + other.cached_tokens,
            self.recalled + other.recalled,
        )


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model said: ``text`` should be JSON of the prompt's schema, but may be anything.

    ``truncated``: it ended because it grew too long. ``refusal``: why the model would not answer, in its provider's words.
    """

    text: str
    truncated: bool = False
    refusal: str = ""
    usage: Usage = Usage()


class Provider(Protocol):
    """Puts one prompt to one model, once. Several calls may run at the same time on one event loop."""

    async def ask(self, prompt: Prompt) -> Reply:
        """What the model says; ``usage`` without dollars.

        Raises
        ------
        ModelUnavailable
            It can not be reached, is overloaded, too slow, or talks nonsense: asking again may help (after ``retry_after``
            seconds, if it says so).
        ModelThrottled
            It is asked too often.
        ModelRefused
            It refuses this key, account or model: asking anything again will not help.
        PromptRefused
            It refuses this prompt, such as one that is too long.
        """


class LanguageModel(Protocol):
    """Answers prompts, and counts what that costs. Several threads may call it at once."""

    @property
    def name(self) -> str:
        """The model as the settings name it, such as "openai:gpt-5-mini"."""

    @property
    def at_once(self) -> int:
        """How many prompts it is worth to put side by side."""

    @property
    def usage(self) -> Usage:
        """What was asked through this object so far, and through those that `metered` made from it."""

    def metered(self, *, most_dollars: float | None = None) -> "LanguageModel":
        """The same model with a count of its own that begins at zero, and at most so much to spend.

        Raises
        ------
        SettingsError
            There is a limit, and the model's price is not known.
        """

    def reply(self, prompt: Prompt) -> Reply:
        """What the model says: from the journal if it was asked this before, else by asking it.

        Raises
        ------
        ModelUnavailable
            It can not be reached, or is still overloaded after the retries.
        ModelRefused, PromptRefused
            As `Provider.ask`.
        BudgetReached
            The call could cost more than is left.
        NotRecorded
            Answers come from a journal alone (``replay``), and it does not hold this one.
        """

    def recorded(self, prompt: Prompt) -> bool:
        """Whether the journal holds the answer, so that asking costs nothing."""

    def stop(self) -> None:
        """Ask nothing more through this object; wait some seconds for the calls under way, so that what they cost is not lost."""


@lru_cache(maxsize=256)
def _json(schema: type[BaseModel]) -> str:
    return json.dumps(schema.model_json_schema(), sort_keys=True)


def open_model(settings: Settings, *, replay: Path | None = None, silent: bool = False) -> LanguageModel | None:
    """The model that `LLM_MODEL` names, or None when it names none; nothing is sent before the first prompt.

    Parameters
    ----------
    replay
        A journal to answer from, and from nothing else: no key is needed and nothing is sent.
    silent
        Answer from the home folder's own journal alone, likewise.

    Raises
    ------
    SettingsError
        There is no such provider, its package is not installed, or its key is not set.
    InputError
        ``replay`` is no journal.
    """
    if not settings.llm_model:
        if replay:
            raise SettingsError("a journal is replayed for the model that it was recorded with: set LLM_MODEL to its name")
        return None
    from graph_builder.llm.gateway import Gateway  # noqa: PLC0415  # not for `hoptrace --help`

    return Gateway.open(settings, replay=replay, silent=silent)
