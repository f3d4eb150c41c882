"""What an ingest will ask of a language model, and cost, before it is asked anything.

The prompts are made as the ingest would make them, so what is read is known up to the provider's way to count tokens. What is
written is not: it is taken to be in proportion to the text that is read, as in the calls of the same model that the journal
holds, or, without any, as in those on which the constants below were measured.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from graph_builder.llm import LanguageModel, Prompt
from graph_builder.llm.journal import Experience
from graph_builder.llm.prices import Prices
from graph_builder.llm.tokens import tokens_in, tokens_of
from graph_builder.loading import Failure
from graph_builder.model import Document
from graph_builder.recipe import Recipe

WRITTEN = 2.0
"""Tokens written for each token of text, where the journal knows no better: `benchmarks/llm_estimate.py` measures it."""
_ENOUGH = 20
"""Calls that the journal must hold before its experience counts."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What an ingest will take. ``dollars`` is None where the price is unknown.

    ``recorded`` of the ``calls`` are in the journal and cost nothing; tokens and dollars are of the others. ``basis`` says where
    the number of written tokens comes from.
    """

    model: str
    documents: int
    unchanged: int
    calls: int
    recorded: int
    input_tokens: int
    output_tokens: int
    dollars: float | None
    basis: str

    def as_json(self) -> dict[str, object]:
        """The JSON of the command line."""
        return asdict(self)


def estimate(
    loaded: Iterable[Document | Failure],
    recipe: Recipe,
    llm: LanguageModel,
    *,
    held: set[tuple[str, str]],
    experience: Experience,
    prices: Prices,
    gleanings: int = 0,
) -> Estimate:
    """Go through the documents as the ingest would.

    Parameters
    ----------
    held
        Id and recipe of the documents that are in the graph.
    experience
        What earlier calls of the model read and wrote.
    """
    documents = unchanged = calls = recorded = 0
    read = written = 0.0
    known = experience.calls >= _ENOUGH
    per_token = experience.written_per_text if known else WRITTEN
    stretch = experience.read_per_counted if known else 1.0
    for document in loaded:
        if isinstance(document, Failure):
            continue
        documents += 1
        if (document.id, recipe.signature) in held:
            unchanged += 1
            continue
        prompts = recipe.prompts(document)
        new = [prompt for prompt in prompts if not llm.recorded(prompt)]
        calls += len(prompts) * (1 + gleanings)
        recorded += len(prompts) - len(new)
        for prompt in new:
            answer = per_token * _text(prompt)
            read += stretch * tokens_of(prompt) + gleanings * (stretch * tokens_of(prompt) + answer)
            written += answer
    dollars = prices.dollars(round(read), round(written), round(experience.cached * read) if known else 0)
    basis = f"{experience.calls} earlier calls of this model" if known else "calls of another model: none of this one are known"
    return Estimate(llm.name, documents, unchanged, calls, recorded, round(read), round(written), dollars, basis)


def _text(prompt: Prompt) -> int:
    return tokens_in(prompt.turns[0])
