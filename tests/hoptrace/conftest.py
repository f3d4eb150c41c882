"""What tests of the command share: a small graph to read, notes to ingest, and a host that forks commands."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.forked import Host, state
from tests.hoptrace.small_graph import build

Undisturbed = Callable[[Sequence[str]], str]
"""The fingerprint that a graph of some documents has when nothing happens to it."""

NOTES = 12


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a small graph; tests only read it."""
    return build(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="session")
def host(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """A process with everything loaded, which forks commands."""
    host = Host(repository, tmp_path_factory.mktemp("host"))
    yield host
    host.close()


@pytest.fixture(scope="session")
def notes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of short documents that share entities and relations."""
    folder = tmp_path_factory.mktemp("notes")
    for n in range(NOTES):
        text = f"# Note {n}\n\nFluconazole inhibits CYP2C9. Warfarin {n} is metabolised by CYP2C9. Dose {n} was given.\n"
        (folder / f"{n:02}.md").write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="session")
def undisturbed(host: Host, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """Builds an embedded graph of the documents for each call."""
    homes = tmp_path_factory.mktemp("undisturbed")

    def fingerprint(sources: Sequence[str]) -> str:
        environment = {"HOPTRACE_HOME": str(homes / str(len(list(homes.iterdir()))))}
        assert host.run("ingest", *sources, **environment).code == 0
        return state(host, **environment)[1]

    return fingerprint
