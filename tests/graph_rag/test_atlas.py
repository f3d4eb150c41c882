"""What passages name, in columns: the same as the store says, whatever was read before."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from graph_builder.model import Chunk, Sentence
from graph_builder.stores import Named
from graph_rag.atlas import Atlas
from graph_rag.memory import Memory
from graph_rag.namesakes import hashed
from hoptrace import Graph


class Store:
    """Two passages; what is read is kept."""

    chunks = {
        "a": Chunk("a", "d", 0, 0, 20, "x" * 20, "Film > Plot", (Sentence(0, 0, 10), Sentence(1, 11, 20))),
        "b": Chunk("b", "d", 1, 0, 20, "x" * 20, "", ()),
    }
    named = {
        "a": (Named(0, 0, "film", "third man"), Named(2, 6, "reed", "carol reed"), Named(12, 16, "reed", "reed")),
        "b": (Named(2, 6, "reed", "carol reed"), Named(7, 9, "reed", "carol reed"), Named(9, 9, "carol", "carol reed")),
    }

    def __init__(self) -> None:
        self.read: list[str] = []

    def fetch_chunks(self, ids: Sequence[str]) -> dict[str, Chunk]:
        self.read += ids
        return {id_: self.chunks[id_] for id_ in ids if id_ in self.chunks}

    def mentions(self, ids: Sequence[str]) -> dict[str, tuple[Named, ...]]:
        return {id_: self.named[id_] for id_ in ids if id_ in self.named}


def told(atlas: Atlas, ids: list[str]) -> list[tuple[int, str, str, int]]:
    """(which passage, entity, name, sentence)."""
    of, bearers, sentences = atlas.mentions(np.array(list(atlas.rows(ids, Store()).values())))  # type: ignore[arg-type]
    entities, names = atlas.bearers(bearers)
    ids, texts = [atlas.entity_ids[entity] for entity in entities], [atlas.names[name] for name in names]
    return list(zip(of.tolist(), ids, texts, sentences.tolist(), strict=True))


@pytest.mark.parametrize("before", [[], ["b"], ["a", "b"]])
def test_what_passages_name_does_not_depend_on_what_was_read_before(before: list[str]) -> None:
    atlas = Atlas()
    atlas.rows(before, Store())  # type: ignore[arg-type]
    assert told(atlas, ["a", "b"]) == [
        (0, "film", "third man", -1),
        (0, "reed", "carol reed", 0),
        (0, "reed", "reed", 1),
        (1, "reed", "carol reed", 0),  # a passage without sentences
        (1, "carol", "carol reed", -1),
    ]
    assert told(atlas, ["b", "a"])[0] == (0, "reed", "carol reed", 0)


def test_each_passage_is_read_once_and_absent_ones_are_left_out() -> None:
    atlas, store = Atlas(), Store()
    assert atlas.rows(["b", "absent", "a", "b"], store) == {"b": 0, "a": 1}  # type: ignore[arg-type]
    assert atlas.rows(["a", "b"], store) == {"a": 1, "b": 0}  # type: ignore[arg-type]
    assert sorted(set(store.read)) == ["a", "absent", "b"]
    assert len(store.read) == 3
    assert atlas.titles == ["", "Film"]
    assert atlas.entities(["carol", "nobody", "reed"]).tolist() == [1, -1, 0]


def test_parts_of_names_are_kept_with_the_name() -> None:
    atlas = Atlas()
    atlas.rows(["a"], Store())  # type: ignore[arg-type]
    hashes, within = atlas.named(np.array([atlas.names.index("carol reed"), atlas.names.index("reed")]))
    carol, reed = hashed(["carol", "reed"])[0].tolist()
    assert hashes[1] == reed
    assert list(zip(*map(list, within), strict=True)) == [(0, carol, 0, 1), (0, reed, 1, 2)]


def test_it_grows() -> None:
    atlas, store = Atlas(), Store()
    ids = [str(n) for n in range(3_000)]
    store.chunks = {id_: Chunk(id_, "d", 0, 0, 0, "", id_) for id_ in ids}
    store.named = {id_: (Named(0, 0, id_, f"name {id_}"),) for id_ in ids}
    rows = np.array([*atlas.rows(ids[:10], store).values(), *atlas.rows(ids[10:], store).values()])  # type: ignore[arg-type]
    entities, names = atlas.bearers(atlas.mentions(rows).bearers)
    assert [atlas.entity_ids[entity] for entity in entities] == ids
    assert [atlas.names[name] for name in names] == [f"name {id_}" for id_ in ids]
    assert len(atlas.named(names)[1].wholes) == 3_000


def test_it_says_of_a_real_graph_what_the_store_says(graph: Graph) -> None:
    atlas, store = Atlas(), graph.store
    ids = [chunk.id for record in store.documents() for chunk in store.contribution(record.id).chunks]
    for id_ in ids:
        atlas.rows([id_], store)
    assert len(atlas) == len(ids) > 1
    mentions = store.mentions(ids)
    rows = np.array(list(atlas.rows(ids, store).values()))
    of, bearers, sentences = atlas.mentions(rows)
    entities, names = atlas.bearers(bearers)
    found = {
        (ids[at], atlas.entity_ids[entity], atlas.names[name], sentence < 0)
        for at, entity, name, sentence in zip(of, entities, names, sentences, strict=True)
    }
    assert found == {(id_, n.entity_id, n.name, n.start == n.end) for id_, named in mentions.items() for n in named}


def test_an_atlas_that_was_interrupted_is_not_used_again(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    memory, store = Memory(), graph.store
    broken = memory.of(store)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    ids = store.chunk_ids()
    monkeypatch.setattr(Atlas, "_told", interrupted)
    with pytest.raises(KeyboardInterrupt):
        broken.atlas.rows(ids, store)
    monkeypatch.undo()
    after = memory.of(store)
    assert after is not broken
    assert len(after.atlas.rows(ids, store)) == len(ids)


def test_threads_add_each_passage_once(graph: Graph) -> None:
    atlas, store = Atlas(), graph.store
    ids = store.chunk_ids()
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda n: atlas.rows(ids[n % len(ids) :] + ids[: n % len(ids)], store), range(40)))
    assert len(atlas) == len(ids)
    assert all(rows == found[0] for rows in found)
