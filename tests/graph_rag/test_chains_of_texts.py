"""Chains in documents that no pack knows: from what a question is about, not from its common nouns, and from several names."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from graph_builder.settings import Settings
from graph_rag.retrieval.graph import retrieve
from graph_rag.sources import Question
from hoptrace import Graph

DOCUMENTS = {
    "The Third Man": "The Third Man is a 1949 film directed by Carol Reed. The director of the film lived in London.",
    "Carol Reed": "Carol Reed was a film maker. Carol Reed was born in Putney. Carol Reed was wounded during World War II.",
    "Stromboli": "Stromboli is a 1950 film directed by Roberto Rossellini.",
    "Film": "A film is a work that tells a story. The director of a film leads its actors.",
}


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    folder: Path = tmp_path_factory.mktemp("films")
    for title, text in DOCUMENTS.items():
        (folder / f"{title}.md").write_text(f"# {title}\n\n{text}\n", "utf-8")
    with Graph.open(settings=Settings(home=str(tmp_path_factory.mktemp("home")))) as opened:
        opened.ingest(str(folder), pack="open")
        yield opened


def hops(films: Graph, question: str) -> set[frozenset[str]]:
    """The two ends of each hop that is shown."""
    found = retrieve(Question(question, films.embedder), films.sources, k=3)
    assert all(hop.verified for chain in found.chains for hop in chain.hops)
    return {frozenset((hop.subject, hop.object)) for chain in found.chains for hop in chain.hops}


def test_common_nouns_of_the_question_do_not_keep_chains_from_its_name(films: Graph) -> None:
    assert films.store.entities_named(["film"]), "the noun is an entity too"
    said = hops(films, "Where was the director of the film The Third Man born?")
    assert {frozenset(("The Third Man", "Carol Reed")), frozenset(("Carol Reed", "Putney"))} <= said


def test_where_nothing_ties_two_names_chains_lead_away_from_each(films: Graph) -> None:
    said = hops(films, "Which film was made first, The Third Man or Stromboli?")
    assert {frozenset(("The Third Man", "Carol Reed")), frozenset(("Stromboli", "Roberto Rossellini"))} <= said


@pytest.mark.parametrize(
    "question", ["What did the director of The Third Man die of?", "Which English film maker was born during World War II?"]
)
def test_a_chain_of_other_relations_is_shown_and_is_not_the_answer(films: Graph, question: str) -> None:
    answer = films.ask(question, method="graph")
    assert answer.chains
    assert not answer.abstained
    assert all(s.text == " ".join(c.quote.split()) for s in answer.statements for c in s.citations)


def test_a_chain_between_two_names_of_the_question_is_the_answer(films: Graph) -> None:
    answer = films.ask("How is Stromboli tied to Roberto Rossellini?", method="graph")
    assert {frozenset(answer.chains[0].names)} == {frozenset(("Stromboli", "Roberto Rossellini"))}
    assert "Roberto Rossellini" in answer.statements[0].text
    assert answer.statements[0].text != answer.statements[0].citations[0].quote
