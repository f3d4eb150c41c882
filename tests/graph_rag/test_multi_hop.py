"""Graph retrieval finds the passage behind a bridge, says how it got there, and does the same with and without encoding."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from graph_builder.settings import REWRITINGS, Settings
from graph_builder.stores import Store
from graph_rag import gathering
from graph_rag.gathering import gather, read_ahead
from graph_rag.memory import Memory
from graph_rag.reading import Library
from graph_rag.retrieval import retriever
from graph_rag.retrieval.graph import retrieve
from graph_rag.sources import Question
from hoptrace import Graph

QUESTION = "Who was the spouse of the director of The Third Man?"
DOCUMENTS = {
    "The Third Man": "The Third Man is a 1949 film directed by Carol Reed and written by Graham Greene. It is set in Vienna.",
    "Carol Reed": "Carol Reed was an English film maker. In 1948 he married the actress Penelope Dudley-Ward, who survived him.",
    "Graham Greene": "Graham Greene was an English novelist. He worked for the secret service during the war.",
    "Vienna": "Vienna is the capital of Austria. It lies on the Danube.",
    "Penelope Dudley-Ward": "Penelope Dudley-Ward grew up in a house by the sea. Her mother was a friend of the king.",
}
OTHERS = {
    f"Film {n}": f"Film {n} is about a marriage. Its director won a prize for it, and the spouse of the director was proud."
    for n in range(12)
}


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    folder: Path = tmp_path_factory.mktemp("films")
    for title, text in (DOCUMENTS | OTHERS).items():
        (folder / f"{title}.md").write_text(f"# {title}\n\n{text}\n", "utf-8")
    with Graph.open(settings=Settings(home=str(tmp_path_factory.mktemp("home")))) as opened:
        opened.ingest(str(folder), pack="open")
        yield opened


@pytest.mark.parametrize("rewriting", REWRITINGS)
def test_the_passage_behind_the_bridge_is_found_and_its_question_shown(films: Graph, rewriting: str) -> None:
    sources = replace(films.sources, rewriting=rewriting)
    found = retrieve(Question(QUESTION, films.embedder), sources, k=3)
    titles = [passage.title for passage in found.passages]
    assert {"The Third Man", "Carol Reed"} <= set(titles)
    lead = found.passages[titles.index("Carol Reed")].lead
    assert lead is not None
    assert (lead.title, lead.bridge) == ("The Third Man", "Carol Reed")
    assert lead.question == "Who was the spouse of the director of Carol Reed?"


def test_plain_retrieval_puts_other_films_before_it(films: Graph) -> None:
    found = retriever("vanilla")(Question(QUESTION, films.embedder), films.sources, k=3)
    assert "Carol Reed" not in [passage.title for passage in found.passages]


class Counting:
    """A store that counts what it is asked for."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.asked: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Callable[..., object]:
        def counted(*arguments: object, **options: object) -> object:
            self.asked[name] += 1
            return getattr(self._store, name)(*arguments, **options)

        return counted


def test_a_second_question_reads_less_and_finds_the_same(films: Graph) -> None:
    counting = Counting(films.store)
    sources = replace(films.sources, store=cast("Store", counting), memory=Memory())
    first = retrieve(Question(QUESTION, films.embedder), sources, k=5)
    reads = {"mentions", "mentioned", "vectors", "terms"}
    assert reads <= counting.asked.keys()
    counting.asked.clear()
    again = retrieve(Question(QUESTION, films.embedder), sources, k=5)
    assert not reads & counting.asked.keys()
    assert first.passages == again.passages


def test_what_is_read_ahead_is_not_read_again_and_changes_nothing(films: Graph) -> None:
    counting = Counting(films.store)
    sources = replace(films.sources, store=cast("Store", counting), memory=Memory())
    read_ahead(Library(sources.store, sources.memory.of(sources.store)))
    reads = {"mentions", "mentioned", "sentence_vectors", "terms"}
    assert all(counting.asked[read] == 1 for read in reads)
    counting.asked.clear()
    found = retrieve(Question(QUESTION, films.embedder), sources, k=5)
    assert counting.asked["mentioned"] <= 1  # of an entity that is named more passages are read
    assert not (reads - {"mentioned"}) & counting.asked.keys()
    assert found.passages == retrieve(Question(QUESTION, films.embedder), replace(films.sources, memory=Memory()), k=5).passages


@pytest.mark.parametrize(("most", "behind"), [(0, False), (gathering._ONWARD, True)])  # with and without
def test_what_lies_behind_a_second_bridge_is_read(
    films: Graph, monkeypatch: pytest.MonkeyPatch, most: int, *, behind: bool
) -> None:
    for bound, number in {"_BY_VECTOR": 2, "_BY_WORDS": 2, "_LEADING": 3, "_ONWARD": most}.items():
        monkeypatch.setattr(gathering, bound, number)
    third_man = films.store.entities_named(["The Third Man"])["The Third Man"]
    near = gather(Question(QUESTION, films.embedder), Library(films.store, Memory().of(films.store)), third_man, [])
    assert near is not None
    titles = {near.title(n) for n in range(len(near.places))}
    assert {"The Third Man", "Carol Reed"} <= titles
    assert ("Penelope Dudley-Ward" in titles) is behind


@pytest.mark.parametrize("question", [QUESTION, "Which films are about a marriage?", "Where does Vienna lie?"])
def test_only_a_better_passage_leads_and_only_by_what_gives_way(films: Graph, question: str) -> None:
    found = retrieve(Question(question, films.embedder), films.sources, k=10)
    before: set[str] = set()
    for passage in found.passages:
        assert passage.lead is None or passage.lead.chunk in before
        assert passage.lead is None or not passage.lead.question.startswith(question.rstrip("?"))
        before.add(passage.chunk)
