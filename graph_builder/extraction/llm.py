"""Extraction by a language model: numbered sentences in, names and sentence numbers out.

    passages ─ bundles ─▶ numbered, orders to machines withheld ─▶ reply ─▶ read record by record
                                                                    │  broke off, or not all readable: the rest, once
                                                                    └▶ what was missed, as often as `gleanings` says

A bundle is some consecutive passages of one document. What is not readable, or cites a sentence that was not shown, is named in
the extraction and goes to the quarantine; the document is not lost for it.
"""

import json
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path
from string import Template

from pydantic import BaseModel

from graph_builder import orders
from graph_builder.errors import BudgetReached, ModelError, ModelOutputError, ModelRefused, SettingsError
from graph_builder.extraction import Extraction, Passage, Unreadable
from graph_builder.extraction._llm_records import Kept, Turn
from graph_builder.extraction._llm_wire import wire_schema
from graph_builder.llm import LanguageModel, Prompt
from graph_builder.model import digest
from graph_builder.packs import Pack

CHARACTERS = 2400
"""Text in one call: about 600 tokens. Edge et al., "From Local to Global" (2024), found about twice as many entity references
with chunks of 600 tokens than with 2,400, so larger bundles save instructions and lose what is in the text."""

_TITLE = 200
"""Characters of a title, and of the end of a path of headings, that are shown: each call sends them."""

_PROMPTS = Path(__file__).parent / "prompts"
_OTHER_TYPE = "- Where none of these fits: another, as one or two words in CamelCase."
_OTHER_PREDICATE = "- Any verb or noun of the text that fits, in UPPER_SNAKE_CASE and the present tense."


def create(
    pack: Pack,
    *,
    llm: LanguageModel | None,
    spacy_model: str,  # noqa: ARG001  # the seam's argument
    gleanings: int = 0,
    triples: str = "",  # noqa: ARG001
) -> "LanguageModelExtractor":
    """The extractor of a pack.

    Parameters
    ----------
    gleanings
        How often the model is asked what it has missed (Edge et al. 2024, "gleanings"), each time at the price of the text.

    Raises
    ------
    SettingsError
        There is no language model.
    """
    if llm is None:
        raise SettingsError("the extractor llm needs a model: set LLM_MODEL, such as LLM_MODEL=openai:gpt-5-mini")
    return LanguageModelExtractor(pack, llm, gleanings=gleanings)


class LanguageModelExtractor:
    """Asks about some passages at a time, and several times at once."""

    def __init__(self, pack: Pack, llm: LanguageModel, *, gleanings: int = 0, characters: int = CHARACTERS) -> None:
        self._llm = llm
        self._gleanings = gleanings
        self._characters = characters
        self._schema: type[BaseModel] = wire_schema(pack)
        self._instructions = instructions(pack)
        self._pool = ThreadPoolExecutor(llm.at_once, thread_name_prefix="extracting")  # its threads start when they are needed
        # Another prompt is another recipe, and documents are read anew.
        schema = json.dumps(self._schema.model_json_schema(), sort_keys=True)
        decisive = (schema, _read("rest"), _read("missed"), orders.SIGNATURE, str(gleanings), str(characters))
        self.name = f"llm/{digest(self._instructions, *decisive)[:6]} {llm.name}"

    @property
    def at_once(self) -> int:
        """As many documents as the model takes prompts side by side."""
        return self._llm.at_once

    def prompts(self, passages: Sequence[Passage]) -> list[Prompt]:
        """The first prompt about each bundle."""
        return [self._prompt(bundle) for bundle in bundles(passages, self._characters)]

    def extract(self, passages: Sequence[Passage]) -> list[Extraction]:
        """One extraction for each passage, in order; a passage without sentences is not sent.

        Raises
        ------
        ModelError
            The model does not answer, or would not take a prompt; the other bundles were asked before, as far as that is
            of use, so that their answers are in the journal.
        """
        cut = bundles(passages, self._characters)
        futures = [self._pool.submit(self._read_bundle, bundle) for bundle in cut]
        made = [extraction for found in _all(futures) for extraction in found]
        sent = iter(made)
        return [next(sent) if passage.sentences else Extraction() for passage in passages]

    def _prompt(self, bundle: Sequence[Passage]) -> Prompt:
        return Prompt(self._schema, self._instructions, (numbered(bundle),), purpose="extract")

    def _read_bundle(self, bundle: Sequence[Passage]) -> list[Extraction]:
        """Ask about a bundle, for the rest of a broken answer, and for what was missed."""
        orders = _orders(bundle)
        kept = Kept(bundle, orders)
        for number, (text, pattern) in orders.items():
            kept.withheld(number, text, pattern)
        prompt = self._prompt(bundle)
        fresh = self._ask(prompt, kept)
        for _ in range(self._gleanings):
            if not fresh:
                break
            prompt = prompt.then(kept.json(), _read("missed"))
            fresh = self._ask(prompt, kept)
        return kept.dealt()

    def _ask(self, prompt: Prompt, kept: Kept) -> int:
        """Keep what an answer holds, and ask once for what could not be read of it; how many records were new."""
        turn = self._turn(prompt)
        fresh = kept.add(turn.records)
        lost = turn.unreadable
        if not turn.whole:
            rest = self._turn(prompt.then(kept.json(), _read("rest")))
            mended = kept.add(rest.records)
            # What was said anew can not be told from what is still missing: so many new records make up for so many broken.
            lost = [*(lost if mended < len(lost) else ()), *rest.unreadable]
            fresh += mended
        kept.refuse(lost)
        return fresh

    def _turn(self, prompt: Prompt) -> Turn:
        """One answer. It is whole, too, where there is nothing to ask for: a refusal, or an answer without a record."""
        try:
            reply = self._llm.reply(prompt)
        except ModelOutputError as error:
            return Turn(unreadable=[Unreadable(said="", reason=str(error))])
        if reply.refusal:
            return Turn(unreadable=[Unreadable(said=reply.text, reason=f"the model would not answer: {reply.refusal}")])
        turn = Turn.of(reply.text)
        turn.whole = turn.whole and not reply.truncated
        return turn


def _all(futures: Sequence[Future[list[Extraction]]]) -> list[list[Extraction]]:
    """The results in order, once all are there; of several errors the first is raised.

    Those that have not begun are cancelled where asking is of no use: no money is left, the key is refused, or someone stops us.
    """
    made: list[list[Extraction]] = []
    failed: ModelError | None = None
    try:
        for future in futures:
            try:
                made.append(future.result())
            except (BudgetReached, ModelRefused):
                raise
            except ModelError as error:
                failed = failed or error
    except BaseException:  # whatever stops us, Ctrl-C too, nothing more is to be asked
        for future in futures:
            future.cancel()
        raise
    if failed:
        raise failed
    return made


def bundles(passages: Sequence[Passage], characters: int) -> list[list[Passage]]:
    """Consecutive passages with sentences, as many together as hold so many characters; one at least."""
    made: list[list[Passage]] = []
    room = 0
    for passage in passages:
        size = sum(len(sentence.text) for sentence in passage.sentences)
        if not passage.sentences:
            continue
        if not made or size > room:
            made.append([])
            room = characters
        made[-1].append(passage)
        room -= size
    return made


def instructions(pack: Pack) -> str:
    """What a model is told of a pack: its types and predicates with definitions and directions, and its notes."""
    types = [f"- {name}: {type_.definition}" for name, type_ in pack.entity_types.items()]
    predicates = [
        f"- {name} ({_directions(relation.directions, symmetric=relation.symmetric)}): {relation.definition}"
        for name, relation in pack.relation_types.items()
    ]
    filled = Template(_read("extract")).substitute(
        types="\n".join([*types, _OTHER_TYPE] if pack.is_open else types),
        predicates="\n".join([*predicates, _OTHER_PREDICATE] if pack.is_open else predicates),
        notes=f"# Notes\n\n{pack.notes.strip()}" if pack.notes.strip() else "",
    )
    return filled.strip()


def numbered(passages: Sequence[Passage]) -> str:
    """Passages as a model reads them: title, headings, and one sentence a line, so that a text can forge no number."""
    lines = [f"Document: {_shown(passages[0].title)[:_TITLE]}"]
    heading = passages[0].title
    seen: set[int] = set()
    for passage in passages:
        if passage.heading and passage.heading != heading:
            lines += ["", f"Under the heading: {_shown(passage.heading)[-_TITLE:]}"]
        elif not seen or passage.heading != heading:
            lines.append("")
        heading = passage.heading
        lines += [f"[{s.number}] {_shown(s.text)}" for s in passage.sentences if s.number not in seen]
        seen |= {s.number for s in passage.sentences}
    return "\n".join(lines)


def _orders(passages: Sequence[Passage]) -> dict[int, tuple[str, str]]:
    """The sentences that address a machine, by number, each with the pattern that says so."""
    sentences = {s.number: s.text for passage in passages for s in passage.sentences}
    return {number: (text, pattern) for number, text in sentences.items() if (pattern := orders.gives_orders(text))}


def _shown(text: str) -> str:
    """A text on one line, or in its place that it is withheld."""
    return "(withheld)" if orders.gives_orders(text) else " ".join(text.split())


@cache
def _read(prompt: str) -> str:
    return (_PROMPTS / f"{prompt}.md").read_text("utf-8").strip()


def _directions(pairs: Sequence[tuple[str, str]], *, symmetric: bool) -> str:
    arrow = "↔" if symmetric else "→"
    return ", ".join(f"{subject} {arrow} {object_}" for subject, object_ in pairs)
