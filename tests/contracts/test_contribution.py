"""What was written for a document is read back from every store, with its vectors."""

from dataclasses import fields

import numpy as np
import pytest

from graph_builder.model import Contribution
from graph_builder.stores import Store
from tests.contracts.contributions import corpus
from tests.contracts.places import Place, rows, written


def in_order(given: Contribution) -> dict[str, object]:
    """The fields of a contribution, aliases and evidence by id with their vectors, mentions by place."""
    found: dict[str, object] = {field.name: getattr(given, field.name) for field in fields(given)}
    for things, vectors in (("aliases", "alias_vectors"), ("evidence", "evidence_vectors")):
        order = sorted(range(len(getattr(given, things))), key=lambda i: getattr(given, things)[i].id)
        found[things] = tuple(getattr(given, things)[i] for i in order)
        found[vectors] = getattr(given, vectors)[order]
    found["mentions"] = tuple(sorted(given.mentions, key=lambda m: (m.chunk_id, m.start, m.end, m.alias_id)))
    return {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in found.items()}


def test_a_contribution_is_read_back_as_it_was_written(filled: Store) -> None:
    given = corpus()
    assert sum(len(each.evidence) for each in given) > 5
    for each in given:
        assert in_order(filled.contribution(each.document.id)) == in_order(each)


def test_what_was_read_back_gives_the_same_graph(place: Place) -> None:
    store = place.fresh()
    written(store, corpus())
    before, held = rows(store), [store.contribution(record.id) for record in store.documents()]
    again = place.fresh()
    assert rows(again) == []
    written(again, list(reversed(held)))
    assert rows(again) == before


def test_a_document_that_is_not_there_is_a_key_error(filled: Store) -> None:
    with pytest.raises(KeyError, match="nothing"):
        filled.contribution("nothing")
