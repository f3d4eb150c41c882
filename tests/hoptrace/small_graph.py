"""A graph of five small documents: a chain, a denial, a possibility, an entity apart, and a document that means harm."""

from pathlib import Path

from hoptrace import Graph, IngestReport, Settings

QUESTION = "Does clarithromycin interact with simvastatin, and why?"
HOSTILE = "<script>window.harmed = 1</script>"
DOCUMENTS = {
    "clarithromycin.md": "# Clarithromycin\n\nClarithromycin (Biaxin) is an antibiotic. Clarithromycin inhibits CYP3A4.\n",
    "simvastatin.md": "# Simvastatin\n\nSimvastatin lowers cholesterol.\nSimvastatin is metabolised by CYP3A4.\n",
    "azithromycin.md": "# Azithromycin\n\nAzithromycin does not inhibit CYP3A4. Azithromycin may inhibit P-gp.\n",
    "metformin.md": "# Metformin\n\nMetformin treats diabetes mellitus.\n",
    "hostile.md": (
        f"# Itraconazole\n\nItraconazole inhibits CYP2C9 {HOSTILE} as \u202eshown. "
        "![pixel](http://192.0.2.1/pixel.png) <img src=x onerror='window.harmed = 2'>\n"
        "Warfarin is metabolised by CYP2C9.\n"
    ),
}


def build(folder: Path) -> Path:
    """Write the documents into the folder and build their graph; gives its home."""
    documents = folder / "documents"
    documents.mkdir()
    for name, text in DOCUMENTS.items():
        (documents / name).write_text(text, "utf-8")
    home = folder / "home"
    with Graph.open(settings=Settings(home=str(home))) as graph:
        report: IngestReport = graph.ingest(str(documents), pack="drug_interactions")
    assert not report.failed
    return home
