"""Loading a spaCy pipeline, whose import takes seconds and is therefore put off until a document is read."""

import logging
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.language import Language

_LOG = logging.getLogger(__name__)


@lru_cache(maxsize=4)
def load_pipeline(model: str, *, without: tuple[str, ...] = ()) -> "Language":
    """The pipeline of that name, or, where it is not installed, a blank English one, which only cuts words."""
    import spacy  # noqa: PLC0415  # it takes a second, and most commands read no document

    try:
        return spacy.load(model, exclude=list(without))
    except OSError:
        _LOG.warning("the spaCy model %s is not installed: extraction goes on without a parser and finds less", model)
        return spacy.blank("en")
