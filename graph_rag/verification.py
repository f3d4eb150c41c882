"""Nothing is shown as proven that the program has not compared with the document's text."""

from collections.abc import Iterable

from graph_builder.model import Document, Evidence
from graph_builder.names import words
from graph_builder.stores import Store


class Checker:
    """Compares quotes with the documents they are from; each document is fetched once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._documents: dict[str, Document] = {}

    def read(self, document_ids: Iterable[str]) -> None:
        """Fetch the documents that are not here yet."""
        new = sorted(set(document_ids) - set(self._documents))
        self._documents |= self._store.fetch_documents(new) if new else {}

    def document(self, document_id: str) -> Document:
        """The document of an id that has been read, or is read now."""
        self.read([document_id])
        return self._documents[document_id]

    def stands(self, document_id: str, start: int, end: int, quote: str) -> bool:
        """Whether the document's text from start to end is the quote."""
        self.read([document_id])
        document = self._documents.get(document_id)
        return document is not None and bool(quote) and document.text[start:end] == quote

    def antecedent(self, evidence: Evidence) -> str:
        """The sentence that names an end which the evidence only points to, or an empty text."""
        if evidence.antecedent is None:
            return ""
        return self.document(evidence.document_id).text[slice(*evidence.antecedent)]

    def proves(self, evidence: Evidence, subject: str, object_: str) -> bool:
        """Whether the quote stands, and names both ends there or in its antecedent. ``subject``, ``object_``: spellings."""
        if not self.stands(evidence.document_id, evidence.start, evidence.end, evidence.quote):
            return False
        said = f" {' '.join(words(evidence.quote))} | {' '.join(words(self.antecedent(evidence)))} "
        return all(f" {' '.join(words(name))} " in said for name in (subject, object_))
