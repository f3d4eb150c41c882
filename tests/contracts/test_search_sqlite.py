"""The embedded store's search scores posting lists and finds what a look at all texts finds, to the last decimal."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from graph_builder.model import Kind
from graph_builder.settings import Settings
from graph_builder.stores import _sqlite_words, sqlite
from graph_builder.terms import Corpus, bm25, query_terms, terms
from tests.contracts.contributions import DIM, MODEL, Fact, Name, contribution

WORDS = [f"word{n}" for n in range(25)]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> sqlite.SqliteStore:
    """Four hundred texts whose words are as unequally common as in a language, some in nearly every text."""
    home: Path = tmp_path_factory.mktemp("home")
    draw = np.random.default_rng(5)
    common = 1 / np.arange(1, len(WORDS) + 1)
    opened = sqlite.connect(Settings(home=str(home)), embedding_model=MODEL, dim=DIM)
    texts = [" ".join(draw.choice(WORDS, size=draw.integers(2, 12), p=common / common.sum())) for _ in range(400)]
    opened.write(
        *(contribution(f"{n}.md", [Fact(Name(f"d{n}"), "SAYS", Name("x"), qualifiers=text)]) for n, text in enumerate(texts))
    )
    return opened


@pytest.mark.parametrize("k", [1, 3, 20, 500])
@pytest.mark.parametrize("kept", [1, 5_000_000])
def test_the_best_are_those_of_all(store: sqlite.SqliteStore, k: int, kept: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_sqlite_words, "_KEPT", kept)
    texts = {row[1]: terms(row[-1]) for row in _chunks(store)}
    lengths = [len(text) for text in texts.values()]
    corpus = Corpus(len(texts), sum(lengths) / len(texts), Counter(term for text in texts.values() for term in set(text)))
    draw = np.random.default_rng(k)
    for _ in range(60):
        question = " ".join(draw.choice(WORDS, size=draw.integers(1, 9)))
        expected = bm25(query_terms(question), texts.items(), corpus)[:k]
        assert [tuple(hit) for hit in store.search(Kind.CHUNK, question, k=k)] == expected


def test_threads_search_at_once(store: sqlite.SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_sqlite_words, "_KEPT", 200)  # lists are thrown away while others are read
    questions = [" ".join(WORDS[n : n + 6]) for n in range(20)]
    expected = [store.search(Kind.CHUNK, question, k=9) for question in questions]
    with ThreadPoolExecutor(8) as threads:
        for _ in range(5):
            assert list(threads.map(lambda question: store.search(Kind.CHUNK, question, k=9), questions)) == expected


def _chunks(store: sqlite.SqliteStore) -> list[tuple[str, str, str]]:
    ids = [chunk.id for record in store.documents() for chunk in store.contribution(record.id).chunks]
    return [("chunk", id_, f"{chunk.heading} {chunk.text}") for id_, chunk in store.fetch_chunks(ids).items()]
