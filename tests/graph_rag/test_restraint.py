"""What a hostile reader tried: questions turned round, claims that another document denies, words that are no names."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from graph_builder.settings import Settings
from graph_builder.terms import _stem, terms
from graph_rag.linking import link
from graph_rag.sources import Question
from hoptrace import Graph


@pytest.fixture(scope="module")
def contested(graph: Graph, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    folder: Path = tmp_path_factory.mktemp("documents")
    (folder / "claims.md").write_text("# Azithromycin\n\nAzithromycin inhibits CYP3A4.\n", "utf-8")
    (folder / "denies.md").write_text("# Macrolides\n\nAzithromycin does not inhibit CYP3A4.\n", "utf-8")
    (folder / "simvastatin.md").write_text("# Simvastatin\n\nSimvastatin is metabolised by CYP3A4.\n", "utf-8")
    with Graph.open(settings=Settings(home=str(folder / ".home"))) as opened:
        opened.__dict__["embedder"] = graph.embedder
        opened.ingest(str(folder), pack="drug_interactions")
        yield opened


@pytest.mark.parametrize(
    "question",
    [
        "Is it safe to take simvastatin with clarithromycin?",
        "Can I take clarithromycin together with simvastatin?",
        "Is clarithromycin free of interactions with simvastatin?",
        "Is CYP3A4 unaffected by clarithromycin?",
        "Does azithromycin not inhibit CYP3A4?",
        "Does CYP3A4 inhibit clarithromycin?",
    ],
)
def test_a_question_that_no_chain_answers_gets_no_yes_or_no(graph: Graph, question: str) -> None:
    assert not graph.ask(question).answer.startswith(("Yes", "No", "Possibly"))


def test_a_contested_claim_is_told_with_its_denial_and_concludes_nothing(contested: Graph) -> None:
    answer = contested.ask("How does azithromycin affect simvastatin?")
    assert "denies.md states the contrary" in answer.answer
    assert not any(statement.derived for statement in answer.statements)
    (cited,) = [c for s in answer.statements if "contrary" in s.text for c in s.citations]
    assert cited.quote == "Azithromycin does not inhibit CYP3A4."
    direct = contested.ask("Does azithromycin inhibit CYP3A4?")
    assert not direct.answer.startswith(("Yes", "No"))


def test_a_denied_relation_is_no_connection(graph: Graph) -> None:
    connection = graph.connect("azithromycin", "CYP3A4", hops=1)
    assert not connection.connected
    assert "denied" in connection.missing
    assert graph.connect("simvastatin", "Zocor").missing == "both names are simvastatin"


def test_stems_are_right_whatever_other_threads_stem() -> None:
    several = [
        f"{stem}{ending}" for stem in ("compar", "label", "inhibit", "metabol", "relat") for ending in ("ed", "ing", "ation", "s")
    ]
    expected = [terms(word) for word in several]
    _stem.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(terms, several * 200)) == expected * 200


def test_an_article_hides_no_name_from_the_pack(graph: Graph) -> None:
    (linked,) = link(Question("What does the clarithromycin inhibit?", graph.embedder), graph.sources).entities
    assert (linked.surface, linked.by) == ("clarithromycin", "pack")
