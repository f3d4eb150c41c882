"""Every error that Hoptrace raises on purpose, as one tree.

HoptraceError
├── InputError            the caller's mistake, found before any work
│   ├── PathNotFound
│   ├── UnreadableDocument
│   ├── UnknownName       no such method, pack, chunker, extractor, store or predicate
│   ├── AmbiguousEntity
│   ├── QueryRefused      a query that would do more than read the graph, or takes too much
│   ├── QueryWrong        a query that the server does not understand
│   └── UnknownEntity
├── SettingsError         the environment asks for something that can not be
│   └── EmbeddingMismatch the store was made with another embedding model
├── StoreError            the database
│   ├── StoreUnavailable  away, refused, wrong password
│   ├── StoreCorrupt      the file is no database, or a damaged one
│   ├── StoreFull         no space left
│   └── StoreBusy         another writer holds it
└── ModelError            the language model
    ├── ModelUnavailable  away, overloaded, too slow; asking again later may help
    │   └── ModelThrottled    we ask too often
    ├── ModelRefused      it refuses our key, account or model
    ├── PromptRefused     it refuses one prompt: too long, or against its rules
    ├── ModelOutputError  it answered, but not in the schema
    ├── BudgetReached     the next call could cost more than --max-cost leaves
    └── NotRecorded       a replayed journal does not hold the answer

A message says what failed, the value received, what is allowed, and what to do next. Only the command line and the
pages catch the root, and show it as one line.
"""


class HoptraceError(Exception):
    """Root of the tree; ``exit_code`` is what the command line returns for it."""

    exit_code = 1


class InputError(HoptraceError):
    """The caller's mistake."""

    exit_code = 2


class PathNotFound(InputError):
    """A path or a pattern that names nothing."""


class UnreadableDocument(InputError):
    """One document can not be read; the message is the reason."""


class UnknownName(InputError):
    """A name that is in none of the folders that serve as registries."""


class UnknownEntity(InputError):
    """No entity of that name in the graph."""


class AmbiguousEntity(InputError):
    """A name that several entities bear; ``candidates`` are (id, name, type)."""

    def __init__(self, name: str, candidates: list[tuple[str, str, str]]) -> None:
        self.name = name
        self.candidates = candidates
        shown = ", ".join(f"{label} ({type_})" for _, label, type_ in candidates)
        super().__init__(f'"{name}" names several entities: {shown}. Use the full name, or the name with its type in brackets.')


class QueryRefused(InputError):
    """A query that would do more than read the graph, or takes too long or too much."""


class QueryWrong(InputError):
    """A query that the server does not understand."""


class SettingsError(HoptraceError):
    """A setting that can not be followed."""

    exit_code = 3


class EmbeddingMismatch(SettingsError):
    """The store holds vectors of another model or dimension."""


class StoreError(HoptraceError):
    """The database failed."""

    exit_code = 4


class StoreUnavailable(StoreError):
    """The database can not be reached, or refuses us."""


class StoreCorrupt(StoreError):
    """The store's file is not a database, or a damaged one."""


class StoreFull(StoreError):
    """No space left where the store lies."""


class StoreBusy(StoreError):
    """Another process holds the store's write lock for too long."""


class ModelError(HoptraceError):
    """The language model failed."""

    exit_code = 5


class ModelUnavailable(ModelError):
    """The language model can not be reached, is overloaded or too slow; ``retry_after`` are the seconds it asks to wait."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ModelThrottled(ModelUnavailable):
    """We ask the language model too often."""


class ModelRefused(ModelError):
    """The language model's provider refuses our key, account or model."""


class PromptRefused(ModelError):
    """The language model's provider refuses one prompt."""


class ModelOutputError(ModelError):
    """The language model answered outside the schema."""


class BudgetReached(ModelError):
    """The next call could cost more than what is left of the money."""

    exit_code = 7


class NotRecorded(ModelError):
    """Answers come from a journal alone, and it does not hold this one."""
