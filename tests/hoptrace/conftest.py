from pathlib import Path

import pytest

from tests.hoptrace.small_graph import build


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a small graph; tests only read it."""
    return build(tmp_path_factory.mktemp("small"))
