"""From paths, folders and patterns to documents, one at a time.

What a folder holds can not make us read anything else: links that lead out of it are reported, not followed, and only
regular files are opened.
"""

import glob
import os
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

from graph_builder import registry
from graph_builder.errors import InputError, PathNotFound, UnreadableDocument
from graph_builder.model import Document

if TYPE_CHECKING:
    from graph_builder.loading import Loaded

MEGABYTE = 1_000_000
ROLES = ("id", "name", "text")


class Failure(NamedTuple):
    """A source that gave no document, and why, in a few words."""

    source: str
    reason: str


class _File(NamedTuple):
    """A file to read: the path that opens it, and the folder (a real path) that it must not lead out of, or empty."""

    path: str
    root: str


def load_paths(
    paths: Sequence[str], *, fields: Mapping[str, str] | None = None, max_bytes: int = 50_000_000
) -> Iterator[Document | Failure]:
    """The documents of files, folders (recursive) and glob patterns, each as soon as it is read.

    In the order of ``paths``, and by name inside a folder; hidden files and folders are skipped; a file that is named
    twice is read once. ``fields`` says which field of a row holds its "id", "name" and "text", where the usual names do
    not. ``max_bytes`` is the most that one file may hold, or one row where a format reads row by row.

    Raises
    ------
    PathNotFound
        A path or a pattern names nothing. Raised by the call itself, before anything is read.
    InputError
        ``fields`` has a key that is no role. Raised by the call itself.
    """
    unknown = sorted(set(fields or {}) - set(ROLES))
    if unknown:
        raise InputError(f'fields has "{unknown[0]}"; a row has these roles: {", ".join(ROLES)}')
    for path in paths:
        if not _exists(path):
            raise PathNotFound(f'no file, folder or pattern match at "{path}"; check the path and the working folder')
    return _documents(list(paths), fields or {}, max_bytes)


def _exists(path: str) -> bool:
    return os.path.lexists(path) or (glob.has_magic(path) and next(glob.iglob(path, recursive=True), None) is not None)


def _documents(paths: list[str], fields: Mapping[str, str], max_bytes: int) -> Iterator[Document | Failure]:
    files: set[str] = set()
    sources: set[str] = set()
    for path in paths:
        for found in _files(path):
            if isinstance(found, Failure):
                yield found
                continue
            real = os.path.realpath(found.path)
            if real in files:
                continue
            files.add(real)
            for result in _read(found, real, fields, max_bytes):
                if isinstance(result, Failure):
                    yield result
                elif result.source in sources:
                    yield Failure(result.source, f"a second document of this id, in {_printable(found.path)}")
                else:
                    sources.add(result.source)
                    yield result


# ------------------------------------------------------------------------------------------------------------ files
def _files(path: str) -> Iterator[_File | Failure]:
    if os.path.isdir(path):
        yield from _folder(path)
    elif os.path.lexists(path):
        yield _File(path, "")
    else:
        root = _fixed_part(path)
        for match in sorted(glob.iglob(path, recursive=True)):
            if _leads_out(match, root):
                yield Failure(_printable(match), "link that leads out of the folder")
            elif not os.path.isdir(match):
                yield _File(match, root)
            elif not path.rstrip(os.sep).endswith("**"):  # "**" names every file below as well
                yield from _folder(match)


def _fixed_part(pattern: str) -> str:
    """The real path of the folder that a pattern's first wildcard stands in."""
    folder = pattern
    while glob.has_magic(folder):
        folder = os.path.dirname(folder)
    return os.path.realpath(folder or ".")


def _folder(folder: str) -> Iterator[_File | Failure]:
    """The files below a folder, by name, without hidden ones."""
    root = os.path.realpath(folder)
    waiting, empty = [folder], True
    while waiting:
        here = waiting.pop()
        if here != folder and not os.path.isdir(here):
            empty = False
            yield _File(here, root)
            continue
        try:
            names = sorted(name for name in os.listdir(here) if not name.startswith("."))
        except OSError as error:
            empty = False
            yield Failure(_printable(here), _reason(error))
            continue
        kept = []
        for path in (os.path.join(here, name) for name in names):
            if _leads_out(path, root):
                empty = False
                yield Failure(_printable(path), "link that leads out of the folder")
            elif not (os.path.islink(path) and os.path.isdir(path)):  # what it leads to is walked where it lies
                kept.append(path)
        waiting.extend(reversed(kept))
    if empty:
        yield Failure(_printable(folder), "no files in this folder")


def _leads_out(path: str, root: str) -> bool:
    real = os.path.realpath(path)
    return real != root and not real.startswith(root.rstrip(os.sep) + os.sep)


# ---------------------------------------------------------------------------------------------------------- reading
def _read(file: _File, real: str, fields: Mapping[str, str], max_bytes: int) -> Iterator[Document | Failure]:
    """The documents of one file; whatever is wrong with it becomes a `Failure`."""
    source = _printable(file.path)
    try:
        module = _format_of(file.path)
        streamed = file.path.lower().endswith(getattr(module, "STREAMED", ()))
        _check_file(real, 0 if streamed else max_bytes)
    except UnreadableDocument as error:
        yield Failure(source, str(error))
        return
    except OSError as error:
        yield Failure(source, _reason(error))
        return
    rows = iter(module.load(file.path, fields) if hasattr(module, "STREAMED") else module.load(file.path))
    number = 0
    while True:
        try:
            loaded = next(rows)
        except StopIteration:
            break
        except UnreadableDocument as error:
            number += 1
            yield Failure(source, str(error))
            continue
        except OSError as error:
            yield Failure(source, _reason(error))
            return
        number += 1
        yield _document(loaded, source, max_bytes)
    if not number:
        yield Failure(source, "empty")


def _document(loaded: "Loaded", source: str, max_bytes: int) -> Document | Failure:
    own = _storable(loaded.id).strip() or source
    if not loaded.text.strip():
        return Failure(own, "empty")
    if len(loaded.text) > max_bytes:
        return Failure(own, f"larger than {_megabytes(max_bytes)} MB")
    name = " ".join(_storable(loaded.name).split()) or os.path.basename(own) or own
    metadata = {_storable(key): _storable(value) for key, value in loaded.metadata.items()}
    return Document.of(own, _storable(loaded.text), name=name, metadata=metadata)


def _check_file(path: str, max_bytes: int) -> None:
    """Raise unless the path is a regular file with something in it, of at most ``max_bytes`` (0: any size)."""
    found = os.stat(path)
    if not stat.S_ISREG(found.st_mode):
        raise UnreadableDocument("not a regular file")
    if not found.st_size:
        raise UnreadableDocument("empty")
    if max_bytes and found.st_size > max_bytes:
        raise UnreadableDocument(f"larger than {_megabytes(max_bytes)} MB")


def _format_of(path: str) -> ModuleType:
    suffix = os.path.splitext(path)[1].lower()
    module = _formats().get(suffix)
    if module is None:
        raise UnreadableDocument(f"unsupported format {_printable(suffix) or '(no suffix)'}")
    return module


@cache
def _formats() -> dict[str, ModuleType]:
    """The module of each suffix: whatever the folder holds."""
    folder = sys.modules[__package__]  # it imports this module, and so can not be imported by it
    modules = [registry.load(folder, name, what="format") for name in registry.names(folder)]
    return {suffix: module for module in modules for suffix in module.SUFFIXES}


def _reason(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "permission denied"
    if isinstance(error, FileNotFoundError):
        return "link that leads nowhere, or a file that has gone"
    return (error.strerror or type(error).__name__).lower()


def _megabytes(size: int) -> str:
    return f"{size / MEGABYTE:g}"


def _printable(path: str) -> str:
    """A path as text that every store takes: bytes of its name that are no UTF-8 are replaced."""
    return os.fsencode(path).decode("utf-8", "replace")


def _storable(text: str) -> str:
    """The text, as long as before, without the code points that databases refuse (NUL and lone surrogates)."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    if text.isascii():
        return text
    return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text) if _has_surrogate(text) else text


def _has_surrogate(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False
