"""The shape of the code, held by reading it: who imports whom, what is heavy, what is public, what ships."""

import ast
import importlib
import io
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LAYERS = ("hoptrace", "ui", "graph_rag", "graph_builder", "cypher")
"""Each may import those after it, and none before it."""

HEAVY = {
    "streamlit": ("ui/",),
    "neo4j": ("graph_builder/stores/neo4j.py", "graph_builder/stores/_neo4j"),
    "torch": ("graph_builder/embedding/", "graph_builder/llm/transformers.py"),
    "transformers": ("graph_builder/embedding/", "graph_builder/llm/transformers.py"),
    "llguidance": ("graph_builder/llm/transformers.py",),
    "sentence_transformers": ("graph_builder/embedding/",),
    "spacy": ("graph_builder/extraction/",),
    "pydantic_ai": ("graph_builder/llm/",),
}
"""Where each library that is slow or optional may be imported: folders, files, and the beginnings of names."""

USERS_OF_UI = {"hoptrace/commands/ui.py", "hoptrace/commands/demo.py"}
VAGUE = {"utils", "util", "helpers", "common", "core", "base", "manager", "misc"}
FRONT_DOOR = "hoptrace.main"


@dataclass(frozen=True)
class Import:
    """One imported module. ``lazy``: inside a function, or only for type checkers."""

    file: str
    line: int
    module: str
    lazy: bool

    @property
    def top(self) -> str:
        """The package or library."""
        return self.module.partition(".")[0]

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.module}"


def sources() -> list[Path]:
    return sorted(path for layer in LAYERS for path in (ROOT / layer).rglob("*.py"))


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in sources():
        yield relative(path), ast.parse(path.read_text("utf-8"))


def imports_of(file: str, tree: ast.Module) -> list[Import]:
    """The imports of a module, those of functions and of `if TYPE_CHECKING` marked lazy."""
    found: list[Import] = []

    def visit(node: ast.AST, *, lazy: bool) -> None:
        if isinstance(node, ast.Import):
            found.extend(Import(file, node.lineno, alias.name, lazy) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno} imports relatively; write the whole path"
            found.append(Import(file, node.lineno, node.module or "", lazy))
        checked = isinstance(node, ast.If) and ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}
        inside = lazy or checked or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for child in ast.iter_child_nodes(node):
            visit(child, lazy=inside)

    visit(tree, lazy=False)
    return found


@pytest.fixture(scope="module")
def imports() -> list[Import]:
    return [found for file, tree in trees() for found in imports_of(file, tree)]


def test_the_reader_of_imports_sees_them() -> None:
    code = "import a.b\nif TYPE_CHECKING:\n    import c\ndef f():\n    from d import e\n"
    seen = {(found.module, found.lazy) for found in imports_of("x.py", ast.parse(code))}
    assert seen == {("a.b", False), ("c", True), ("d", True)}


def test_there_is_something_to_read() -> None:
    read = {relative(path).partition("/")[0] for path in sources()}
    assert read == set(LAYERS)


def test_imports_run_one_way(imports: list[Import]) -> None:
    backwards = [
        str(found)
        for found in imports
        if found.top in LAYERS and LAYERS.index(found.top) < LAYERS.index(found.file.partition("/")[0])
    ]
    assert not backwards


def test_the_page_is_opened_by_its_verbs_alone_and_lazily(imports: list[Import]) -> None:
    outside = [found for found in imports if found.top == "ui" and not found.file.startswith("ui/")]
    assert not [str(found) for found in outside if found.file not in USERS_OF_UI or not found.lazy]


@pytest.mark.parametrize("library", HEAVY)
def test_a_heavy_library_is_imported_only_by_its_leaves(imports: list[Import], library: str) -> None:
    strangers = [str(found) for found in imports if found.top == library and not found.file.startswith(HEAVY[library])]
    assert not strangers


def test_the_command_line_starts_without_a_heavy_library() -> None:
    watched = sorted({*HEAVY, "openai", "tokenizers", "sklearn", "pandas", "docx", "pypdf", "lxml", "bs4", "networkx"})
    code = (
        f"import sys, {FRONT_DOOR}, hoptrace\n"
        f"loaded = [name for name in {watched!r} if name in sys.modules]\n"
        "assert not loaded, loaded"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_nothing_prints() -> None:
    printing = [
        f"{file}:{node.lineno}"
        for file, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert not printing


def test_a_broad_except_gives_its_reason() -> None:
    unexplained = []
    for path in sources():
        text = path.read_text("utf-8")
        comments = {t.start[0] for t in tokenize.generate_tokens(io.StringIO(text).readline) if t.type == tokenize.COMMENT}
        broad = [
            node
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.ExceptHandler)
            and (node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"})
        ]
        unexplained += [f"{relative(path)}:{h.lineno}" for h in broad if not {h.lineno, h.lineno + 1} & comments]
    assert not unexplained


def test_files_are_named_for_what_they_do() -> None:
    assert not [relative(path) for path in sources() if path.stem.strip("_") in VAGUE]


def test_the_public_names_are_sorted_and_there() -> None:
    hoptrace = importlib.import_module("hoptrace")
    assert hoptrace.__all__ == sorted(set(hoptrace.__all__))
    for name in hoptrace.__all__:
        assert getattr(hoptrace, name).__doc__, f"hoptrace.{name} says nothing of itself"


def test_every_package_is_in_the_wheel() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["packages"]
    folders = {relative(path.parent).replace("/", ".") for path in sources()}
    assert listed == sorted(folders)


def test_every_data_file_is_in_the_wheel() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["package-data"]
    shipped = {path for package, globs in listed.items() for glob in globs for path in (ROOT / package).glob(glob)}
    there = {
        path
        for layer in LAYERS
        for path in (ROOT / layer).rglob("*")
        if path.is_file() and path.suffix not in {".py", ".pyc"} and "__pycache__" not in path.parts
    }
    assert not sorted(relative(path) for path in there - shipped)


def test_every_library_that_is_imported_is_declared(imports: list[Import]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    declared = "\n".join([*project["dependencies"], *extras["neo4j"], *extras["llm"], *extras["ui"], *extras["local"]])
    declared = declared.lower().replace("-", "_")
    renamed = {"docx": "python_docx", "dotenv": "python_dotenv", "bs4": "beautifulsoup4", "openai": "[openai]"}
    foreign = {found.top for found in imports} - set(LAYERS) - set(sys.stdlib_module_names)
    assert not sorted(name for name in foreign if renamed.get(name, name).lower() not in declared)


def test_every_pin_is_exact_and_public() -> None:
    pins = [line for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines() if not line.startswith("#")]
    assert "torch==2.13.0" in pins
    assert not [pin for pin in pins if pin.count("==") != 1 or any(mark in pin for mark in "+/@ ")]
