"""Every store that the folder holds, empty or filled when a test gets it."""

from collections.abc import Iterator

import pytest

from graph_builder import registry, stores
from graph_builder.stores import Store
from tests.contracts.places import Folder, Place


@pytest.fixture(scope="session")
def sqlite_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folder]:
    place = Folder("sqlite", tmp_path_factory.mktemp("sqlite"))
    yield place
    place.close()


def _every_store() -> list[object]:
    marks = {"neo4j": [pytest.mark.neo4j]}
    return [pytest.param(name, marks=marks.get(name, [])) for name in registry.names(stores)]


@pytest.fixture(scope="session", params=_every_store())
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The place of each store in turn; a store that needs no server needs nothing written here."""
    if request.param in ("neo4j", "sqlite"):
        found: Place = request.getfixturevalue(f"{request.param}_place")
        yield found
    else:
        folder = Folder(request.param, tmp_path_factory.mktemp(request.param))
        yield folder
        folder.close()


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    """An empty store."""
    yield place.fresh()
    place.close()


@pytest.fixture
def filled(place: Place) -> Store:
    """A store with the documents of `corpus`, to be read only."""
    return place.filled()
