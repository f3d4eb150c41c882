"""Documents become a knowledge graph in which every relation is pinned to the sentence that states it.

>>> from hoptrace import demo_corpus
>>> (demo_corpus() / "questions.jsonl").exists()
True
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graph_builder.errors import HoptraceError
    from graph_builder.ingest import IngestReport, Progress
    from graph_builder.model import Document
    from graph_builder.settings import Settings
    from graph_rag.model import Answer, Chain, Citation, Comparison, Connection, Hop, Passage, Statement
    from hoptrace.evaluating import Evaluation
    from hoptrace.graph import EntityView, Graph, Status, chunk, demo_corpus

__version__ = "0.1.0"
__all__ = [
    "Answer",
    "Chain",
    "Citation",
    "Comparison",
    "Connection",
    "Document",
    "EntityView",
    "Evaluation",
    "Graph",
    "Hop",
    "HoptraceError",
    "IngestReport",
    "Passage",
    "Progress",
    "Settings",
    "Statement",
    "Status",
    "chunk",
    "demo_corpus",
]

_HOMES = {
    "graph_builder.errors": {"HoptraceError"},
    "graph_builder.ingest": {"IngestReport", "Progress"},
    "graph_builder.model": {"Document"},
    "graph_builder.settings": {"Settings"},
    "hoptrace.evaluating": {"Evaluation"},
    "graph_rag.model": {"Answer", "Chain", "Citation", "Comparison", "Connection", "Hop", "Passage", "Statement"},
}


def __getattr__(name: str) -> object:
    """Import a name when it is first asked for, so that `hoptrace --help` loads no model library."""
    if name not in __all__:
        raise AttributeError(f"module 'hoptrace' has no attribute {name!r}")
    home = next((module for module, names in _HOMES.items() if name in names), "hoptrace.graph")
    return getattr(importlib.import_module(home), name)
