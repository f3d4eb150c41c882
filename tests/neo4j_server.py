"""A real Neo4j for tests: the one that NEO4J_URI names, else one in Docker, else one started from NEO4J_HOME.

Tests empty the database that they use. They refuse one that holds anything but what tests left there.
"""

import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
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


class Unpacked:
    """A Neo4j started from its files, with a folder and ports of its own; it can be stopped, killed and started again."""

    def __init__(self, home: Path, folder: Path, *, java: str = "", setup: Setup | None = None) -> None:
        self._home, self._folder, self._java, self._setup = home, folder, java, setup or Setup()
        self._bolt, self._http = _free_port(), _free_port()
        self.found = Server(f"bolt://127.0.0.1:{self._bolt}", secrets.token_hex(8))
        self._process: subprocess.Popen[bytes] | None = None
        for name in ("conf", "data", "logs", "import", "plugins"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self._configure(())

    @property
    def log(self) -> Path:
        """What the server says of itself."""
        return self._folder / "console.log"

    @property
    def process_id(self) -> int:
        """The id of the running server's process."""
        assert self._process
        return self._process.pid

    @property
    def _environment(self) -> dict[str, str]:
        options = {"JAVA_TOOL_OPTIONS": self._java} if self._java else {}
        if self._setup.plugins:
            options["NEO4J_PLUGINS"] = str(self._setup.plugins)
        return os.environ | {"NEO4J_CONF": str(self._folder / "conf"), "NEO4J_HEAP": self._setup.heap, **options}

    def initialise(self) -> None:
        """Set the password, which must be done before the first start."""
        admin = [str(self._home / "bin" / "neo4j-admin"), "dbms", "set-initial-password", self.found.password]
        with self.log.open("a") as console:
            failed = subprocess.run(admin, env=self._environment, stdout=console, stderr=console, check=False).returncode
        if failed:
            raise NoServer(f"neo4j-admin in NEO4J_HOME={self._home} failed: {_last_line(self.log)}")
        self._setup.before(self._home, self._environment)

    def start(self, *more: str, awaited: bool = True) -> None:
        """Start it with more lines of configuration, and wait until it answers."""
        self._configure(more)
        # A session of its own: Ctrl-C must not stop the server before the tests that still use it.
        command = [str(self._home / "bin" / "neo4j"), "console"]
        with self.log.open("a") as console:
            self._process = subprocess.Popen(
                command, env=self._environment, stdout=console, stderr=console, start_new_session=True
            )
        if awaited:
            _await(self.found, self._process, self.log)

    def stop(self) -> None:
        """Stop it, by force where it does not go."""
        if self._process:
            _stop(self._process)

    def kill(self) -> None:
        """End it as a crash does."""
        if self._process:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _configure(self, more: Sequence[str]) -> None:
        """Write a configuration of its own; never the one in Neo4j's folder."""
        places = {name: self._folder / name for name in ("data", "logs", "import", "plugins")}
        places["plugins"] = self._setup.plugins or places["plugins"]
        folders = [f"server.directories.{name}={place}" for name, place in places.items()]
        ports = [
            f"server.{kind}.{what}_address=:{port}"
            for kind, port in (("bolt", self._bolt), ("http", self._http))
            for what in ("listen", "advertised")
        ]
        memory = [
            f"server.memory.heap.max_size={self._setup.heap}",
            f"server.memory.pagecache.size={self._setup.pages}",
        ]
        others = ["server.default_listen_address=127.0.0.1", "dbms.usage_report.enabled=false"]
        others += ["dbms.security.procedures.unrestricted=apoc.*"] if self._setup.plugins else []
        # Each test empties the graph and fills it again; planning every statement anew for that would take longer than the tests.
        others += ["dbms.cypher.statistics_divergence_threshold=1.0", "dbms.cypher.min_replan_interval=1h"]
        lines = [*folders, *ports, *memory, *others, *more, ""]
        (self._folder / "conf" / "neo4j.conf").write_text("\n".join(lines))


@contextmanager
def unpacked(home: Path, folder: Path, setup: Setup | None = None) -> Iterator[Server]:
    """A server that is started from its files, and stopped at the end.

    Raises
    ------
    NoServer
        It does not come up.
    """
    server = Unpacked(home, folder, setup=setup)
    server.initialise()
    try:
        server.start()
        yield server.found
    finally:
        server.stop()


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
