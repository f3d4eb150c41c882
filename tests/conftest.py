"""What every test may ask for, and what holds for all of them.

Sockets reach no further than loopback (`pyproject.toml`); no test sees the settings of whoever runs it.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from tests.contracts.places import Database
from tests.neo4j_server import REQUIRED, NoServer, server

_OWN = ("HOPTRACE_HOME", "HOPTRACE_DEMO_UI", "LLM_MODEL", "EMBEDDING_MODEL", "SPACY_MODEL", "HOPTRACE_TRIPLES")
_PROVIDERS = ("OPENAI_", "ANTHROPIC_", "OLLAMA_")
_SERVER = ("NEO4J_URI", "NEO4J_USERNAME", "NEO4J_USER", "NEO4J_PASSWORD", "NEO4J_DATABASE")

_SKIPPED = pytest.StashKey[list[str]]()

# No model is looked for on a hub: what tests need comes in packages.
os.environ["HF_HUB_OFFLINE"] = "1"


@pytest.fixture(autouse=True)
def _settings_of_nobody(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Unset what would change a result, and leave the folder whose `.env` and `.hoptrace` are somebody's.

    The address of a Neo4j server stays for tests with "neo4j" in their name, file or parameters: they look for it.
    """
    unset = _OWN if "neo4j" in request.node.nodeid else (*_OWN, *_SERVER)
    for name in list(os.environ):
        if name in unset or name.startswith(_PROVIDERS):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path_factory.mktemp("cwd"))


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder of the checkout."""
    return Path(__file__).parents[1]


@pytest.fixture(scope="session")
def neo4j_place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The one server of a test run; whoever asks for it finds its database in an unknown state and empties it."""
    try:
        with server(tmp_path_factory.mktemp("neo4j")) as found:
            place = Database("neo4j", found)
            yield place
            place.leave()
    except NoServer as error:
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(f"{REQUIRED}=1, and there is no Neo4j: {error}")
        skip_loudly(request.config, f"NEO4J IS NOT TESTED: {error}")


def skip_loudly(config: pytest.Config, reason: str) -> NoReturn:
    """Skip, and say so in a line of its own at the end of the run."""
    config.stash.setdefault(_SKIPPED, []).append(reason)
    pytest.skip(reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for reason in config.stash.get(_SKIPPED, []):
        terminalreporter.write_sep("!", reason, red=True, bold=True)
