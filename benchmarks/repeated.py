"""An embedded graph repeated and perturbed until it has so many relations: what size costs (`bench-retrieval`, part `large`).

Each copy is another world of the same shape: its ids are others, in all its names and wherever they stand in its texts the
letters change places with each other, its passages' vectors are moved. So common words become as common as in a large corpus,
and names stay as rare as they are. Rows are written as they lie in the store, since to derive them takes hours. Left out is what
graph retrieval does not look at: the search indexes over entities and evidence, and the vectors of aliases.
"""

import json
import random
import sqlite3
import string
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np

from graph_builder.terms import terms

_IDS = {"id", "document_id", "chunk_id", "alias_id", "entity_id", "subject", "object", "relation_id"}
_NAMES = {"name", "canonical", "normalised", "referent", "block"}
_TABLES = ("document", "chunk", "alias", "mention", "evidence", "entity", "relation")
_MOVED = 0.5
"""Length of the random vector that is added to a passage's vector."""

Value = str | int | float | bytes | None
Row = dict[str, Value]


def repeat(source: Path, target: Path, *, relations: int) -> int:
    """Write the graph of one file, and copies of it, to a new one, until it has as many relations; tells the copies made."""
    with closing(sqlite3.connect(source)) as db:
        db.execute("VACUUM INTO ?", (str(target),))
    with closing(sqlite3.connect(target)) as db:
        db.row_factory = sqlite3.Row
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -1000000"):
            db.execute(f"PRAGMA {pragma}")
        original = Original(db)
        copies = -(-relations // len(original.tables["relation"])) - 1
        for number in range(1, copies + 1):
            _write(db, World(number, original))
        db.execute("ANALYZE")
        db.commit()
    return copies


class Original:
    """The rows of a graph, the terms of its chunks by row, and by chunk the names in its text and their terms."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.tables: dict[str, list[Row]] = {t: [dict(row) for row in db.execute(f"SELECT * FROM {t}")] for t in _TABLES}
        self.indexed = dict(tuple(row) for row in db.execute("SELECT rowid, terms FROM chunk_terms"))
        # Names without letters, years and numbers, are the same in every world, and so are their entities.
        lettered = {row["id"] for row in self.tables["entity"] if any(c in string.ascii_letters for c in row["name"])}
        self.shared = {row["id"] for row in self.tables["entity"]} - lettered
        self.shared |= {row["id"] for row in self.tables["alias"] if row["entity_id"] in self.shared}
        self.spans = _spans(self.tables)
        texts = {row["id"]: row["text"] for row in self.tables["chunk"]}
        self.named = {id_: {t for start, end in self.spans[id_] for t in terms(text[start:end])} for id_, text in texts.items()}


class World:
    """One copy of a graph."""

    def __init__(self, number: int, original: Original) -> None:
        self._random = random.Random(number)
        self._mask = self._random.getrandbits(64)
        letters = string.ascii_lowercase
        mixed = "".join(self._random.sample(letters, len(letters)))
        self._letters = str.maketrans(letters + letters.upper(), mixed + mixed.upper())
        self._number, self._original = number, original
        self._noise = np.random.default_rng(number)

    def rows(self, table: str, last: int) -> Iterator[Row]:
        """The rows of a table in this world; its passages are numbered on from the last row."""
        for at, row in enumerate(self._original.tables[table], last + 1):
            if table in {"alias", "entity"} and row["id"] in self._original.shared:
                continue
            made = {column: self._value(column, value) for column, value in row.items()}
            yield made | self._particular(table, row, at)

    def texts(self, last: int) -> Iterator[tuple[int, str]]:
        """The rows of the passages, with their terms: those of names are changed as the names are."""
        for at, row in enumerate(self._original.tables["chunk"], last + 1):
            named, held = self._original.named[row["id"]], self._original.indexed[row["row"]].split()
            yield at, " ".join(term.translate(self._letters) if term in named else term for term in held)

    def _value(self, column: str, value: Value) -> Value:
        if not isinstance(value, str) or not value:
            return value
        if column in _IDS:
            return self._id(value)
        return value.translate(self._letters) if column in _NAMES else value

    def _particular(self, table: str, row: Row, at: int) -> Row:
        if table == "document":
            return {"source": f"{row['source']}#{self._number}", "name": f"{row['name']} {self._number}"}
        if table == "chunk":
            return {"row": at, "text": self._text(row), "vector": self._moved(row["vector"])}
        if table == "alias":
            return {"vector": b""}
        if table == "evidence":
            return {"row": None}
        if table == "entity":
            return {"row": None, "joins": "[]"}
        if table == "relation":
            return {"evidence_ids": json.dumps([self._id(id_) for id_ in json.loads(row["evidence_ids"])])}
        return {}

    def _id(self, id_: str) -> str:
        return id_ if id_ in self._original.shared else f"{int(id_, 16) ^ self._mask:016x}"

    def _text(self, row: Row) -> str:
        text = row["text"]
        for start, end in self._original.spans[row["id"]]:
            text = text[:start] + text[start:end].translate(self._letters) + text[end:]
        return text

    def _moved(self, blob: bytes) -> bytes:
        vector = np.frombuffer(blob, np.float32)
        noise = self._noise.normal(scale=_MOVED / len(vector) ** 0.5, size=len(vector))
        return bytes(((vector + noise) / np.linalg.norm(vector + noise)).astype(np.float32).tobytes())


def _spans(original: dict[str, list[Row]]) -> dict[str, list[tuple[int, int]]]:
    """Where names stand in each chunk's text: those that overlap no earlier one."""
    begins = {row["id"]: row["start"] for row in original["chunk"]}
    places: defaultdict[str, set[tuple[int, int]]] = defaultdict(set)
    for row in original["mention"]:
        if row["end"] > row["start"]:
            begin = begins[row["chunk_id"]]
            places[row["chunk_id"]].add((row["start"] - begin, row["end"] - begin))
    found: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for chunk, spans in places.items():
        for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
            if not found[chunk] or start >= found[chunk][-1][1]:
                found[chunk].append((start, end))
    return found


def _write(db: sqlite3.Connection, world: World) -> None:
    (last,) = db.execute("SELECT max(row) FROM chunk").fetchone()
    for table in _TABLES:
        rows = list(world.rows(table, last))
        columns = list(rows[0])
        places = ", ".join("?" * len(columns))
        db.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", [tuple(row.values()) for row in rows])
    db.executemany("INSERT INTO chunk_terms (rowid, terms) VALUES (?, ?)", world.texts(last))
