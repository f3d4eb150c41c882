"""Rules and a record together: what either finds in a passage. `recorded.py` tells how the record comes here.

What is told twice is kept once by grounding, which holds all of it to a record's checks.
"""

from collections.abc import Sequence

from graph_builder.extraction import Extraction, Extractor, Passage, recorded, rules
from graph_builder.llm import LanguageModel, Prompt
from graph_builder.packs import Pack


def create(
    pack: Pack, *, llm: LanguageModel | None = None, spacy_model: str = "", gleanings: int = 0, triples: str = ""
) -> "BothExtractor":
    """Both extractors of a pack; errors as those of `recorded`."""
    ruled = rules.create(pack, llm=llm, spacy_model=spacy_model, gleanings=gleanings)
    return BothExtractor(ruled, recorded.create(pack, triples=triples))


class BothExtractor:
    """Joins the extractions of two extractors, passage by passage."""

    at_once = 1

    def __init__(self, ruled: Extractor, recorded: Extractor) -> None:
        self._ruled, self._recorded = ruled, recorded
        self.name = f"both/1:{ruled.name}+{recorded.name}"

    def prompts(self, passages: Sequence[Passage]) -> list[Prompt]:  # noqa: ARG002  # no model is asked
        """Nothing."""
        return []

    def extract(self, passages: Sequence[Passage]) -> list[Extraction]:
        """What either finds."""
        return [
            _joined(left, right)
            for left, right in zip(self._ruled.extract(passages), self._recorded.extract(passages), strict=True)
        ]


def _joined(ruled: Extraction, recorded: Extraction) -> Extraction:
    """One extraction. A name that rules have given a type keeps it."""
    typed = {entity.name: entity.type for entity in ruled.entities}
    entities = [entity.model_copy(update={"type": typed.get(entity.name, entity.type)}) for entity in recorded.entities]
    return Extraction(
        entities=[*ruled.entities, *entities],
        relations=[*ruled.relations, *recorded.relations],
        aliases=[*ruled.aliases, *recorded.aliases],
        by_model=True,
        types=recorded.types | ruled.types,
        unreadable=[*ruled.unreadable, *recorded.unreadable],
    )
