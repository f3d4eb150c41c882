"""Settings come from the environment, then from `.env`; what can not be followed is refused by the variable's name."""

from dataclasses import fields
from pathlib import Path

import pytest

from graph_builder.errors import SettingsError
from graph_builder.settings import VARIABLES, Settings


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty working folder, and none of the variables; what `.env` sets is unset again afterwards."""
    for variable in [variable for names in VARIABLES.values() for variable in names] + ["SOME_PROVIDER_KEY"]:
        monkeypatch.setenv(variable, "")  # so that the end of the test restores it
        monkeypatch.delenv(variable)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_nothing_set_is_the_embedded_store_without_a_language_model() -> None:
    settings = Settings.from_environment()
    assert settings == Settings()
    assert (settings.store, settings.home, settings.llm_model) == ("sqlite", ".hoptrace", "")


def test_the_environment_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEO4J_URI", " bolt://127.0.0.1:7687 ")
    monkeypatch.setenv("NEO4J_USER", "reader")
    monkeypatch.setenv("LLM_MODEL", "openai:gpt-5-mini")
    settings = Settings.from_environment()
    assert (settings.store, settings.neo4j_uri, settings.neo4j_username) == ("neo4j", "bolt://127.0.0.1:7687", "reader")
    monkeypatch.setenv("NEO4J_USERNAME", "writer")
    assert Settings.from_environment().neo4j_username == "writer"


def test_dotenv_completes_the_environment_and_overrides_nothing(monkeypatch: pytest.MonkeyPatch, bare: Path) -> None:
    (bare / ".env").write_text("HOPTRACE_HOME=from_file\nSPACY_MODEL=from_file\nSOME_PROVIDER_KEY=k\n")
    monkeypatch.setenv("HOPTRACE_HOME", "from_process")
    settings = Settings.from_environment()
    assert (settings.home, settings.spacy_model) == ("from_process", "from_file")


def test_a_dotenv_that_is_no_text_is_one_line(bare: Path) -> None:
    (bare / ".env").write_bytes(b"LLM_MODEL=\xff\xfe\n")
    with pytest.raises(SettingsError, match=r"\.env can not be read"):
        Settings.from_environment()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("NEO4J_URI", "localhost:7687"),
        ("NEO4J_URI", "http://localhost:7474"),
        ("NEO4J_URI", "bolt://"),
        ("NEO4J_URI", "bolt://host:port"),
        ("NEO4J_URI", "bolt://neo4j:secret@host"),
        ("OPENAI_BASE_URL", "localhost:8000"),
        ("LLM_MODEL", "gpt-5-mini"),
        ("LLM_MODEL", "openai:"),
        ("HOPTRACE_HOME", __file__),
    ],
)
def test_a_bad_value_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=variable) as raised:
        Settings.from_environment()
    assert "secret" not in str(raised.value)


def test_the_password_is_not_shown() -> None:
    assert "hush" not in repr(Settings(neo4j_password="hush"))


def test_every_setting_is_in_the_example_file(repository: Path) -> None:
    assert set(VARIABLES) == {field.name for field in fields(Settings)}
    listed = {line.lstrip("# ").partition("=")[0] for line in (repository / "env.example").read_text().splitlines()}
    missing = {variable for names in VARIABLES.values() for variable in names} - listed
    assert not missing
