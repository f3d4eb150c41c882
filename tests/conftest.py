"""What every test may ask for, and what holds for all of them.

Sockets reach no further than loopback (`pyproject.toml`); no test sees the settings of whoever runs it.
"""

import os
from pathlib import Path

import pytest

_OWN = ("HOPTRACE_HOME", "HOPTRACE_DEMO_UI", "LLM_MODEL", "EMBEDDING_MODEL", "SPACY_MODEL")
_PROVIDERS = ("OPENAI_", "ANTHROPIC_", "OLLAMA_")
_SERVER = ("NEO4J_URI", "NEO4J_USERNAME", "NEO4J_USER", "NEO4J_PASSWORD", "NEO4J_DATABASE")

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
