"""What every test may ask for, and what holds for all of them.

Sockets reach no further than loopback (`pyproject.toml`); no test sees the settings of whoever runs it.
"""

import os
from pathlib import Path

import pytest

_OWN = ("HOPTRACE_HOME", "LLM_MODEL", "EMBEDDING_MODEL", "SPACY_MODEL")
_PROVIDERS = ("OPENAI_", "ANTHROPIC_", "OLLAMA_")
_KEPT = {"HOPTRACE_REQUIRE_NEO4J"}
"""Read by the tests themselves, as `NEO4J_URI` and `NEO4J_HOME` are: where to find a server."""

# No model is looked for on a hub, and none is counted as downloaded: what tests need comes in packages.
os.environ["HF_HUB_OFFLINE"] = "1"


@pytest.fixture(autouse=True)
def _settings_of_nobody(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Unset what would change a result, and leave the folder whose `.env` and `.hoptrace` are somebody's."""
    for name in list(os.environ):
        if name in _OWN or name.startswith(_PROVIDERS):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path_factory.mktemp("cwd"))


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder of the checkout."""
    return Path(__file__).parents[1]
