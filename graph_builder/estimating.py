"""What an ingest will ask of a language model, and cost, before it is asked anything.

The prompts are made as the ingest would make them, so what is read is known up to the provider's way to count tokens. What is
written is not: it is taken to be in proportion to the text that is read, as in the calls of the same model that the journal
holds, or, without any, as in those on which the constants below were measured.
"""

import random
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass

from graph_builder.llm import LanguageModel, Prompt
from graph_builder.llm.journal import Experience
from graph_builder.llm.prices import Prices
from graph_builder.llm.tokens import tokens_in, tokens_of
from graph_builder.loading import Failure
from graph_builder.model import Document
from graph_builder.recipe import Recipe

WRITTEN = 3.3
"""Tokens written for each token of text, where the journal knows no better: what gpt-3.5 wrote of encyclopedic text with the open
pack, as `benchmarks/llm_estimate.py` measures it. Other text and closed packs differ: `sample` asks instead of guessing."""
_ENOUGH = 20
"""Calls that the journal must hold before its experience counts."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What an ingest will take. ``dollars`` is None where the price is unknown.

    ``recorded`` of the ``calls`` are in the journal and cost nothing; tokens and dollars are of the others. Gleanings are taken
    to read all again and to write nothing. ``basis`` says where the number of written tokens comes from.
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
    experience: Callable[[], Experience],
    prices: Prices,
    gleanings: int = 0,
    sample: int = 0,
) -> Estimate:
    """Go through the documents as the ingest would.

    Parameters
    ----------
    held
        Id and recipe of the documents that are in the graph.
    experience
        What earlier calls of the model read and wrote.
    sample
        So many of the calls are made first, drawn at random, so that the experience is with these documents; they are paid for,
        and the ingest finds them in the journal.
    """
    documents, unchanged, prompts = _prompts(loaded, recipe, held)
    prompts = list(dict.fromkeys(prompts))  # what stands in two documents is asked once
    new = [prompt for prompt in prompts if not llm.recorded(prompt)]
    asked = random.Random(0).sample(new, min(sample, len(new)))
    if asked:
        with ThreadPoolExecutor(llm.at_once) as pool:
            list(pool.map(llm.reply, asked))
        new = [prompt for prompt in new if not llm.recorded(prompt)]
    known = experience()
    if known.calls < _ENOUGH:
        known = Experience(0, written_per_text=WRITTEN)
    return _sum(llm.name, documents, unchanged, prompts, new, known, prices, gleanings)


def _prompts(loaded: Iterable[Document | Failure], recipe: Recipe, held: set[tuple[str, str]]) -> tuple[int, int, list[Prompt]]:
    """How many documents there are, how many of them unchanged, and the first prompts about the others."""
    documents = unchanged = 0
    prompts: list[Prompt] = []
    for document in loaded:
        if isinstance(document, Failure):
            continue
        documents += 1
        if (document.id, recipe.signature) in held:
            unchanged += 1
        else:
            prompts += recipe.prompts(document)
    return documents, unchanged, prompts


def _sum(
    model: str,
    documents: int,
    unchanged: int,
    prompts: Sequence[Prompt],
    new: Sequence[Prompt],
    known: Experience,
    prices: Prices,
    gleanings: int,
) -> Estimate:
    read = written = 0.0
    fresh = set(new)
    for prompt in prompts:
        answer = known.written_per_text * tokens_in(prompt.turns[0])
        once = known.read_per_counted * tokens_of(prompt)
        read += gleanings * (once + answer) + (once if prompt in fresh else 0.0)
        written += answer if prompt in fresh else 0.0
    return Estimate(
        model=model,
        documents=documents,
        unchanged=unchanged,
        calls=len(prompts) * (1 + gleanings),
        recorded=len(prompts) - len(new),
        input_tokens=round(read),
        output_tokens=round(written),
        dollars=prices.dollars(round(read), round(written), round(known.cached * read)),
        basis=f"{known.calls} calls of this model in the journal" if known.calls else "calls of another model on other text",
    )
