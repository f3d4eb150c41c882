"""Every Cypher statement of Hoptrace, one file each: `schema/`, `writes/`, `reads/`; `gallery/` is for people."""

from functools import cache
from importlib.resources import files


@cache
def statement(name: str) -> str:
    """The statement in the file ``name`` without its ending, such as "reads/chunks".

    Raises
    ------
    FileNotFoundError
        There is no such file.
    """
    return files(__name__).joinpath(f"{name}.cypher").read_text(encoding="utf-8")


@cache
def names(folder: str) -> tuple[str, ...]:
    """The names of a folder's statements as `statement` takes them, sorted."""
    found = (path.name for path in files(__name__).joinpath(folder).iterdir())
    return tuple(sorted(f"{folder}/{name.removesuffix('.cypher')}" for name in found if name.endswith(".cypher")))
