"""What a language model is to write: a schema for each pack, kept short because every call sends it and every record repeats it.

The fields are those of the records in the protocol. Where a pack is closed its types and predicates are enumerations, so that
decoding that is held to the schema keeps to its vocabulary.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, create_model

from graph_builder.packs import Pack

_POLARITY: Any = Literal["affirmed", "negated"]
_MODALITY: Any = Literal["asserted", "possible"]
LISTS = ("entities", "relations", "aliases")


def _bare(schema: dict[str, Any]) -> None:
    """Leave out of a schema what a model needs not: titles and defaults."""
    schema.pop("title", None)
    for described in schema.get("properties", {}).values():
        described.pop("title", None)
        described.pop("default", None)


_CONFIG = ConfigDict(json_schema_extra=_bare)


class Alias(BaseModel):  # a docstring would be sent with each call
    model_config = _CONFIG
    name: str
    alias: str
    sentence: int


def wire_schema(pack: Pack) -> type[BaseModel]:
    """The schema of a pack's answers."""
    types = _names(pack, list(pack.entity_types))
    predicates = _names(pack, list(pack.relation_types))
    sentences: Any = (list[int], ...)
    entity = create_model("Entity", __config__=_CONFIG, name=(str, ...), type=(types, ...), sentences=sentences)
    relation = create_model(
        "Relation",
        __config__=_CONFIG,
        subject=(str, ...),
        predicate=(predicates, ...),
        object=(str, ...),
        sentences=sentences,
        polarity=(_POLARITY, "affirmed"),
        modality=(_MODALITY, "asserted"),
        qualifiers=(str, ""),
        confidence=(float, 1.0),
    )
    return create_model(
        "Record",
        __config__=_CONFIG,
        entities=(list[entity], []),  # type: ignore[valid-type]  # made here
        relations=(list[relation], []),  # type: ignore[valid-type]
        aliases=(list[Alias], []),
    )


def _names(pack: Pack, names: list[str]) -> Any:  # noqa: ANN401  # a type
    return str if pack.is_open or not names else Literal[tuple(names)]
