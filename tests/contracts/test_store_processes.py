"""Several at once: readers beside a writer, two writers, and a writer that is killed."""

import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from graph_builder.model import Document, Kind
from graph_builder.stores import Store
from tests.contracts.contributions import MYOPATHY, many, text_vector
from tests.contracts.places import Folder, Place

EXPECTED = {c.document.id: c for c in many(40)}


def writer(place: Place, repository: Path, first: int, count: int, *more: str) -> "subprocess.Popen[str]":
    """Another process that writes numbered documents."""
    arguments = [place.name, json.dumps(place.as_json), str(first), str(count), *more]
    command = [sys.executable, "-m", "tests.contracts.writing_process", *arguments]
    return subprocess.Popen(command, cwd=repository, stdout=subprocess.PIPE, text=True)


def whole_documents(store: Store) -> int:
    """How many documents there are, each of which must be all there."""
    listed = store.documents()
    for record in listed:
        made = EXPECTED[record.id]
        assert record.chunks == len(made.chunks)
        assert store.fetch_documents([record.id]) == {record.id: made.document}
        assert set(store.fetch_chunks([c.id for c in made.chunks])) == {c.id for c in made.chunks}
        assert set(store.fetch_evidence([e.id for e in made.evidence])) == {e.id for e in made.evidence}
        assert set(store.mentions([c.id for c in made.chunks])) == {c.id for c in made.chunks}
    return len(listed)


def holds_just_these(store: Store, place: Place, ids: Sequence[str]) -> None:
    """The store is as if these documents had been written in peace."""
    found = store.fingerprint()
    fresh = place.fresh()
    for id_ in ids:
        fresh.write(EXPECTED[id_])
    assert found == fresh.fingerprint()


def test_readers_in_threads_see_whole_documents_beside_a_writer(store: Store) -> None:
    done, seen, failures = threading.Event(), [], []

    def read() -> None:
        try:
            while not done.is_set():
                seen.append(whole_documents(store))
                hits = store.search(Kind.CHUNK, MYOPATHY.text, k=5)
                assert set(store.fetch_chunks([hit.id for hit in hits])) == {hit.id for hit in hits}
                near = store.nearest(Kind.ENTITY, text_vector("x"), k=5)
                assert set(store.fetch_entities([hit.id for hit in near])) == {hit.id for hit in near}
        except BaseException as error:  # a thread's failure is the test's failure
            failures.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for c in many(8):
        before, deadline = len(seen), time.monotonic() + 30
        store.write(c)
        while len(seen) == before and not failures and time.monotonic() < deadline:
            time.sleep(0.001)  # a small store is written faster than it is read
    done.set()
    for reader in readers:
        reader.join(60)
    assert not failures, failures
    assert len(set(seen)) > 1, "no reader read while the writer wrote"


def test_work_that_loses_a_document_on_the_way_sees_one_state_of_the_graph(store: Store, place: Place) -> None:
    for c in many(4):
        store.write(c)
    beside = place.open()
    looks = []

    def read_all() -> list[Document]:
        ids = [record.id for record in store.documents()]
        looks.append(len(ids))
        if len(looks) == 1:
            assert beside.remove(ids[-1])
        found = store.fetch_documents(ids)
        return [found[id_] for id_ in ids]

    assert len(store.consistently(read_all)) == looks[-1]
    assert looks == ([4] if place.name == "sqlite" else [4, 3])
    assert len(store.consistently(read_all)) == 3


def test_work_that_fails_by_itself_is_done_once(store: Store) -> None:
    looks = []

    def read() -> Document:
        looks.append(store.counts())
        return store.fetch_documents(["nothing"])["nothing"]

    with pytest.raises(KeyError, match="nothing"):
        store.consistently(read)
    assert len(looks) == 1
    assert store.counts() == looks[0]  # and the store goes on


def test_a_snapshot_is_of_all_that_is_read_in_its_thread_and_no_other(sqlite_place: Folder) -> None:
    store = sqlite_place.fresh()
    first, second = many(2)
    store.write(first)
    beside = sqlite_place.open()

    def state() -> tuple[object, ...]:
        return store.fingerprint(), store.nearest(Kind.CHUNK, text_vector("x"), k=9), store.search(Kind.CHUNK, "myopathy", k=9)

    def before_and_after() -> tuple[object, object, object]:
        before = state()
        beside.write(second)
        with ThreadPoolExecutor(1) as other:
            return before, state(), other.submit(state).result()

    before, after, elsewhere = store.consistently(before_and_after)
    assert before == after != elsewhere
    assert elsewhere == state()


def test_a_reader_sees_whole_documents_while_another_process_writes(store: Store, place: Place, repository: Path) -> None:
    with writer(place, repository, 0, 7) as process:
        seen = [whole_documents(store)]
        while process.poll() is None:
            seen.append(whole_documents(store))
    assert process.returncode == 0
    assert seen == sorted(seen)
    assert whole_documents(store) == 7
    holds_just_these(store, place, [c.document.id for c in many(7)])


def test_two_processes_may_make_and_write_one_store(store: Store, place: Place, repository: Path) -> None:
    with writer(place, repository, 0, 5) as one, writer(place, repository, 3, 5) as other:
        outputs = [process.communicate(timeout=120)[0] for process in (one, other)]
    assert [one.returncode, other.returncode] == [0, 0], outputs
    assert whole_documents(store) == 8
    holds_just_these(store, place, [c.document.id for c in many(8)])


@pytest.mark.parametrize("seed", range(3))
def test_a_killed_writer_leaves_whole_documents(store: Store, place: Place, repository: Path, seed: int) -> None:
    with writer(place, repository, 0, 40) as process:
        assert process.stdout is not None
        for _ in range(random.Random(seed).randrange(1, 8)):
            process.stdout.readline()
        time.sleep(random.Random(seed).random() * 0.03)
        process.kill()
    store = place.open()
    count = whole_documents(store)
    assert count < 40
    ids = [record.id for record in store.documents()]
    store.write(next(c for id_, c in EXPECTED.items() if id_ not in ids))  # and it can be written to
    assert whole_documents(store) == count + 1
    holds_just_these(store, place, [record.id for record in store.documents()])
