"""Cypher lies in files, one statement each, and each file is used."""

import ast
import re
from pathlib import Path

import pytest

import cypher

PACKAGES = ("cypher", "graph_builder", "graph_rag", "hoptrace", "ui")
LOOKS_LIKE_CYPHER = re.compile(r"\b(MATCH|MERGE|CREATE)\s*\(|\bUNWIND\b|\bDETACH DELETE\b|\)-\[|\]->\(")
NAMES = [name for folder in ("reads", "schema", "writes") for name in cypher.names(folder)]


def test_there_are_statements() -> None:
    assert len(NAMES) > 50
    assert {name.split("/")[0] for name in NAMES} == {"reads", "schema", "writes"}


@pytest.mark.parametrize("name", NAMES)
def test_a_file_holds_one_statement_and_no_value(name: str) -> None:
    lines = [line for line in cypher.statement(name).splitlines() if not line.startswith("//")]
    text = "\n".join(lines)
    assert ";" not in text
    assert text.strip()
    assert len(text) == len(text.encode())


def test_a_name_that_is_no_file_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        cypher.statement("reads/nothing")


def test_no_cypher_lies_in_python(repository: Path) -> None:
    for package in PACKAGES:
        for path in (repository / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    assert not LOOKS_LIKE_CYPHER.search(node.value), f"{path}:{node.lineno}"


def test_every_read_and_write_is_used(repository: Path) -> None:
    folder = repository / "graph_builder" / "stores"
    source = "".join(path.read_text("utf-8") for path in folder.glob("*neo4j*.py"))
    # Names with a place for a kind or a layer, such as f"reads/nearest_{kind}".
    patterns = [re.sub(r"\{\w+\}", r"\\w+", used) for used in re.findall(r'"((?:reads|writes)/[\w{}]+)"', source)]
    unused = [n for n in NAMES if not n.startswith("schema/") and not any(re.fullmatch(p, n) for p in patterns)]
    assert unused == []
