"""The folder is the registry: a file `chunking/fixed.py` *is* the chunker "fixed"."""

import importlib
import pkgutil
from types import ModuleType

from graph_builder.errors import UnknownName


def names(package: ModuleType) -> list[str]:
    """The names of a package's modules, sorted; those with a leading underscore are its own business."""
    return sorted(m.name for m in pkgutil.iter_modules(package.__path__) if not m.name.startswith("_"))


def load(package: ModuleType, name: str, *, what: str) -> ModuleType:
    """The module ``name`` of ``package``.

    Raises
    ------
    UnknownName
        There is no such file; the message lists those there are.
    """
    known = names(package)
    if name not in known:
        raise UnknownName(f'no {what} "{name}"; there are: {", ".join(known)}')
    return importlib.import_module(f"{package.__name__}.{name}")
