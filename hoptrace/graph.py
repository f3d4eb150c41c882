"""`Graph`: the door to everything. The command line and the pages are thin skins over it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import TracebackType

from graph_builder import chunking, extraction, registry, stores
from graph_builder.chunking import DEFAULT_SIZE, Options, chunk_document
from graph_builder.copying import Copied, CopyProgress, copy_graph
from graph_builder.embedding import Embedder, open_embedder
from graph_builder.errors import InputError, SettingsError
from graph_builder.estimating import Estimate, estimate
from graph_builder.extraction import Extractor, open_extractor
from graph_builder.ingest import IngestReport, Progress, ingest
from graph_builder.llm import LanguageModel, Usage, open_model
from graph_builder.llm.breaks import ask_breaks
from graph_builder.llm.journal import FILE, Journal
from graph_builder.llm.prices import Prices
from graph_builder.loading import Failure, load_paths
from graph_builder.model import Chunk, Document, Entity, Rejected, Vectors
from graph_builder.packs import Pack
from graph_builder.querying import ROWS, SECONDS, Parameters, Table
from graph_builder.recipe import AUTO, Recipe, packs_of
from graph_builder.settings import Settings
from graph_builder.stores import DocumentRecord, Store
from graph_rag.asking import ask, compare
from graph_rag.connecting import MOST_HOPS, connect, describe
from graph_rag.gathering import read_ahead
from graph_rag.memory import Memory
from graph_rag.model import Answer, Comparison, Connection, Hop
from graph_rag.reading import Library
from graph_rag.retrieval import methods, retriever
from graph_rag.sources import Question, Sources
from graph_rag.text2cypher import Asked, answer_in_cypher

RULES = "rules"
LLM = "llm"
PURPOSE = "extract"
"""What the extractor `llm` calls its calls in the journal."""


@dataclass(frozen=True, slots=True)
class Status:
    """What a graph holds and where."""

    documents: int
    chunks: int
    entities: int
    relations: int
    evidence: int
    quarantined: int
    fingerprint: str
    embedding_model: str
    store: str


@dataclass(frozen=True, slots=True)
class EntityView:
    """An entity with the relations around it, each quoted."""

    entity: Entity
    relations: tuple[Hop, ...]


class Graph:
    r"""A graph of documents, open for reading and writing.

    >>> import tempfile
    >>> from pathlib import Path
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "a.md").write_text("# Clarithromycin\n\nClarithromycin inhibits CYP3A4. It is given by mouth.\n")
    >>> _ = (folder / "b.md").write_text("# Simvastatin\n\nSimvastatin is metabolised by CYP3A4. It lowers cholesterol.\n")
    >>> with Graph.open(str(folder / ".hoptrace")) as graph:
    ...     report = graph.ingest(str(folder), pack="drug_interactions")
    ...     chain = graph.connect("clarithromycin", "simvastatin").chains[0]
    >>> [document.status for document in report.documents]
    ['ingested', 'ingested']
    >>> chain.names, chain.verified
    (('clarithromycin', 'CYP3A4', 'simvastatin'), True)
    >>> chain.hops[0].quote
    'Clarithromycin inhibits CYP3A4.'
    """

    def __init__(self, settings: Settings, *, replay: Path | None = None) -> None:
        self._settings = settings
        self._replay = replay
        self._memory = Memory()
        self._packs: Sequence[Pack] = packs_of(AUTO)

    @classmethod
    def open(cls, home: str | None = None, *, settings: Settings | None = None, replay: str | Path | None = None) -> "Graph":
        """Open the graph that the environment names, or the embedded one in ``home``; nothing is read before it is needed.

        Parameters
        ----------
        replay
            A journal of calls to the language model: answers come from it alone, and what it does not hold is an error.

        Raises
        ------
        SettingsError
            The environment asks for something that can not be.
        """
        found = settings or Settings.from_environment()
        return cls(replace(found, home=home) if home else found, replay=Path(replay) if replay else None)

    def __enter__(self) -> "Graph":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the store."""
        if "store" in self.__dict__:
            self.store.close()
            del self.__dict__["store"]
            self._memory = Memory()  # another graph may lie there when it is opened again

    @cached_property
    def embedder(self) -> Embedder:
        """The embedding model, loaded when first asked for."""
        return open_embedder(self._settings.embedding_model)

    @cached_property
    def llm(self) -> LanguageModel | None:
        """The language model that LLM_MODEL names, or None."""
        return open_model(self._settings, replay=self._replay)

    @property
    def journal(self) -> Journal:
        """What language models were asked and said, and what that cost."""
        return Journal(Path(self._settings.home).expanduser() / FILE)

    @cached_property
    def store(self) -> Store:
        """The store, opened when first asked for."""
        opened = registry.load(stores, self._settings.store, what="store")
        store: Store = opened.connect(self._settings, embedding_model=self.embedder.name, dim=self.embedder.dim)
        return store

    @property
    def sources(self) -> Sources:
        """What retrieval methods read."""
        return Sources(self.store, self.embedder, self._packs, self.llm, self._settings.rewriting, self._memory)

    def prepare(self) -> None:
        """Load what questions will need, so that the first is answered as fast as those after it: for what runs long.

        The embedding model, the indexes in memory, and of the first 10,000 passages what they name, with the vectors. It holds as
        long as nobody changes the graph; after that questions read as they go.
        """
        self.store.consistently(self._read_ahead)

    def _read_ahead(self) -> None:
        for text in ("Does nothing interact with nobody?", "?"):  # each method loads what it needs when it is first asked
            retriever("graph")(Question(text, self.embedder), self.sources, k=1)
        read_ahead(Library(self.store, self._memory.of(self.store)))

    @property
    def methods(self) -> list[str]:
        """The retrieval methods there are."""
        return methods()

    def ingest(
        self,
        paths: Sequence[str] | str,
        *,
        pack: str = AUTO,
        chunker: str = "structure",
        extractor: str = "",
        size: int = DEFAULT_SIZE,
        overlap: int = 0,
        fields: Mapping[str, str] | None = None,
        gleanings: int = 0,
        max_cost: float | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> IngestReport:
        """Read files, folders and globs into the graph; what is there unchanged is skipped.

        Parameters
        ----------
        pack
            A shipped pack, the path of one, or "auto": the drug pack for texts full of its names, else the open one.
        extractor
            "rules" or "llm"; empty means the language model where LLM_MODEL is set, else rules.
        size, overlap
            Of chunks, in characters.
        fields
            For rows of JSON and CSV: which field is the "id", "name" and "text".
        gleanings
            How often a language model is asked once more what it missed in a passage.
        max_cost
            US dollars that this ingest may spend on a language model; it stops before a call that could cost more than is
            left, and the report says so.

        Raises
        ------
        PathNotFound
            A path that names nothing; found before any work.
        InputError, SettingsError, StoreError
            Sizes, names or settings that can not be followed; the store failed. A document that can not be read is no error:
            the report says so.
        ModelRefused, ModelUnavailable, NotRecorded
            The language model will not answer; what was written stays.
        """
        loaded = load_paths([paths] if isinstance(paths, str) else list(paths), fields=fields)
        if max_cost is not None and not max_cost >= 0:  # so that nan is caught too
            raise InputError(f"max_cost is {max_cost}; it must be 0 or more")
        llm = self.llm.metered(most_dollars=max_cost) if self.llm else None
        recipe = self._recipe(llm, pack, chunker, extractor, size, overlap, gleanings)
        try:
            return ingest(loaded, recipe, self.store, spent=lambda: llm.usage if llm else Usage(), progress=progress)
        except BaseException:  # Ctrl-C too: threads that wait for a model would keep the program from ending
            if llm:
                llm.stop()
            raise

    def estimate(
        self,
        paths: Sequence[str] | str,
        *,
        model: str = "",
        pack: str = AUTO,
        chunker: str = "structure",
        size: int = DEFAULT_SIZE,
        overlap: int = 0,
        fields: Mapping[str, str] | None = None,
        gleanings: int = 0,
        sample: int = 0,
    ) -> Estimate:
        """What `ingest` with a language model would ask and cost; without a sample nothing is sent, and no key is needed.

        Parameters
        ----------
        model
            The model, such as "openai:gpt-5-mini"; empty means the one that LLM_MODEL names.
        sample
            So many passages are asked about first, which is paid for and not lost, to learn how much the model writes.

        Raises
        ------
        PathNotFound, InputError, SettingsError
            As `ingest`; also when no model is named.
        """
        settings = replace(self._settings, llm_model=model) if model else self._settings
        llm = open_model(settings, silent=not sample)
        if llm is None:
            raise SettingsError("no model to estimate for: name one with --model, such as --model openai:gpt-5-mini")
        loaded = load_paths([paths] if isinstance(paths, str) else list(paths), fields=fields)
        recipe = self._recipe(llm, pack, chunker, LLM, size, overlap, gleanings)
        try:
            return estimate(
                loaded,
                recipe,
                llm,
                held={(record.id, record.recipe) for record in self.store.documents()},
                experience=lambda: self.journal.experience(llm.name, PURPOSE),
                prices=Prices.of(settings),
                gleanings=gleanings,
                sample=sample,
            )
        except BaseException:  # Ctrl-C in the middle of a sample
            llm.stop()
            raise

    def _recipe(
        self, llm: LanguageModel | None, pack: str, chunker: str, extractor: str, size: int, overlap: int, gleanings: int
    ) -> Recipe:
        registry.load(chunking, chunker, what="chunker")
        if gleanings < 0:
            raise InputError(f"gleanings is {gleanings}; it must be 0 or more")
        options = Options(size, overlap, embed=self._embed, ask=_asker(llm))
        extractor_for = self._extractors(extractor, llm, gleanings)
        return Recipe(packs_of(pack), extractor_for, self.embedder, chunker, options, insists=bool(extractor))

    def _embed(self, texts: Sequence[str]) -> Vectors:
        return self.embedder.encode(texts)

    def _extractors(self, name: str, llm: LanguageModel | None, gleanings: int) -> Callable[[Pack], Extractor]:
        chosen = name or (LLM if llm else RULES)
        registry.load(extraction, chosen, what="extractor")
        made: dict[str, Extractor] = {}

        def extractor_for(pack: Pack) -> Extractor:
            if pack.signature not in made:
                spacy_model, triples = self._settings.spacy_model, self._settings.triples
                made[pack.signature] = open_extractor(
                    chosen, pack, llm=llm, spacy_model=spacy_model, gleanings=gleanings, triples=triples
                )
            return made[pack.signature]

        return extractor_for

    def ask(self, question: str, *, method: str = "graph", k: int = 10) -> Answer:
        """Answer a question by one method with k passages; `Graph.methods` lists them.

        Raises
        ------
        InputError
            An empty question, an unknown method, or no documents yet.
        """
        self._not_empty()
        return ask(question, self.sources, method=method, k=k)

    def compare(self, question: str, *, methods: Sequence[str] = ("graph", "hyde", "vanilla"), k: int = 10) -> Comparison:
        """Answer a question by several methods side by side."""
        self._not_empty()
        return compare(question, self.sources, methods=methods, k=k)

    def connect(self, source: str, target: str, *, k: int = 3, hops: int = 4) -> Connection:
        """The k best chains of at most ``hops`` relations between two named entities.

        Raises
        ------
        UnknownEntity
            A name that nothing in the graph bears. An ambiguous name is no error: the connection lists its candidates.
        """
        if k < 1 or hops < 1:
            raise InputError(f"k is {k} and hops is {hops}; both must be at least 1")
        if hops > MOST_HOPS:
            raise InputError(f"hops is {hops}; at most {MOST_HOPS} are walked")
        self._not_empty()
        return self.store.consistently(lambda: connect(source, target, self.sources, k=k, hops=hops))

    def entity(self, name: str) -> EntityView:
        """An entity by name, with the relations around it.

        Raises
        ------
        UnknownEntity, AmbiguousEntity
            No entity bears the name, or several do.
        """
        self._not_empty()
        return EntityView(*self.store.consistently(lambda: describe(name, self.sources)))

    def status(self) -> Status:
        """Counts, fingerprint, model and place."""
        place = self._settings.neo4j_uri if self._settings.store == "neo4j" else str(Path(self._settings.home) / "graph.db")
        return Status(*self.store.counts(), self.store.fingerprint(), self.embedder.name, f"{self._settings.store} {place}")

    def documents(self) -> list[DocumentRecord]:
        """All documents, by source."""
        return self.store.documents()

    def document(self, source: str) -> Document:
        """A document by its source, name or id.

        Raises
        ------
        InputError
            There is none, or several have that name.
        """
        found = [d for d in self.store.documents() if source in (d.source, d.id)]
        found = found or [d for d in self.store.documents() if source in (d.name, Path(d.source).name)]
        if len(found) != 1:
            several = f"; it is the name of {', '.join(d.source for d in found)}" if found else ""
            raise InputError(f'no document is "{source}"{several}: `hoptrace status --documents` lists them')
        return self.store.fetch_documents([found[0].id])[found[0].id]

    def delete(self, source: str) -> bool:
        """Remove exactly what a document, named as `document` takes it, gave to the graph."""
        return self.store.remove(self.document(source).id)

    def copy_to(self, to: str, *, progress: Callable[[CopyProgress], None] | None = None) -> Copied:
        """Copy the embedded graph to the Neo4j that NEO4J_URI names ("neo4j"), or back ("sqlite"); errors as `copy_graph`."""
        return copy_graph(self._settings, to, embedding_model=self.embedder.name, dim=self.embedder.dim, progress=progress)

    def cypher(
        self, question: str = "", *, query: str = "", parameters: Parameters = None, limit: int = ROWS, seconds: float = SECONDS
    ) -> Table:
        """The rows of a Cypher query, or of the one that the language model makes of a question; errors as `answer_in_cypher`."""
        if self._settings.store != "neo4j":
            raise SettingsError("Cypher needs a graph in Neo4j: set NEO4J_URI; `hoptrace copy --to neo4j` moves this one there")
        asked = Asked(question, query, parameters or {}, limit, seconds)
        return answer_in_cypher(asked, self.store, self.llm if question else None)

    def quarantine(self) -> list[Rejected]:
        """What extractors said that failed a check, and why."""
        return self.store.rejected()

    def _not_empty(self) -> None:
        if not self.store.counts().documents:
            raise InputError("no graph here yet: run `hoptrace ingest PATH`, or `hoptrace demo` for the bundled corpus")


def chunk(
    path: str, *, strategy: str = "structure", size: int = DEFAULT_SIZE, overlap: int = 0
) -> list[tuple[Document, list[Chunk]]]:
    """How a strategy cuts the documents of a path; no store is needed.

    Raises
    ------
    InputError
        The path or the strategy is not there, the sizes can not be, or a document can not be read.
    """
    registry.load(chunking, strategy, what="chunker")
    graph = Graph.open()
    options = Options(size, overlap, embed=graph._embed, ask=_asker(graph.llm))
    cut = []
    for document in load_paths([path]):
        if isinstance(document, Failure):
            raise InputError(f"{document.source}: {document.reason}")
        cut.append((document, chunk_document(document, strategy=strategy, options=options)))
    return cut


def _asker(llm: LanguageModel | None) -> Callable[[str], Sequence[int]] | None:
    return None if llm is None else lambda numbered: ask_breaks(llm, numbered)


def demo_corpus() -> Path:
    """The folder of the bundled corpus: ``documents/*.md`` and ``questions.jsonl``."""
    return Path(__file__).parent / "corpus" / "drug_interactions"
