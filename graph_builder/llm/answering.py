"""An answer in a schema, or an error: for questions whose answer is of use as a whole or not at all."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from graph_builder.errors import ModelOutputError
from graph_builder.llm import LanguageModel, Prompt
from graph_builder.llm.secrets import shown

Schema = TypeVar("Schema", bound=BaseModel)

CORRECTIONS = 2
"""How often the model is told what is wrong with its answer."""


def complete(llm: LanguageModel, schema: type[Schema], *, instructions: str, prompt: str, purpose: str) -> Schema:
    """The model's answer to a prompt as an instance of the schema.

    Raises
    ------
    ModelOutputError
        It does not answer in the schema, also when told what is wrong, or refuses to.
    ModelError
        As `LanguageModel.reply`.
    """
    asked = Prompt(schema, instructions, (prompt,), purpose)
    for _ in range(CORRECTIONS + 1):
        reply = llm.reply(asked)
        if reply.refusal:
            raise ModelOutputError(f"{llm.name} would not answer: {shown(reply.refusal)}")
        try:
            return schema.model_validate_json(_object(reply.text))
        except ValidationError as error:
            wrong = _wrong(error)
            asked = asked.then(reply.text or "{}", f"This is not in the schema: {wrong}. Give the whole answer again, mended.")
    raise ModelOutputError(f"{llm.name} did not answer in the schema: {shown(wrong)}")


def _object(text: str) -> str:
    """The JSON object in a text, without what stands around it."""
    start, end = text.find("{"), text.rfind("}")
    return text[start : end + 1] if 0 <= start < end else text


def _wrong(error: ValidationError) -> str:
    """What is wrong, without the answer itself and without links."""
    found = [f"{'.'.join(map(str, e['loc'])) or 'the answer'}: {e['msg']}" for e in error.errors(include_input=False)]
    return "; ".join(found)
