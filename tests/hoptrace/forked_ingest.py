"""A process that has everything loaded and forks one ingest a line of its input: `python -m tests.hoptrace.forked_ingest FOLDER`.

Loading takes seconds that fifty killed ingests would each wait for. Nothing runs in the parent but imports, so forking is safe.
For each line it prints the child's process id, and after the child's end its exit status.
"""

import importlib
import os
import sys
from pathlib import Path

from hoptrace import Graph

LOADED = (
    ("torch", "pydantic_ai.models.openai", "pydantic_ai.providers.openai")
    + ("graph_builder.llm.gateway", "graph_builder.llm.hosted", "graph_builder.extraction.llm")
    + ("graph_builder.embedding.sentence_transformers", "graph_builder.stores.sqlite", "spacy")
)  # fmt: skip


def _ingest(folder: str) -> None:
    with Graph.open() as graph:
        report = graph.ingest(folder, extractor="llm", pack="open")
        Path(os.environ["HOPTRACE_HOME"], "fingerprint").write_text(f"{graph.status().fingerprint} {report.failed}")


def _main() -> None:
    for module in LOADED:
        importlib.import_module(module)
    for _ in sys.stdin:
        child = os.fork()
        if not child:
            _ingest(sys.argv[1])
            os._exit(0)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _main()
