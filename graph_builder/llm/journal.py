"""The journal of calls to language models: cache, resume point after a crash, record of costs, and cassette in one SQLite file.

A call is found again by a hash of all that decides its answer: model, instructions, turns, schema and parameters. Its answer is
written before anything is done with it, so that a program that is killed at any moment never pays for it again. Keys and
addresses of providers are no part of a call, and never get here.
"""

import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from graph_builder.errors import InputError
from graph_builder.llm import Prompt, Reply
from graph_builder.llm.tokens import tokens_in
from graph_builder.model import digest
from graph_builder.sqlite_file import SqliteFile

FILE = "journal.db"
_SQLITE = b"SQLite format 3\x00"
_LAYOUT = (Path(__file__).parent / "journal.sql").read_text("utf-8")
_CALL = (
    ("key", "model", "purpose", "prefix", "turns", "sent_at", "answered_at", "text", "truncated", "refusal")
    + ("input_tokens", "output_tokens", "cached_tokens", "dollars")
)  # fmt: skip
_DAY = 86_400.0


def key_of(model: str, prompt: Prompt, *, max_tokens: int = 0) -> str:
    """The name under which a call is found again.

    The address of the server and the way in which the model is held to the schema are no part of it, so that a recording
    answers anywhere.
    """
    return digest("call", model, prompt.instructions, prompt.schema_json, str(max_tokens), *prompt.turns)


@dataclass(frozen=True, slots=True)
class Spent:
    """What one model cost for one purpose. ``cut_off`` calls were sent and never answered; they may have been billed."""

    model: str
    purpose: str
    calls: int
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    dollars: float | None
    cut_off: int


@dataclass(frozen=True, slots=True)
class Experience:
    """What the latest calls of a model for one purpose read and wrote, beside what was counted before they were sent.

    ``read_per_counted``: tokens read, as the provider counted them, for each that we counted in the prompt;
    ``cached``: the share of those that came from the provider's prompt cache; ``written_per_text``: tokens written for each that
    we counted in the text that the call was about.
    """

    calls: int
    read_per_counted: float = 1.0
    cached: float = 0.0
    written_per_text: float = 0.0


class Recording(Protocol):
    """Answers by key."""

    def recall(self, key: str) -> Reply | None:
        """The answer to a call, without what it cost; None if there is none."""


class Journal:
    """The journal in a file, made when it is first written to. Several threads and processes may use it at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = SqliteFile(path)
        self._laid = False

    def recall(self, key: str) -> Reply | None:
        """The answer to a call, if it was answered."""
        if not self._there():
            return None
        with self._file.reading() as db:
            row = db.execute(
                "SELECT text, truncated, refusal FROM calls WHERE key = ? AND answered_at IS NOT NULL", (key,)
            ).fetchone()
        return None if row is None else Reply(row[0], bool(row[1]), row[2])

    def asked_elsewhere(self, key: str) -> bool:
        """Whether another process of this machine that is alive is asking this just now."""
        if not self._there():
            return False
        with self._file.reading() as db:
            row = db.execute("SELECT pid FROM calls WHERE key = ? AND answered_at IS NULL", (key,)).fetchone()
        return row is not None and row[0] not in (0, os.getpid()) and _is_alive(row[0])

    def sent(self, key: str, model: str, prompt: Prompt) -> None:
        """Note that a call is on its way."""
        with self._writing() as db:
            _insert(db, key, model, prompt, " ON CONFLICT (key) DO UPDATE SET sent_at = excluded.sent_at, pid = excluded.pid")

    def answer(self, key: str, model: str, prompt: Prompt, reply: Reply) -> None:
        """Keep the answer to a call, if it is the first, and what it cost in any case."""
        used = reply.usage
        counted = (used.input_tokens, used.output_tokens, used.cached_tokens, used.dollars)
        with self._writing() as db:
            _insert(db, key, model, prompt, " ON CONFLICT (key) DO NOTHING")
            db.execute(
                "UPDATE calls SET answered_at = ?, text = ?, truncated = ?, refusal = ? WHERE key = ? AND answered_at IS NULL",
                (time.time(), reply.text, int(reply.truncated), reply.refusal, key),
            )
            db.execute(
                "UPDATE calls SET bills = bills + 1, input_tokens = coalesce(input_tokens, 0) + ?,"
                " output_tokens = coalesce(output_tokens, 0) + ?, cached_tokens = coalesce(cached_tokens, 0) + ?,"
                " dollars = CASE WHEN bills = 0 THEN 0.0 ELSE dollars END + ? WHERE key = ?",
                (*counted, key),
            )

    def failed(self, key: str, *, free: bool) -> None:
        """Note that this process has no answer to a call: forget it if nothing was paid for it, else leave it as cut off."""
        change = "DELETE FROM calls" if free else "UPDATE calls SET pid = 0"
        with self._writing() as db:
            db.execute(f"{change} WHERE key = ? AND answered_at IS NULL AND pid = ?", (key, os.getpid()))

    def spent(self) -> list[Spent]:
        """What was paid, by model and purpose."""
        if not self._there():
            return []
        with self._file.reading() as db:
            rows = db.execute(
                "SELECT model, purpose, total(bills), total(input_tokens), total(output_tokens), total(cached_tokens),"
                " CASE WHEN count(answered_at) = count(dollars) THEN total(dollars) END, sum(answered_at IS NULL)"
                " FROM calls GROUP BY model, purpose ORDER BY model, purpose"
            ).fetchall()
        return [Spent(m, p, int(n), int(i), int(o), int(c), d, lost) for m, p, n, i, o, c, d, lost in rows]

    def experience(self, model: str, purpose: str, *, most: int = 400) -> Experience:
        """What can be learnt from the latest answered first calls of a model for a purpose."""
        if not self._there():
            return Experience(0)
        with self._file.reading() as db:
            rows = db.execute(
                "SELECT instructions, schema, turns, input_tokens / bills, output_tokens / bills, cached_tokens / bills"
                " FROM calls JOIN prefixes ON prefixes.id = prefix"
                " WHERE model = ? AND purpose = ? AND answered_at IS NOT NULL AND json_array_length(turns) = 1"
                " ORDER BY answered_at DESC LIMIT ?",
                (model, purpose, most),
            ).fetchall()
        texts = sum(tokens_in(json.loads(row[2])[0]) for row in rows)
        if not texts:
            return Experience(0)
        counted = texts + sum(tokens_in(row[0]) + tokens_in(row[1]) for row in rows)
        read, written, cached = (sum(row[i] for row in rows) for i in (3, 4, 5))
        return Experience(len(rows), read / counted, cached / max(1, read), written / texts)

    def longest(self, model: str) -> int:
        """Tokens of the longest answer of a model; 0 without any."""
        if not self._there():
            return 0
        with self._file.reading() as db:
            found: int = db.execute(
                "SELECT coalesce(max(output_tokens / bills), 0) FROM calls WHERE model = ?", (model,)
            ).fetchone()[0]
        return found

    def export(self) -> Iterator[dict[str, Any]]:
        """The answered calls as JSON objects, by key, each prefix before its first call."""
        if not self._there():
            return
        with self._file.reading() as db:
            for id_, instructions, schema in db.execute("SELECT id, instructions, schema FROM prefixes ORDER BY id"):
                yield {"prefix": id_, "instructions": instructions, "schema": json.loads(schema)}
            columns = ", ".join(_CALL)
            for row in db.execute(f"SELECT {columns} FROM calls WHERE answered_at IS NOT NULL ORDER BY key"):  # noqa: S608  # constants
                call = dict(zip(_CALL, row, strict=True))
                yield call | {"turns": json.loads(call["turns"]), "truncated": bool(call["truncated"])}

    def prune(self, *, model: str = "", days: float = 0.0) -> int:
        """Forget the calls of a model ("": of all) that are older than some days; how many they were."""
        if not self._there():
            return 0
        with self._writing() as db:
            gone: int = db.execute(
                "DELETE FROM calls WHERE sent_at <= ? AND (? = '' OR model = ?)", (time.time() - days * _DAY, model, model)
            ).rowcount
            db.execute("DELETE FROM prefixes WHERE id NOT IN (SELECT prefix FROM calls)")
        with self._file.reading() as db:
            db.execute("ROLLBACK")  # VACUUM runs outside of transactions
            db.execute("VACUUM")
        return gone

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _there(self) -> bool:
        """Whether it was written to, by whichever process: a file may be there before its tables are."""
        if not self._laid and self.path.exists():
            with self._file.reading() as db:
                self._laid = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'calls'").fetchone() is not None
        return self._laid

    def _writing(self) -> Any:  # noqa: ANN401  # the context manager of SqliteFile.writing
        if not self._laid:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self._file.writing() as db:
                for statement in _LAYOUT.split(";"):
                    db.execute(statement)
            self._laid = True
        return self._file.writing()


def _insert(db: sqlite3.Connection, key: str, model: str, prompt: Prompt, conflict: str) -> None:
    """Write what a call asks; ``conflict`` says what to do where it stands already."""
    prefix = digest("prefix", prompt.instructions, prompt.schema_json)
    db.execute("INSERT OR IGNORE INTO prefixes VALUES (?, ?, ?)", (prefix, prompt.instructions, prompt.schema_json))
    turns = json.dumps(prompt.turns, ensure_ascii=False)
    db.execute(
        "INSERT INTO calls (key, model, purpose, prefix, turns, sent_at, pid) VALUES (?, ?, ?, ?, ?, ?, ?)" + conflict,  # noqa: S608  # ours
        (key, model, prompt.purpose, prefix, turns, time.time(), os.getpid()),
    )


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it is there, and another user's
        return True
    return True


class Cassette:
    """Answers of an exported journal, held in memory."""

    def __init__(self, replies: dict[str, Reply]) -> None:
        self._replies = replies

    def recall(self, key: str) -> Reply | None:
        """The answer to a call, if it holds it."""
        return self._replies.get(key)

    @classmethod
    def read(cls, path: Path) -> "Cassette":
        """The journal that `hoptrace journal export` wrote.

        Raises
        ------
        InputError
            The file can not be read, or is none.
        """
        try:
            with path.open(encoding="utf-8") as lines:
                calls = [call for call in map(json.loads, lines) if call.get("key")]
            return cls({call["key"]: _replied(call) for call in calls})
        except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
            raise InputError(f"{path} is no journal ({type(error).__name__}: {error}): {_NAME_ONE}") from error

    @classmethod
    def copy(cls, path: Path) -> "Cassette":
        """The answers of a journal's database, which is only read.

        Raises
        ------
        InputError
            It is damaged, or no journal.
        """
        columns = ", ".join(_CALL)
        for mode in (
            "mode=ro",
            "immutable=1",
        ):  # the second where its folder is closed to us, so that no log can be read beside it
            try:
                with closing(sqlite3.connect(f"{path.resolve().as_uri()}?{mode}", uri=True)) as db:
                    rows = db.execute(f"SELECT {columns} FROM calls WHERE answered_at IS NOT NULL").fetchall()  # noqa: S608  # constants
                return cls({row[0]: _replied(dict(zip(_CALL, row, strict=True))) for row in rows})
            except (sqlite3.Error, TypeError) as error:
                failed = error
        raise InputError(f"{path} is a database, but no journal ({failed}): {_NAME_ONE}") from failed


_NAME_ONE = "name a journal.db, or a file that `hoptrace journal export` wrote"


def _replied(call: dict[str, Any]) -> Reply:
    """The answer of a call as a row or a line has it."""
    text, refusal = call["text"], call["refusal"]
    if not (isinstance(text, str) and isinstance(refusal, str)):
        raise TypeError("an answer is no text")
    return Reply(text, bool(call["truncated"]), refusal)


def open_recording(path: Path) -> Cassette:
    """A journal to answer from: the database itself, or an exported file.

    Raises
    ------
    InputError
        There is no such file, or it is no journal.
    """
    try:
        with path.open("rb") as file:
            database = file.read(len(_SQLITE)) == _SQLITE
    except OSError as error:
        raise InputError(f"{path} can not be read: {error.strerror or error}") from error
    return Cassette.copy(path) if database else Cassette.read(path)
