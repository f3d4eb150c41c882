"""A small real graph: real files, the real pipeline, the real embedder, a real SQLite file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from graph_builder.settings import Settings
from hoptrace import Graph

DOCUMENTS = {
    "clarithromycin.md": "# Clarithromycin\n\nClarithromycin is a macrolide. "
    "Clarithromycin inhibits CYP3A4 and P-glycoprotein (P-gp).\n",
    "azithromycin.md": "# Azithromycin\n\nAzithromycin is a macrolide. Azithromycin does not inhibit CYP3A4.\n",
    "simvastatin.md": "# Simvastatin\n\nSimvastatin (Zocor) lowers cholesterol. "
    "It is metabolised by CYP3A4.\n\nSimvastatin may cause myopathy.\n",
    "digoxin.md": "# Digoxin\n\nDigoxin is transported by P-gp. Digoxin is given in heart failure.\n",
    "storage.md": "# Storage\n\nTablets are kept dry, away from light and out of the reach of children.\n",
}


@pytest.fixture(scope="session")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    folder: Path = tmp_path_factory.mktemp("documents")
    for name, text in DOCUMENTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    settings = Settings(home=str(tmp_path_factory.mktemp("home")))
    with Graph.open(settings=settings) as opened:
        opened.ingest(str(folder), pack="drug_interactions")
        yield opened
