"""Every store that the folder holds, empty when a test gets it."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from itertools import count
from pathlib import Path

import neo4j
import pytest

from graph_builder import registry, stores
from graph_builder.settings import Settings
from graph_builder.stores import Store
from tests.contracts.contributions import DIM, MODEL, corpus
from tests.neo4j_server import REQUIRED, NoServer, Server, server

SKIPPED = pytest.StashKey[str]()


class Place:
    """Where stores of one kind lie; `fresh` empties it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._opened: list[Store] = []
        self._filled = False

    @property
    def settings(self) -> Settings:
        """What leads to the store."""
        raise NotImplementedError

    def empty(self) -> None:
        """Forget all that was written."""
        raise NotImplementedError

    def fresh(self) -> Store:
        """An empty store; those opened before are closed."""
        self.close()
        self.empty()
        self._filled = False
        return self.open()

    def filled(self) -> Store:
        """A store with `corpus`, for who only reads: written once, and not again until it has to be emptied for another."""
        if not self._filled:
            store = self.fresh()
            for contribution in corpus():
                store.write(contribution)
            self._filled = True
        return self._opened[0] if self._opened else self.open()

    def open(self, *, model: str = MODEL, dim: int = DIM) -> Store:
        """Another door to the same store."""
        opened = registry.load(stores, self.name, what="store")
        store: Store = opened.connect(self.settings, embedding_model=model, dim=dim)
        self._opened.append(store)
        return store

    def close(self) -> None:
        """Close whatever is open."""
        while self._opened:
            self._opened.pop().close()

    @property
    def as_json(self) -> dict[str, str]:
        """The settings for another process."""
        return {name: value for name, value in asdict(self.settings).items() if value}


class Folder(Place):
    """A folder for each store: what `sqlite`, and any store that needs no server, lies in."""

    def __init__(self, name: str, folder: Path) -> None:
        super().__init__(name)
        self._folder = folder
        self._numbers = count()
        self._home = folder

    @property
    def settings(self) -> Settings:
        return Settings(home=str(self._home))

    def empty(self) -> None:
        shutil.rmtree(self._home, ignore_errors=True)
        self._home = self._folder / str(next(self._numbers))


class Database(Place):
    """The one database of a Neo4j server; emptying it leaves the schema and the note that says what it is for."""

    def __init__(self, name: str, found: Server) -> None:
        super().__init__(name)
        self._server = found
        self._driver = found.driver()
        held = self.run("MATCH (n) WHERE NOT coalesce(n.embedding_model, '') = $model RETURN count(n) AS n", model=MODEL)
        ours = self.run("MATCH (m:Hoptrace {embedding_model: $model}) RETURN count(m) AS n", model=MODEL)
        if held[0]["n"] and not ours[0]["n"]:
            raise NoServer(f"the database at {found.uri} holds data, and tests would delete it; name an empty one")
        self.run("MATCH (n) DETACH DELETE n")
        self.open()
        self._meta = self.run("MATCH (m:Hoptrace) RETURN properties(m) AS meta")[0]["meta"]

    @property
    def settings(self) -> Settings:
        found = self._server
        return Settings(
            neo4j_uri=found.uri,
            neo4j_username=found.username,
            neo4j_password=found.password,
            neo4j_database=found.database,
        )

    def run(self, statement: str, **parameters: object) -> list[neo4j.Record]:
        """Run a statement past the store."""
        return self._driver.execute_query(statement, parameters, database_=self._server.database or None).records  # type: ignore[arg-type]

    def empty(self) -> None:
        self.run("MATCH (n) WHERE NOT n:Hoptrace DETACH DELETE n")
        self.run("MERGE (m:Hoptrace {id: $meta.id}) SET m = $meta", meta=self._meta)

    def leave(self) -> None:
        """Close the driver too."""
        self.close()
        self._driver.close()


@pytest.fixture(scope="session")
def neo4j_place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    try:
        with server(tmp_path_factory.mktemp("neo4j")) as found:
            place = Database("neo4j", found)
            yield place
            place.leave()
    except NoServer as error:
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(f"{REQUIRED}=1, and there is no Neo4j: {error}")
        request.config.stash[SKIPPED] = str(error)
        pytest.skip(f"no Neo4j: {error}")


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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if SKIPPED in config.stash:
        terminalreporter.write_sep("!", "NEO4J IS NOT TESTED: " + config.stash[SKIPPED], red=True, bold=True)
