"""A real Neo4j for tests: the one that NEO4J_URI names, else one in Docker, else one started from NEO4J_HOME.

Tests empty the database that they use. They refuse one that holds anything but what tests left there.
"""

import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import neo4j
from neo4j.exceptions import Neo4jError, ServiceUnavailable

IMAGE = "neo4j:5.26-community"
REQUIRED = "HOPTRACE_REQUIRE_NEO4J"
_START_SECONDS = 120.0
_STOP_SECONDS = 20.0


class NoServer(Exception):
    """There is none to be had; the message says what was tried."""


@dataclass(frozen=True)
class Server:
    """Where a Neo4j listens, and who may enter."""

    uri: str
    password: str
    username: str = "neo4j"
    database: str = ""

    def driver(self) -> neo4j.Driver:
        """A driver of one's own, beside the store's."""
        return neo4j.GraphDatabase.driver(self.uri, auth=(self.username, self.password), notifications_min_severity="OFF")


@dataclass(frozen=True)
class Setup:
    """How a server from NEO4J_HOME is set up: memory, a folder of plug-ins, and what is done to its data before it starts."""

    heap: str = "512m"
    pages: str = "64m"
    plugins: Path | None = None
    before: Callable[[Path, Mapping[str, str]], None] = lambda _home, _environment: None


@contextmanager
def server(folder: Path) -> Iterator[Server]:
    """A server that answers; one that was started here keeps its data in ``folder`` and is stopped at the end.

    Raises
    ------
    NoServer
        None is named, no Docker engine answers, and NEO4J_HOME is not set; or the one started does not come up.
    """
    if uri := os.environ.get("NEO4J_URI"):
        names = ("NEO4J_PASSWORD", "NEO4J_USERNAME", "NEO4J_DATABASE")
        password, username, database = (os.environ.get(name, "") for name in names)
        yield Server(uri, password, username or "neo4j", database)
    elif _docker_answers():
        with _in_docker() as found:
            yield found
    elif home := os.environ.get("NEO4J_HOME"):
        with unpacked(Path(home), folder) as found:
            yield found
    else:
        raise NoServer("NEO4J_URI is not set, no Docker engine answers, NEO4J_HOME is not set")


def _docker_answers() -> bool:
    try:
        import docker

        docker.from_env(timeout=3).ping()
    except Exception:  # the client fails in a dozen ways where there is no engine, from import to permission
        return False
    return True


@contextmanager
def _in_docker() -> Iterator[Server]:
    from testcontainers.community.neo4j import Neo4jContainer

    container = Neo4jContainer(IMAGE, password=secrets.token_hex(8))
    try:
        container.start()
    except Exception as error:  # no image and no network, no room, no permission: each has an error of its own
        container.stop()
        raise NoServer(f"Docker answers, but {IMAGE} does not start: {error}") from error
    try:
        yield Server(container.get_connection_url(), container.password)
    finally:
        container.stop()


@contextmanager
def unpacked(home: Path, folder: Path, setup: Setup | None = None) -> Iterator[Server]:
    """Start an unpacked Neo4j with a configuration and a data folder of its own; never with those in its own folder.

    Raises
    ------
    NoServer
        It does not come up.
    """
    setup = setup or Setup()
    bolt, http = _free_port(), _free_port()
    found = Server(f"bolt://127.0.0.1:{bolt}", secrets.token_hex(8))
    environment = os.environ | {"NEO4J_CONF": str(_configure(folder, bolt, http, setup)), "NEO4J_HEAP": setup.heap}
    if setup.plugins:
        environment["NEO4J_PLUGINS"] = str(setup.plugins)
    log = folder / "console.log"
    with log.open("w") as console:
        admin = [str(home / "bin" / "neo4j-admin"), "dbms", "set-initial-password", found.password]
        if subprocess.run(admin, env=environment, stdout=console, stderr=console, check=False).returncode:
            raise NoServer(f"neo4j-admin in NEO4J_HOME={home} failed: {_last_line(log)}")
        setup.before(home, environment)
        # A session of its own: Ctrl-C must not stop the server before the tests that still use it.
        command = [str(home / "bin" / "neo4j"), "console"]
        process = subprocess.Popen(command, env=environment, stdout=console, stderr=console, start_new_session=True)
        try:
            _await(found, process, log)
            yield found
        finally:
            _stop(process)


def _configure(folder: Path, bolt: int, http: int, setup: Setup) -> Path:
    for name in ("conf", "data", "logs", "import", "plugins"):
        (folder / name).mkdir(parents=True)
    places = {name: folder / name for name in ("data", "logs", "import")} | {"plugins": setup.plugins or folder / "plugins"}
    folders = [f"server.directories.{name}={place}" for name, place in places.items()]
    ports = [
        f"server.{kind}.{what}_address=:{port}"
        for kind, port in (("bolt", bolt), ("http", http))
        for what in ("listen", "advertised")
    ]
    memory = [f"server.memory.heap.max_size={setup.heap}", f"server.memory.pagecache.size={setup.pages}"]
    others = ["server.default_listen_address=127.0.0.1", "dbms.usage_report.enabled=false"]
    others += ["dbms.security.procedures.unrestricted=apoc.*"] if setup.plugins else []
    # Each test empties the graph and fills it again; planning every statement anew for that would take longer than the tests.
    others += ["dbms.cypher.statistics_divergence_threshold=1.0", "dbms.cypher.min_replan_interval=1h"]
    (folder / "conf" / "neo4j.conf").write_text("\n".join([*folders, *ports, *memory, *others, ""]))
    return folder / "conf"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await(found: Server, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    with found.driver() as driver:
        while time.monotonic() < deadline and process.poll() is None:
            try:
                driver.verify_connectivity()
            except (ServiceUnavailable, Neo4jError):
                time.sleep(0.3)
            else:
                return
    raise NoServer(f"the server in NEO4J_HOME did not come up: {_last_line(log)}")


def _last_line(log: Path) -> str:
    return (log.read_text().strip().splitlines() or ["it said nothing"])[-1]


def _stop(process: "subprocess.Popen[bytes]") -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is None:
            os.killpg(process.pid, sign)
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                continue
