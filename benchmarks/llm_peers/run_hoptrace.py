"""Hoptrace's side: the language-model extractor with the open pack, through the Python API."""

from typing import Any

from side import FOLDER, PASSAGES, Measured, report

from hoptrace import Graph


def main() -> None:
    """Ingest the passages as rows."""
    embedder = Measured()

    def run() -> dict[str, Any]:
        with Graph.open(str(FOLDER)) as graph:
            graph.__dict__["embedder"] = embedder  # where the property keeps it
            told = graph.ingest(str(PASSAGES), pack="open", extractor="llm", fields={"id": "doc_id", "name": "title"})
            status = graph.status()
        failed = sum(document.status == "failed" for document in told.documents)
        return {
            "entities": status.entities,
            "relations": status.relations,
            "documents": status.documents,
            "quarantined": status.quarantined,
            "failed": failed,
        }

    report(run, embedder)


if __name__ == "__main__":
    main()
