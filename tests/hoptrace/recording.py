"""Record the journal that `test_replay.py` replays: `python -m tests.hoptrace.recording`, after a change of prompts or schema.

A scripted server plays the model: it reads the numbered sentences of a prompt with the extractor by rules. What is recorded
is real traffic of the gateway over HTTP, as any model's would be.
"""

import json
import os
import re
import tempfile
from contextlib import chdir
from pathlib import Path

from graph_builder.extraction import Extraction, NumberedSentence, Passage, open_extractor
from graph_builder.packs import load_pack
from graph_builder.settings import Settings
from hoptrace import Graph, demo_corpus
from tests.openai_server import Asked, OpenAIServer, words

FOLDER = Path(__file__).parent / "recorded"
JOURNAL, FINGERPRINT = FOLDER / "journal.jsonl", FOLDER / "fingerprint"
DOCUMENTS = ("clarithromycin.md", "simvastatin.md", "cyp3a4.md", "azithromycin.md")
MODEL = "openai:gpt-4.1-mini"
_LINE = re.compile(r"^\[(\d+)\] (.*)$", re.MULTILINE)


class Reader:
    """A model that says what rules find."""

    def __init__(self) -> None:
        self._rules = open_extractor("rules", load_pack("drug_interactions"), llm=None, spacy_model=Settings().spacy_model)

    def __call__(self, asked: Asked) -> object:
        """The records of a prompt's sentences."""
        title = asked.prompt.partition("\n")[0].removeprefix("Document: ")
        sentences = tuple(NumberedSentence(int(n), text) for n, text in _LINE.findall(asked.prompt))
        (found,) = self._rules.extract([Passage(title, "", sentences)])
        wanted = {"entities", "relations", "aliases"}
        return Extraction.model_validate(found).model_dump(mode="json", include=wanted, exclude_defaults=True)


def ingest(home: Path, *, replay: Path | None = None, url: str = "") -> tuple[str, Graph]:
    """Ingest the documents by their file names alone, which are part of their ids; the graph's fingerprint, and the graph."""
    graph = Graph.open(settings=Settings(home=str(home), llm_model=MODEL, llm_base_url=url), replay=replay)
    with chdir(demo_corpus() / "documents"):
        graph.ingest(list(DOCUMENTS), pack="drug_interactions", extractor="llm")
    return graph.status().fingerprint, graph


def main() -> None:
    """Record."""
    os.environ["OPENAI_API_KEY"] = "none"
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home, OpenAIServer(Reader(), tokens=words) as server:
        fingerprint, graph = ingest(Path(home), url=server.url)
        lines = [line | {"sent_at": 0.0, "answered_at": 0.0} if "key" in line else line for line in graph.journal.export()]
        graph.close()
    JOURNAL.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    FINGERPRINT.write_text(f"{fingerprint}\n", "utf-8")


if __name__ == "__main__":
    main()
