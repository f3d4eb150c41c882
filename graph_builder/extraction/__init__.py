"""Sentences in, names and sentence numbers out. One file an extractor: `create(pack, *, llm, spacy_model, gleanings, triples)`.

An extractor never gives offsets and never quotes: it says which names stand in which relation and the **numbers of the
sentences** that say so. Spans, quotes and checks are the program's (`grounding.py`), so that evidence can not be invented.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

from graph_builder import registry
from graph_builder.llm import LanguageModel, Prompt
from graph_builder.model import Modality, Polarity
from graph_builder.packs import Pack


@dataclass(frozen=True, slots=True)
class NumberedSentence:
    """A sentence of a document under the number that the document gives it."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """What an extractor reads at a time: a chunk's sentences, with the document's title and source, and the headings above."""

    title: str
    heading: str
    sentences: tuple[NumberedSentence, ...]
    document: str = ""


class ExtractedEntity(BaseModel):
    """A name as it stands in the text, its type, and the sentences that name it."""

    model_config = ConfigDict(frozen=True)

    name: str
    type: str
    sentences: list[int]


class ExtractedRelation(BaseModel):
    """A claim. The first of ``sentences`` states it; the others name an end that the first only points to ("the drug")."""

    model_config = ConfigDict(frozen=True)

    subject: str
    predicate: str
    object: str
    sentences: list[int]
    polarity: Polarity = Polarity.AFFIRMED
    modality: Modality = Modality.ASSERTED
    qualifiers: str = ""
    confidence: float = Field(default=1.0, ge=0.0, le=1.0)


class ExtractedAlias(BaseModel):
    """Two names that a sentence declares to be one thing: "Plavix (clopidogrel)"."""

    model_config = ConfigDict(frozen=True)

    name: str
    alias: str
    sentence: int


class Unreadable(BaseModel):
    """What an extractor could not make a record of, or would not: what was said or shown, and why."""

    model_config = ConfigDict(frozen=True)

    said: str
    reason: str


class Extraction(BaseModel):
    """What one passage gives.

    ``by_model``: a language model said it. Its predicates are in anyone's words, and grounding puts them into one form
    (`predicates.py`), which rules write; its qualifiers and declared aliases are held against the sentence's words.
    ``types`` are those of names whose entity stands in another passage that was read together with this one. What is
    ``unreadable`` goes to the quarantine.
    """

    entities: list[ExtractedEntity] = Field(default_factory=list)
    relations: list[ExtractedRelation] = Field(default_factory=list)
    aliases: list[ExtractedAlias] = Field(default_factory=list)
    by_model: bool = False
    types: dict[str, str] = Field(default_factory=dict)
    unreadable: list[Unreadable] = Field(default_factory=list)


class Extractor(Protocol):
    """Finds entities, relations and declared aliases."""

    @property
    def name(self) -> str:
        """Name and version, such as "rules/1": stored with each relation, and part of the recipe's signature."""

    @property
    def at_once(self) -> int:
        """How many documents it is worth to read side by side: 1 where there is nothing to wait for."""

    def prompts(self, passages: Sequence[Passage]) -> list[Prompt]:
        """What a language model is asked at first about the passages of a document; nothing where none is."""

    def extract(self, passages: Sequence[Passage]) -> list[Extraction]:
        """One extraction for each passage of one document, in order; an extractor may carry what it learnt onwards.

        Several threads may call it, each with a document of its own, where `at_once` is above 1.

        Raises
        ------
        ModelError
            The model behind it can not be reached or used. What it says wrongly is no error: grounding rejects it.
        """


def open_extractor(
    name: str, pack: Pack, *, llm: LanguageModel | None, spacy_model: str, gleanings: int = 0, triples: str = ""
) -> Extractor:
    """The extractor of a name for a pack; it loads what it needs when it is first used.

    Parameters
    ----------
    gleanings
        How often a language model is asked what it has missed.
    triples
        A file of recorded triples, for the extractors that align such.

    Raises
    ------
    UnknownName
        There is no such extractor; the message lists those there are.
    SettingsError
        It needs a language model, or a file of triples, and there is none.
    """
    import graph_builder.extraction as folder  # noqa: PLC0415  # a module can not name itself before it is made

    chosen = registry.load(folder, name, what="extractor")
    extractor: Extractor = chosen.create(pack, llm=llm, spacy_model=spacy_model, gleanings=gleanings, triples=triples)
    return extractor
