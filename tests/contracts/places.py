"""Where stores under test lie, and how tests fill and ask them."""

import shutil
from collections.abc import Sequence
from dataclasses import asdict
from itertools import count
from pathlib import Path

import neo4j

from graph_builder import registry, stores
from graph_builder.model import Contribution
from graph_builder.settings import Settings
from graph_builder.stores import Store
from tests.contracts.contributions import DIM, MODEL, Name, corpus
from tests.neo4j_server import NoServer, Server


def written(store: Store, contributions: Sequence[Contribution]) -> Sequence[Contribution]:
    """The contributions, after they were written."""
    for each in contributions:
        store.write(each)
    return contributions


def entity(store: Store, name: Name) -> str:
    """The id of the only entity with that name."""
    (id_,) = store.entities_named([name.text])[name.text]
    return id_


def names(store: Store, ids: Sequence[str]) -> list[str]:
    """The names of entities, in the order of their ids."""
    found = store.fetch_entities(ids)
    return [found[id_].name for id_ in ids]


def named_in(store: Store, chunk_id: str) -> set[str]:
    """The ids of the entities that a chunk mentions."""
    return {named.entity_id for named in store.mentions([chunk_id])[chunk_id]}


def rows(store: Store) -> list[tuple[str, ...]]:
    """The content, in an order in which two stores can be compared."""
    return sorted(store.rows())


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
        """Close what is open and forget all that was written."""
        self.close()
        self._filled = False
        self._wipe()

    def _wipe(self) -> None:
        raise NotImplementedError

    def fresh(self) -> Store:
        """An empty store; those opened before are closed."""
        self.empty()
        return self.open()

    def filled(self) -> Store:
        """A store with `corpus`, for who only reads: written once, and not again until it has to be emptied for another."""
        if not self._filled:
            store = self.fresh()
            written(store, corpus())
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

    def _wipe(self) -> None:
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

    def plan(self, statement: str) -> list[str]:
        """The operators of the statement's plan."""
        summary = self._driver.execute_query(f"EXPLAIN {statement}", database_=self._server.database or None).summary  # type: ignore[arg-type]
        waiting, operators = [summary.plan], []
        while waiting:
            step = waiting.pop() or {}
            operators.append(step["operatorType"].partition("@")[0])
            waiting += step.get("children", [])
        return operators

    def last_written(self) -> frozenset[str]:
        """The mark of the last transaction that wrote something: a bookmark, which reading leaves as it is."""
        with self._driver.session(database=self._server.database or None) as session:
            session.run("RETURN 1").consume()
            return session.last_bookmarks().raw_values

    def _wipe(self) -> None:
        self.run("MATCH (n) WHERE NOT n:Hoptrace DETACH DELETE n")
        kept = self.run("MATCH (m:Hoptrace {dim: $dim}) SET m = $meta RETURN m", dim=DIM, meta=self._meta)
        if not kept:  # a test took it away, or made a graph of another dimension: the next to open makes it anew
            self.run("MATCH (n) DETACH DELETE n")

    def leave(self) -> None:
        """Close the driver too."""
        self.close()
        self._driver.close()
