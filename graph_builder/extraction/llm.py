"""Extraction by a language model: numbered sentences in, names and sentence numbers out."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from string import Template

from graph_builder.errors import SettingsError
from graph_builder.extraction import Extraction, Passage
from graph_builder.llm import LanguageModel
from graph_builder.model import digest
from graph_builder.packs import Pack

_PROMPT = Path(__file__).parent / "prompts" / "extract.md"
_AT_ONCE = 4
_OTHER_TYPE = "- Where none of these fits: another, as one or two words in CamelCase."
_OTHER_PREDICATE = "- Any verb or noun of the text that fits, in UPPER_SNAKE_CASE and the present tense."


def create(pack: Pack, *, llm: LanguageModel | None, spacy_model: str) -> "LanguageModelExtractor":  # noqa: ARG001  # the seam's arguments
    """The extractor of a pack.

    Raises
    ------
    SettingsError
        There is no language model.
    """
    if llm is None:
        raise SettingsError("the extractor llm needs a model: set LLM_MODEL, such as LLM_MODEL=openai:gpt-5-mini")
    return LanguageModelExtractor(pack, llm)


class LanguageModelExtractor:
    """Asks once for each passage, a few passages at a time."""

    def __init__(self, pack: Pack, llm: LanguageModel) -> None:
        self._llm = llm
        self._instructions = instructions(pack)
        # Another prompt is another recipe, and documents are read anew.
        self.name = f"llm/{digest(self._instructions)[:6]} {llm.name}"

    def extract(self, passages: Sequence[Passage]) -> list[Extraction]:
        """One extraction for each passage, in order; a passage without sentences is not sent.

        Raises
        ------
        ModelUnavailable, ModelOutputError
            The model does not answer, or not in the schema, for any passage: nothing of the document is kept.
        """
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return list(pool.map(self._extract, passages))

    def _extract(self, passage: Passage) -> Extraction:
        if not passage.sentences:
            return Extraction()
        return self._llm.complete(Extraction, instructions=self._instructions, prompt=numbered(passage))


def instructions(pack: Pack) -> str:
    """What a model is told of a pack: its types and predicates with definitions and directions, and its notes."""
    types = [f"- {name}: {type_.definition}" for name, type_ in pack.entity_types.items()]
    predicates = [
        f"- {name} ({_directions(relation.directions, symmetric=relation.symmetric)}): {relation.definition}"
        for name, relation in pack.relation_types.items()
    ]
    filled = _template().substitute(
        types="\n".join([*types, _OTHER_TYPE] if pack.is_open else types),
        predicates="\n".join([*predicates, _OTHER_PREDICATE] if pack.is_open else predicates),
        notes=f"# Notes\n\n{pack.notes.strip()}" if pack.notes.strip() else "",
    )
    return filled.strip()


def numbered(passage: Passage) -> str:
    """The passage as a model reads it: title, headings, and one sentence a line, so that a text can forge no number."""
    lines = [f"[{sentence.number}] {_one_line(sentence.text)}" for sentence in passage.sentences]
    above = [f"Document: {_one_line(passage.title)}"]
    if passage.heading:
        above.append(f"Under the heading: {_one_line(passage.heading)}")
    return "\n".join([*above, "", *lines])


@cache
def _template() -> Template:
    return Template(_PROMPT.read_text("utf-8"))


def _directions(pairs: Sequence[tuple[str, str]], *, symmetric: bool) -> str:
    arrow = "↔" if symmetric else "→"
    return ", ".join(f"{subject} {arrow} {object_}" for subject, object_ in pairs)


def _one_line(text: str) -> str:
    return " ".join(text.split())
