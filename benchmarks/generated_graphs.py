"""A large graph with heavy-tailed degrees in the layout of either store: for Neo4j as files for ``neo4j-admin database import``.

What `Store.expand` looks at is there: entities, relations, chunks and which entities they mention; aliases, which hang on
entities. Documents, evidence and the entities' vectors are not: no expansion goes through them.
"""

import csv
import json
import sqlite3
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_builder.model import Modality, Polarity, Relation, digest
from graph_builder.stores._neo4j_transaction import relation_row

TYPES = ("Drug", "Enzyme", "Transporter", "Disease")
PREDICATES = ("INHIBITS", "INDUCES", "METABOLIZES", "TRANSPORTS", "INCREASES_EXPOSURE_OF", "CAUSES", "TREATS", "INTERACTS_WITH")
EXPONENT = 0.75
"""Entity i is chosen with a weight of i to the minus this: the tail of the degrees has the exponent 1 + 1/0.75 = 2.33."""

_MENTIONS = 5
_CSV = dict[str, Iterable[Sequence[object]]]


@dataclass(frozen=True)
class Generated:
    """A graph of so many entities and relations, the same for the same seed; chunks are half as many as relations."""

    entities: int
    relations: int
    seed: int = 20261123

    @cached_property
    def ids(self) -> list[str]:
        """The entities' ids, those of high degree first."""
        return [digest("entity", "benchmark", str(number)) for number in range(self.entities)]

    @cached_property
    def weights(self) -> NDArray[np.float64]:
        """How likely each entity is the end of a relation, shape (entities,)."""
        weights = np.arange(1, self.entities + 1, dtype=np.float64) ** -EXPONENT
        found: NDArray[np.float64] = weights / weights.sum()
        return found

    def drawn(self, draws: int, size: int, *, by_degree: bool) -> list[list[str]]:
        """Random sets of ``size`` entities: each as likely as any other, or as its degree."""
        random = np.random.default_rng(self.seed + 1)
        weights = self.weights if by_degree else None
        return [[self.ids[i] for i in random.choice(self.entities, size, replace=False, p=weights)] for _ in range(draws)]

    def related(self) -> Iterator[Relation]:
        """The relations, all different."""
        random = np.random.default_rng(self.seed)
        wanted = self.relations
        seen: set[tuple[int, int, int]] = set()
        while len(seen) < wanted:
            ends = random.choice(self.entities, (wanted, 2), p=self.weights)
            predicates = random.integers(len(PREDICATES), size=wanted)
            confidences = random.integers(50, 99, size=wanted) / 100
            supports = np.minimum(random.zipf(2.5, size=wanted), 40)
            for (subject, object_), predicate, confidence, support in zip(ends, predicates, confidences, supports, strict=True):
                claim = (int(subject), int(predicate), int(object_))
                if subject != object_ and claim not in seen and len(seen) < wanted:
                    seen.add(claim)
                    yield self._relation(claim, float(confidence), int(support))

    def _relation(self, claim: tuple[int, int, int], confidence: float, support: int) -> Relation:
        subject, predicate, object_ = self.ids[claim[0]], PREDICATES[claim[1]], self.ids[claim[2]]
        id_ = digest("relation", subject, predicate, object_, Polarity.AFFIRMED, Modality.ASSERTED)
        evidence = tuple(sorted(digest("evidence", id_, str(number)) for number in range(support)))
        said = ("", confidence, "rules 1", evidence)
        return Relation(id_, subject, predicate, object_, Polarity.AFFIRMED, Modality.ASSERTED, *said)

    def write(self, folder: Path) -> list[str]:
        """Write the files; the arguments by which ``neo4j-admin database import full`` finds them."""
        chunks = [digest("chunk", str(number)) for number in range(self.relations // 2)]
        entities = [(id_, f"{TYPES[i % len(TYPES)]}", f"entity {i}") for i, id_ in enumerate(self.ids)]
        nodes = {
            "entities": (
                "id:ID,type,name,aliases:string[],description,terms,term_count:long,:LABEL",
                ((i, type_, name, name, "", name, 2, f"__Entity__;{type_}") for i, type_, name in entities),
            ),
            "aliases": (
                "key:ID(alias),id,name,type,canonical,normalised,:LABEL",
                ((i, i, name, type_, "", name, "Alias") for i, type_, name in entities),
            ),
            "chunks": ("id:ID(chunk),name,text,index:long,:LABEL", ((i, "text", "A text.", 0, "Chunk") for i in chunks)),
        }
        links = {
            "relations": (
                ":START_ID,:END_ID,:TYPE,name,id,predicate,polarity,modality,qualifiers,extractor,confidence:double,support:long,"
                "evidence_ids:string[]",
                (_line(relation_row(relation)) for relation in self.related()),
            ),
            "alias_of": (":START_ID(alias),:END_ID,:TYPE", ((i, i, "ALIAS_OF") for i in self.ids)),
            "has_entity": (":START_ID(chunk),:END_ID,:TYPE", self.mentioned(chunks)),
        }
        written = [f"--nodes={_file(folder, name, *table)}" for name, table in nodes.items()]
        return written + [f"--relationships={_file(folder, name, *table)}" for name, table in links.items()]

    def mentioned(self, chunks: Sequence[str]) -> Iterator[Sequence[object]]:
        """Which chunks mention which entities, as lines of ``HAS_ENTITY``."""
        random = np.random.default_rng(self.seed + 2)
        for chunk, named in zip(chunks, random.choice(self.entities, (len(chunks), _MENTIONS), p=self.weights), strict=True):
            yield from ((chunk, self.ids[i], "HAS_ENTITY") for i in sorted(set(named.tolist())))


def _line(row: Mapping[str, Any]) -> Sequence[object]:
    held = row["properties"]
    ends = (row["subject"], row["object"], row["type"], held["name"], held["id"], held["predicate"])
    said = (held["polarity"], held["modality"], held["qualifiers"], held["extractor"], held["confidence"], held["support"])
    return *ends, *said, ";".join(held["evidence_ids"])


def _file(folder: Path, name: str, header: str, rows: Iterable[Sequence[object]]) -> Path:
    path = folder / f"{name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(header + "\n")
        csv.writer(file, quoting=csv.QUOTE_NONNUMERIC).writerows(rows)
    return path


def load_embedded(graph: Generated, path: Path) -> None:
    """Put the graph into the embedded store's file, which must be new."""
    nothing = np.zeros(8, np.float32).tobytes()
    named = [(i, TYPES[n % len(TYPES)], f"entity {n}") for n, i in enumerate(graph.ids)]
    chunks = [digest("chunk", str(number)) for number in range(graph.relations // 2)]
    with closing(sqlite3.connect(path)) as db, db:
        db.executemany("INSERT INTO entity VALUES (NULL, ?, ?, ?, '[]', ?)", ((*each, nothing) for each in named))
        aliases = ((i, name, type_, name, nothing, i) for i, type_, name in named)
        db.executemany("INSERT INTO alias VALUES (?, ?, ?, '', ?, '', '', ?, ?)", aliases)
        mentions = ((chunk, entity) for chunk, entity, *_ in graph.mentioned(chunks))
        db.executemany("INSERT INTO mention VALUES ('', ?, ?, 0, 0)", mentions)
        db.executemany("INSERT INTO relation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", map(_row, graph.related()))


def _row(r: Relation) -> Sequence[object]:
    said = (r.qualifiers, r.confidence, r.extractor, len(r.evidence_ids), json.dumps(r.evidence_ids))
    return r.id, r.subject, r.predicate, r.object, r.polarity, r.modality, *said


def load(graph: Generated, folder: Path, home: Path, environment: Mapping[str, str]) -> None:
    """Put the graph into the stopped server's database.

    Raises
    ------
    SystemExit
        The import failed; the message ends with what it said.
    """
    arguments = graph.write(folder)
    # An empty text in quotes is an empty text, as in the store, not a null.
    command = [str(home / "bin/neo4j-admin"), "database", "import", "full", "neo4j", "--ignore-empty-strings=false"]
    command.append(f"--report-file={folder / 'import.report'}")
    done = subprocess.run([*command, *arguments], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"the import failed: {done.stdout[-2000:]}{done.stderr[-2000:]}")
