"""How near `hoptrace estimate` comes to what an ingest then costs: `make bench-estimate DATA=FOLDER`.

Usage: python benchmarks/llm_estimate.py [FOLDER] [--passages N]. FOLDER holds corpus.jsonl and openie_gpt35.jsonl. A scripted
server says what gpt-3.5 once said of each passage; it counts tokens by o200k_base where TIKTOKEN_CACHE_DIR holds its vocabulary,
else by words and marks. Half of the passages, drawn at random, are for measuring what is written by token of text; the estimates
are for the other half: once as if the model was never called, once after a first part of it was ingested.
"""

import argparse
import os
import random
import tempfile
from collections.abc import Callable, Hashable, Sequence
from pathlib import Path

from graph_builder.estimating import Estimate
from graph_builder.llm import Usage
from graph_builder.settings import Settings
from hoptrace import Graph
from tests.openai_server import OpenAIServer, words
from tests.recorded import Recorded

MODEL = "openai:gpt-4.1-mini"
FIRST = 60
FIELDS = {"id": "doc_id", "name": "title"}


def main() -> None:
    """Run it and print it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", nargs="?", default="../shared/data/musique_train100")
    parser.add_argument("--passages", type=int, default=600)
    arguments = parser.parse_args()
    os.environ.setdefault("OPENAI_API_KEY", "none")
    folder = Path(arguments.folder)
    rows = (folder / "corpus.jsonl").read_text("utf-8").splitlines()
    random.Random(0).shuffle(rows)
    half = arguments.passages // 2
    counter, counted_by = _counter()
    print(f"{half} passages to measure on, {half} to estimate; tokens of {counted_by}; priced as {MODEL}\n")
    with tempfile.TemporaryDirectory() as scratch, OpenAIServer(Recorded.read(folder), tokens=counter, keep=False) as server:
        first, second, part = (Path(scratch) / name for name in ("first.jsonl", "second.jsonl", "part.jsonl"))
        first.write_text("\n".join(rows[:half]), "utf-8")
        second.write_text("\n".join(rows[half : 2 * half]), "utf-8")
        part.write_text("\n".join(rows[half : half + FIRST]), "utf-8")
        settings = Settings(llm_model=MODEL, llm_base_url=server.url)
        with Graph.open(f"{scratch}/measured", settings=settings) as graph:
            graph.ingest(str(first), pack="open", extractor="llm", fields=FIELDS)
            found = graph.journal.experience(MODEL, "extract", most=half)
            print(f"written for each token of text: {found.written_per_text:.2f}")
            print(f"read for each token that was counted: {found.read_per_counted:.3f}\n")
        with Graph.open(f"{scratch}/estimated", settings=settings) as graph:
            blind = graph.estimate(str(second), pack="open", fields=FIELDS)
            begun = graph.ingest(str(part), pack="open", extractor="llm", fields=FIELDS).usage
            informed = graph.estimate(str(second), pack="open", fields=FIELDS)
            rest = graph.ingest(str(second), pack="open", extractor="llm", fields=FIELDS).usage
    print("| estimate | tokens read | | tokens written | | dollars | |\n|---|---:|---:|---:|---:|---:|---:|")
    _row("before any call", blind, begun + rest)
    _row(f"after {FIRST} passages, for the rest", informed, rest)


def _row(name: str, said: Estimate, used: Usage) -> None:
    pairs = [
        (said.input_tokens, used.input_tokens, ",.0f"),
        (said.output_tokens, used.output_tokens, ",.0f"),
        (said.dollars or 0.0, used.dollars or 0.0, ".4f"),
    ]
    cells = [f"{a:{form}} for {b:{form}} | {100 * (a / b - 1):+.1f} %" for a, b, form in pairs]
    print(f"| {name} | {' | '.join(cells)} |")


def _counter() -> tuple[Callable[[str], Sequence[Hashable]], str]:
    if not os.environ.get("TIKTOKEN_CACHE_DIR"):
        return words, "words and marks"
    import tiktoken  # noqa: PLC0415  # its vocabulary is a download, unless a folder holds it

    return tiktoken.get_encoding("o200k_base").encode_ordinary, "o200k_base"


if __name__ == "__main__":
    main()
