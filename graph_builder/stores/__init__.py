"""Where the graph lies. One file a store; each has `connect(settings, *, embedding_model, dim)`."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeVar

from graph_builder.model import Chunk, Contribution, Document, Entity, Evidence, Kind, Rejected, Relation, Vectors

Result = TypeVar("Result")


class Hit(NamedTuple):
    """An id with its score, which rises with relevance: a cosine in [-1, 1], or a BM25 score above 0."""

    id: str
    score: float


class DocumentRecord(NamedTuple):
    """What a store says of a document without its text."""

    id: str
    name: str
    source: str
    recipe: str
    chunks: int


@dataclass(frozen=True, slots=True)
class Expansion:
    """The relations around some entities.

    ``relations``: best first (confidence, then number of evidence, then id), at most the cap for each entity.
    ``capped``: the entities of which some were left out.
    """

    relations: tuple[Relation, ...] = ()
    capped: frozenset[str] = frozenset()


class Named(NamedTuple):
    """A place of a chunk that names an entity, and the name in its normalised form.

    The place is without length where it is the document's title that names it.
    """

    start: int
    end: int
    entity_id: str
    name: str


class Whereabouts(NamedTuple):
    """Chunks that mention an entity, those of documents with that title first, then by id; and how many there are in all."""

    chunk_ids: tuple[str, ...]
    total: int


class Counts(NamedTuple):
    """How much of each thing there is."""

    documents: int
    chunks: int
    entities: int
    relations: int
    evidence: int
    quarantined: int


class Store(Protocol):
    """A graph with evidence. Batched; ids that are not there are left out of answers; results are in the stated order.

    Every method raises `StoreUnavailable` (or another `StoreError`) when the database does not answer: never an empty
    result. Readers see whole documents or nothing of them.
    """

    def write(self, *contributions: Contribution) -> None:
        """Write documents' contributions in one transaction, each in place of any other document of the same source.

        Idempotent: writing the same contribution twice changes nothing. Several at once give the same graph as one by one, and
        sooner; of several from one source the last counts.

        Raises
        ------
        ValueError
            It points to an alias or a chunk that it does not hold; nothing is written.
        """

    def remove(self, document_id: str) -> bool:
        """Remove exactly what the document gave; False when there is no such document."""

    def documents(self) -> list[DocumentRecord]:
        """All documents, by source."""

    def contribution(self, document_id: str) -> Contribution:
        """What was written for the document, with its vectors: written to any store, it gives the same graph.

        Chunks are by index, aliases and evidence by id, mentions and the quarantine by place. Aliases that nothing in the
        document names were never kept.

        Raises
        ------
        KeyError
            There is no such document.
        """

    def fetch_documents(self, ids: Sequence[str]) -> dict[str, Document]:
        """Documents with their texts, by id."""

    def chunk_ids(self) -> list[str]:
        """The ids of all chunks, sorted."""

    def fetch_chunks(self, ids: Sequence[str]) -> dict[str, Chunk]:
        """Chunks with their sentences, by id."""

    def fetch_entities(self, ids: Sequence[str]) -> dict[str, Entity]:
        """Entities with aliases and joins, by id."""

    def fetch_aliases(self, ids: Sequence[str]) -> dict[str, str]:
        """The spelling of each alias, by alias id."""

    def fetch_evidence(self, ids: Sequence[str]) -> dict[str, Evidence]:
        """Evidence by id; subject and object are alias ids."""

    def sentence_vectors(self, chunk_ids: Sequence[str]) -> dict[str, Vectors]:
        """For each chunk the vectors of its sentences, shape (sentences, dim), in order."""

    def terms(self, chunk_ids: Sequence[str]) -> dict[str, frozenset[str]]:
        """The index terms (`terms.py`) of each chunk's text under its headings."""

    def entities_named(self, names: Sequence[str], *, normalised: bool = False) -> dict[str, tuple[str, ...]]:
        """Entity ids by name as given, sorted: those with an alias or a canonical name of the same normalised form.

        ``normalised``: the names are in that form already, and are not brought into it again ("AIDS" is "aids", "aids" is "aid").
        """

    def vectors(self, kind: Kind, ids: Sequence[str]) -> dict[str, Vectors]:
        """The vectors of chunks, entities or evidence, each of shape (dim,), by id."""

    def mentions(self, chunk_ids: Sequence[str]) -> dict[str, tuple[Named, ...]]:
        """For each chunk that mentions something, what it names where, by place, then by entity id."""

    def mentioned(self, entity_ids: Sequence[str], *, cap: int) -> dict[str, Whereabouts]:
        """For each entity where it is mentioned, at most ``cap`` chunks."""

    def nearest(self, kind: Kind, vector: Vectors, *, k: int) -> list[Hit]:
        """The k nearest by cosine, best first, equal scores by id."""

    def search(self, kind: Kind, text: str, *, k: int) -> list[Hit]:
        """The k best by BM25 over the text's words, best first, equal scores by id; no word in common, no hit.

        In a large graph only the rarest of the words count (`terms.telling`).
        """

    def expand(self, entity_ids: Sequence[str], *, cap: int) -> Expansion:
        """The relations around the entities, at most ``cap`` for each entity."""

    def ties(self, pairs: Sequence[tuple[str, str]]) -> list[Relation]:
        """All relations between the two entities of each pair, either way round, by id, however many each has besides."""

    def rejected(self) -> list[Rejected]:
        """The quarantine, by chunk."""

    def revision(self) -> str:
        """A text that every change makes anew, at random: no other state of this graph, or of another, has it."""

    def counts(self) -> Counts:
        """How much there is."""

    def rows(self) -> Iterator[tuple[str, ...]]:
        """The graph's content as tuples of text, in no order: what the fingerprint is a hash of."""

    def fingerprint(self) -> str:
        """A hash of the graph's content, the same in every store and for every order of writing."""

    def consistently(self, work: Callable[[], Result]) -> Result:
        """What the work returns, all of whose reads in this thread see one state of the graph, where the store can do that.

        Where it can not, work that ends in a KeyError while others wrote, as by an id whose document is gone, is done once
        more. The work writes nothing. It may take minutes: others write meanwhile, though SQLite's log grows until it ends.
        """

    def close(self) -> None:
        """Let go of the database; may be called twice."""
