"""What each side of `llm_throughput.py` has in common: its passages, its embedder, and what it reports.

A side is a program of its own: ``run_NAME.py PASSAGES FOLDER REPORT``, with a server in its environment. It is timed from the
first passage to the last thing written; imports, and the embedding model's loading, come before.
"""

import json
import os
import resource
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

# A peer's environment has neither Hoptrace nor torch: they are found last, after its own packages.
sys.path.extend(path for path in os.environ.get("HOPTRACE_PATHS", "").split(os.pathsep) if path)

from graph_builder.embedding import open_embedder
from graph_builder.model import Vectors

PASSAGES, FOLDER, REPORT = map(Path, sys.argv[1:4])
AT_ONCE = int(os.environ["LLM_AT_ONCE"])


class Measured:
    """Hoptrace's own embedder, which remembers what it was asked; one batch at a time, since a batch takes all processors."""

    def __init__(self) -> None:
        self._embedder = open_embedder("all-MiniLM-L6-v2")
        self._embedder.encode(["loaded"])
        self._one = threading.Lock()
        self._batches: list[list[str]] = []
        self.thread = ThreadPoolExecutor(1)

    @property
    def name(self) -> str:
        """The model's name."""
        return self._embedder.name

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return self._embedder.dim

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dim)."""
        with self._one:
            self._batches.append(list(texts))
            return self._embedder.encode(texts)

    def alone(self) -> dict[str, float]:
        """How many texts there were, and the seconds that the same batches take when nothing else runs."""
        start = time.perf_counter()
        for batch in self._batches:
            self._embedder.encode(batch)
        return {"embedded": sum(map(len, self._batches)), "embedding_seconds": time.perf_counter() - start}


def texts() -> list[str]:
    """The passages as a peer gets them: the title above the text."""
    rows = [json.loads(line) for line in PASSAGES.read_text("utf-8").splitlines()]
    return [f"{row['title']}\n{row['text']}" for row in rows]


def report(run: Callable[[], dict[str, Any]], embedder: Measured) -> None:
    """Time a run, and write what it returns (the graph's sizes) with seconds and peak memory, in bytes."""
    start, worked = time.perf_counter(), time.process_time()
    found = run()
    seconds, processor = time.perf_counter() - start, time.process_time() - worked
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    measured = {"seconds": seconds, "processor": processor, "memory": memory, **embedder.alone()}
    REPORT.write_text(json.dumps({**found, **measured}), "utf-8")
