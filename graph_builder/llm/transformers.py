"""Models of a hub or a folder, run on this machine, and held to the schema while they write.

    prompt ─▶ chat template ─▶ tokens ─▶ the model, which may choose only tokens that the grammar allows ─▶ JSON

**Every reply is JSON of the schema**, whatever the model is: one with random weights answers nonsense, but valid nonsense.
The grammar is the schema with bounds (`bounded`), since a model that loops fills an endless string or list until the tokens are
spent. Where they are spent all the same, the record under way is dropped, the rest is closed by the grammar (`closed`), and
the reply is marked as truncated. A record that the program completed would be a claim that nobody made.

The grammar is llguidance's (https://github.com/guidance-ai/llguidance), directly. Outlines' own engine makes one automaton of the
schema and the vocabulary ahead of the first token: for the drug pack's records and 30,000 tokens that took 0.2 s without bounds,
and with strings of 200 characters and lists of 20 it had not ended after 60 s. llguidance works out what is allowed next as it
goes (80,000 tokens: 9 ms for that schema with all bounds, 0.4 ms a token), and is one wheel without dependencies. Outlines over
llguidance would be four packages more for a few lines here. Decoding is greedy: the same prompt gives the same reply.
"""

import asyncio
import json
import os
import re
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from graph_builder.errors import ModelRefused, PromptRefused, SettingsError
from graph_builder.llm import Prompt, Reply, Usage
from graph_builder.llm.secrets import shown
from graph_builder.settings import Settings

if TYPE_CHECKING:
    import torch
    from llguidance import LLMatcher, LLTokenizer

MOST_TOKENS = 4096
"""Tokens of a reply where `LLM_MAX_TOKENS` does not say: some 150 short records, far more than a passage holds."""
LEAST_ROOM = 256
"""Tokens of the model's context that must be left for the reply; with fewer, nearly every reply would be cut off."""
MOST_CHARACTERS = 2000
"""Of a string that the schema does not bound: a long paragraph, the longest text that is asked for anywhere."""
MOST_ITEMS = 100
"""Of a list that the schema does not bound: more than a passage gives, and little enough that a loop ends."""
MOST_NUMBERS = 32
"""Of a list of numbers that the schema does not bound: the sentences of a record, of which a prompt shows fewer."""
LARGEST = 1_000_000_000
"""Of a number that the schema does not bound."""
FINEST = 0.0001
"""The step of a number with decimals: without one, its digits have no end."""

_BOUNDS: dict[str, dict[str, float]] = {
    "string": {"maxLength": MOST_CHARACTERS},
    "array": {"maxItems": MOST_ITEMS},
    "integer": {"minimum": -LARGEST, "maximum": LARGEST},
    "number": {"minimum": -LARGEST, "maximum": LARGEST, "multipleOf": FINEST},
}
_SCHEMAS_BY_NAME = ("properties", "$defs", "patternProperties")
_SCHEMA_LISTS = ("anyOf", "allOf", "oneOf", "prefixItems")
_SCHEMAS = ("items", "additionalProperties")
_SAID_ONLY = ("title", "description", "default", "examples")
"""What a schema says to readers; it does not change what is valid."""

# Fixed separators: space between tokens is an endless string too. No \u escapes: half a surrogate pair is no text.
_WRITTEN = {"whitespace_flexible": False, "item_separator": ",", "key_separator": ":", "json_allowed_escapes": 'nrt"\\'}
_ESCAPED = re.compile(rb"\\.", re.DOTALL)
_LONGEST_CLOSING = 20_000  # bytes; a schema whose least instance is longer is no schema of ours
_ANSWER_IN = "Answer with JSON of this schema, and with nothing else:"
_PATH = re.compile(r"[.~/\\]|[A-Za-z]:\\|.*[/\\].*[/\\]")  # a name on the hub is `model` or `owner/model`

Schema = dict[str, Any]


def open_provider(settings: Settings, model: str) -> "LocalModel":
    """The model of a name on the hub, or of a folder; it is loaded when it is first asked.

    Raises
    ------
    SettingsError
        A package is not installed, or there is no such folder.
    """
    try:
        import llguidance  # noqa: F401, PLC0415  # found out here rather than at the first prompt
        import tokenizers  # noqa: F401, PLC0415  # as torch and transformers, it comes with Hoptrace itself
    except ImportError as error:
        raise SettingsError(f'LLM_MODEL is set, but {error.name} is not installed: pip install "hoptrace[local]"') from error
    folder = Path(model).expanduser()
    if folder.is_dir() and not (folder / "config.json").is_file():
        raise SettingsError(f'LLM_MODEL names the folder "{model}", which holds no model: there is no config.json in it')
    if not folder.is_dir() and _PATH.match(model):
        raise SettingsError(f'LLM_MODEL names "{model}", and there is no such folder; use a folder, or a name on the hub')
    return LocalModel(str(folder) if folder.is_dir() else model, most_tokens=settings.llm_max_tokens)


class LocalModel:
    """One model in one thread of its own, where prompts wait for each other; the event loop stays free.

    `LLM_TIMEOUT` does not hold here: nothing is away, and a slow machine would never answer. ``most_tokens`` is 0 for
    `MOST_TOKENS`.
    """

    def __init__(self, name: str, *, most_tokens: int = 0) -> None:
        self._name = name
        self._most_tokens = most_tokens or MOST_TOKENS
        self._thread = ThreadPoolExecutor(1, "local model", initializer=_half_the_cores)
        self._writer: _Writer | None = None

    async def ask(self, prompt: Prompt) -> Reply:
        """As `Provider.ask`; whoever is cancelled stops the model at its next token.

        Raises
        ------
        ModelRefused
            It can not be loaded.
        PromptRefused
            The prompt leaves no room in the model's context or in memory, or its schema can not be followed.
        """
        given_up = threading.Event()
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._answer, prompt, given_up)
        finally:
            given_up.set()

    def _answer(self, prompt: Prompt, given_up: threading.Event) -> Reply:
        import torch  # noqa: PLC0415  # heavy

        if self._writer is None:
            self._writer = _load(self._name)
        try:
            return self._writer.write(prompt, self._most_tokens, given_up)
        except torch.OutOfMemoryError as error:
            raise PromptRefused(f"{self._name} has no memory left for this prompt: make passages smaller (--size)") from error
        except RuntimeError as error:  # how torch says anything else
            raise ModelRefused(f"{self._name} failed while it wrote: {shown(error)}") from error


class _Writer:
    """A loaded model, and the grammars that it was given so far."""

    def __init__(self, name: str, model: Any, tokenizer: Any) -> None:  # noqa: ANN401  # of any architecture
        from llguidance.hf import from_tokenizer  # noqa: PLC0415  # heavy, and an optional extra

        self._name = name
        self._model = model
        self._tokenizer = tokenizer
        config = model.config.get_text_config()
        self._context: int = getattr(config, "max_position_embeddings", None) or int(tokenizer.model_max_length)
        self._vocabulary: LLTokenizer = from_tokenizer(tokenizer, n_vocab=max(config.vocab_size, len(tokenizer)))
        self._grammars: dict[type[BaseModel], tuple[str, LLMatcher]] = {}

    def write(self, prompt: Prompt, most_tokens: int, given_up: threading.Event) -> Reply:
        """The model's answer."""
        import torch  # noqa: PLC0415  # heavy
        from transformers import StoppingCriteriaList  # noqa: PLC0415  # heavy

        grammar, matcher = self._grammar(prompt.schema)
        read = self._tokens(prompt)
        held = _Held(matcher, given_up)
        with torch.inference_mode():
            self._model.generate(
                torch.tensor([read], device=self._model.device),
                attention_mask=torch.ones(1, len(read), dtype=torch.long, device=self._model.device),
                max_new_tokens=min(most_tokens, self._room(len(read), most_tokens)),
                logits_processor=[held.allowed],
                stopping_criteria=StoppingCriteriaList([held.ended]),
            )
        text = self._vocabulary.decode_bytes(held.written)
        usage = Usage(calls=1, input_tokens=len(read), output_tokens=len(held.written), dollars=0.0)
        if matcher.is_accepting() and not matcher.is_error():
            return Reply(text.decode(), usage=usage)
        return Reply(closed(whole_records(text.decode(errors="ignore")), grammar), truncated=True, usage=usage)

    def _grammar(self, schema: type[BaseModel]) -> tuple[str, "LLMatcher"]:
        """The schema's grammar, and a fresh matcher; what is compiled is kept."""
        from llguidance import LLMatcher  # noqa: PLC0415  # heavy, and an optional extra

        if schema not in self._grammars:
            grammar = grammar_of(schema.model_json_schema())
            matcher = LLMatcher(self._vocabulary, grammar, log_level=0)
            if matcher.is_error():
                raise PromptRefused(f"the schema {schema.__name__} can not be followed: {shown(matcher.get_error())}")
            self._grammars[schema] = (grammar, matcher)
        grammar, matcher = self._grammars[schema]
        return grammar, matcher.deep_copy()

    def _tokens(self, prompt: Prompt) -> list[int]:
        """The prompt as the model reads it: by its own chat template, or plainly where it has none."""
        messages = [{"role": role, "content": self._harmless(text)} for role, text in _turns(prompt)]
        if not self._tokenizer.chat_template:
            plain = "\n\n".join([*(message["content"] for message in messages), ""])
            return list(self._tokenizer(plain)["input_ids"])
        text = self._templated(messages)
        return list(self._tokenizer(text, add_special_tokens=False)["input_ids"])

    def _templated(self, messages: list[dict[str, str]]) -> str:
        from jinja2 import TemplateError  # noqa: PLC0415  # comes with transformers

        def fill(turns: list[dict[str, str]]) -> str:
            # What a model thinks aloud is no JSON. Templates that know of no thinking pass over the last argument.
            filled = self._tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True, enable_thinking=False)
            return str(filled)

        try:
            return fill(messages)
        except TemplateError:  # some know no system's turn: the user says it then
            system, first, *rest = messages
            told = f"{system['content']}\n\n{first['content']}"
            return fill([{"role": "user", "content": told}, *rest])

    def _harmless(self, text: str) -> str:
        """The text with the tokenizer's special tokens split, so that a document can not end its turn and begin another."""
        for token in self._tokenizer.added_tokens_decoder.values():
            if token.special and len(token.content) > 1:
                text = text.replace(token.content, f"{token.content[0]} {token.content[1:]}")
        return text

    def _room(self, read: int, wanted: int) -> int:
        """Tokens that the context leaves for the reply."""
        room = self._context - read
        if room < min(wanted, LEAST_ROOM):
            raise PromptRefused(
                f"the prompt has {read} tokens, and the context of {self._name} holds {self._context} with the reply: "
                "make passages smaller (--size), or use a model with a longer context"
            )
        return room


class _Held:
    """What holds a model to a grammar while it writes."""

    def __init__(self, matcher: "LLMatcher", given_up: threading.Event) -> None:
        self._matcher = matcher
        self._given_up = given_up
        self.written: list[int] = []

    def allowed(self, _read: "torch.Tensor", scores: "torch.Tensor") -> "torch.Tensor":
        """The scores of the next token, shape (1, vocabulary), with minus infinity where the grammar has no such token."""
        import torch  # noqa: PLC0415  # heavy

        mask = torch.frombuffer(bytearray(self._matcher.compute_logit_bias()), dtype=torch.uint8).to(scores.device) > 0
        size = min(len(mask), scores.shape[-1])
        held = torch.full_like(scores, -torch.inf)
        # A model that overflows must not win against the grammar: a NaN is greater than anything.
        finite = scores[:, :size].nan_to_num(nan=torch.finfo(scores.dtype).min)
        held[:, :size] = finite.clamp(min=torch.finfo(scores.dtype).min).masked_fill(~mask[:size], -torch.inf)
        return held

    def ended(self, tokens: "torch.Tensor", _scores: object, **_: object) -> "torch.Tensor":
        """Whether the text is whole, can not go on, or nobody waits for it any longer."""
        import torch  # noqa: PLC0415  # heavy

        token = int(tokens[0, -1])
        if self._matcher.consume_token(token):
            self.written.append(token)
        done = self._matcher.is_stopped() or self._given_up.is_set()
        return torch.tensor([done], device=tokens.device)


def grammar_of(schema: Schema) -> str:
    """The grammar of a JSON schema, with bounds, as llguidance reads it.

    What the answer itself holds must be said, be it empty: a weak model takes the short way, and `{}` is the shortest.
    """
    from llguidance import LLMatcher  # noqa: PLC0415  # an optional extra

    whole = bounded(schema) | {"required": list(schema.get("properties", ()))}
    return LLMatcher.grammar_from_json_schema(whole, defaults=_WRITTEN)  # type: ignore[arg-type]  # it knows more options than it types


def bounded(schema: Schema) -> Schema:
    """The schema with an end to everything: strings, lists, numbers, and the properties of an object.

    Bounds of the schema itself stay. What is valid by the result is valid by the schema.
    """
    made: Schema = {}
    for key, value in schema.items():
        if key in _SCHEMAS_BY_NAME:
            made[key] = {name: bounded(part) for name, part in value.items()}
        elif key in _SCHEMA_LISTS:
            made[key] = [bounded(part) for part in value]
        elif key in _SCHEMAS and isinstance(value, Mapping):
            made[key] = bounded(dict(value))
        elif key not in _SAID_ONLY:
            made[key] = value
    return made | _missing_bounds(made)


def _missing_bounds(schema: Schema) -> Schema:
    kinds = schema.get("type", ())
    bounds: Schema = {}
    for kind in [kinds] if isinstance(kinds, str) else kinds:
        bounds |= _BOUNDS.get(kind, {})
    if schema.get("items", {}).get("type") in ("integer", "number"):
        bounds["maxItems"] = MOST_NUMBERS
    if "properties" in schema:
        bounds["additionalProperties"] = False
    elif kinds == "object":
        bounds["maxProperties"] = MOST_ITEMS
    return {key: bound for key, bound in bounds.items() if key not in schema}


def whole_records(text: str) -> str:
    """The beginning of a JSON text without the item that is under way in the outermost open list."""
    open_, quoted, escaped = "", False, False
    kept: int | None = None
    for place, sign in enumerate(text, start=1):
        if quoted:
            quoted, escaped = escaped or sign != '"', sign == "\\" and not escaped
            ended = not quoted
        elif sign in "[{":
            open_ += sign
            ended = open_.count("[") == 1 and sign == "["
        else:
            quoted = sign == '"'
            ended = sign in "]}"
            open_ = open_[:-1] if ended else open_
        if "[" not in open_:
            kept = None
        elif open_.endswith("[") and open_.count("[") == 1:
            # A number has no sign of its own that ends it: the comma after it does.
            kept = place if ended else place - 1 if sign == "," and not quoted else kept
    return text if kept is None else text[:kept]


def closed(text: str, grammar: str) -> str:
    """The shortest JSON of the grammar that begins with the text, or about: each thing is ended as soon as it may be.

    Raises
    ------
    PromptRefused
        There is none.
    """
    from llguidance import LLMatcher, LLTokenizer  # noqa: PLC0415  # an optional extra

    written = bytearray(text.encode())
    matcher = LLMatcher(LLTokenizer("byte"), grammar, log_level=0)  # the model's own tokens may not meet where the text was cut
    matcher.consume_tokens(list(written))
    for _ in range(_LONGEST_CLOSING):
        if matcher.is_error() or matcher.is_accepting():
            break
        allowed = matcher.compute_logit_bias()
        quoted = _ESCAPED.sub(b"", written).count(b'"') % 2
        byte = next((byte for byte in (*(b'"' if quoted else b"}]"), *range(256)) if allowed[byte]), 0)
        matcher.consume_token(byte)
        written.append(byte)
    if matcher.is_error() or not matcher.is_accepting():
        raise PromptRefused(f"the answer was cut off and can not be closed: {shown(matcher.get_error() or 'it has no end')}")
    return written.decode()


def _turns(prompt: Prompt) -> list[tuple[str, str]]:
    """Who says what: what is the same for many prompts first."""
    schema = json.dumps(prompt.schema.model_json_schema(), ensure_ascii=False)
    system = f"{prompt.instructions}\n\n{_ANSWER_IN}\n{schema}"
    return [("system", system), *((("user", "assistant")[n % 2], turn) for n, turn in enumerate(prompt.turns))]


def _load(name: str) -> _Writer:
    """The model, on the accelerator where there is one.

    Raises
    ------
    ModelRefused
        It can not be loaded.
    """
    import torch  # noqa: PLC0415  # with those below: heavy
    from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig  # noqa: PLC0415
    from transformers.utils import logging  # noqa: PLC0415

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # the library annotates it not
    device = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        # No code that comes with a model is run.
        tokenizer = AutoTokenizer.from_pretrained(name, trust_remote_code=False)
        model: Any = AutoModelForCausalLM.from_pretrained(name, dtype="auto", trust_remote_code=False)
        model.to(device).eval()
        # Its own way to generate may sample, or punish repetition, of which JSON is full.
        model.generation_config = GenerationConfig(do_sample=False, pad_token_id=0)  # type: ignore[no-untyped-call]
        return _Writer(name, model, tokenizer)
    except Exception as error:  # the hub, its cache and each architecture raise their own kinds
        reason = shown(str(error).strip().partition("\n")[0] or type(error).__name__)
        raise ModelRefused(f'the model "{name}" can not be loaded: {reason}') from error


def _half_the_cores() -> None:
    """Let torch use half of the cores for the calling thread, and as many as before for others.

    Half: writing waits for memory more than for cores, and threads that share a step all wait for the one whose core is taken
    (a tiny model on 2 busy cores: 200 tokens in 0.7 s with 1 thread, 11 s with 2). More than the one thread to which the
    embedder sets torch (`embedding/sentence_transformers.py`), and which any thread that begins would inherit. What others
    inherit is put back from another thread, since setting it here would set it for this one too.
    """
    import torch  # noqa: PLC0415  # heavy

    before = torch.get_num_threads()
    torch.set_num_threads(max(1, (os.cpu_count() or 1) // 2))
    putting_back = threading.Thread(target=torch.set_num_threads, args=(before,))
    putting_back.start()
    putting_back.join()
