"""Questions to a small real graph: what is answered, what is cited, and what is refused."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from graph_builder.embedding import Embedder
from graph_builder.errors import AmbiguousEntity, InputError, UnknownEntity, UnknownName
from graph_builder.model import Polarity, Vectors
from graph_builder.settings import Settings
from graph_rag.asking import _checked, ask
from graph_rag.composing import Composed
from graph_rag.model import Answer, Citation, Statement
from hoptrace import Graph


def _citations_stand(graph: Graph, answer: Answer) -> bool:
    cited = [c for statement in answer.statements for c in statement.citations]
    return bool(cited) and all(graph.document(c.document).text[c.start : c.end] == c.quote and c.verified for c in cited)


def test_two_documents_make_one_chain_with_a_derived_conclusion(graph: Graph) -> None:
    answer = graph.ask("Does clarithromycin interact with simvastatin, and why?")
    assert answer.chains[0].names == ("clarithromycin", "CYP3A4", "simvastatin")
    assert answer.answer.startswith("Yes: clarithromycin and simvastatin are linked through CYP3A4.")
    assert [s.text for s in answer.statements if s.derived] == ["clarithromycin may increase the exposure of simvastatin."]
    assert _citations_stand(graph, answer)


def test_a_pronoun_is_proven_with_its_antecedent(graph: Graph) -> None:
    (hop,) = [h for c in graph.connect("CYP3A4", "simvastatin").chains for h in c.hops if h.predicate == "METABOLIZES"]
    assert hop.quote == "It is metabolised by CYP3A4."
    assert "Simvastatin" in hop.antecedent
    assert [c.quote for c in hop.citations] == [hop.quote, hop.antecedent]
    assert hop.verified


def test_a_negated_relation_is_said_and_never_walked(graph: Graph) -> None:
    answer = graph.ask("Does azithromycin inhibit CYP3A4?")
    assert answer.answer.startswith("No.")
    assert answer.chains[0].hops[0].polarity is Polarity.NEGATED
    chains = graph.connect("azithromycin", "simvastatin").chains
    assert not any(h.polarity is Polarity.NEGATED for c in chains for h in c.hops)


def test_a_brand_name_finds_its_generic(graph: Graph) -> None:
    chain = graph.ask("Why does Biaxin matter to a patient on Zocor?").chains[0]
    assert chain.names == ("clarithromycin", "CYP3A4", "simvastatin")


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("Does warfarin interact with simvastatin?", "warfarin is not in the documents"),
        ("Does digoxin inhibit CYP3A4?", "digoxin"),
        ("Which transporter carries simvastatin?", "no transporter is stated"),
    ],
)
def test_it_abstains_and_names_the_missing_link(graph: Graph, question: str, missing: str) -> None:
    answer = graph.ask(question)
    assert answer.abstained
    assert not answer.statements
    assert missing in answer.missing


def test_comparison_embeds_once_and_measures_overlap(graph: Graph) -> None:
    comparison = graph.compare("Does clarithromycin interact with simvastatin?", methods=["graph", "hyde", "vanilla"])
    assert [a.method for a in comparison.answers] == ["graph", "hyde", "vanilla"]
    assert len(comparison.overlaps) == 3
    assert all(0 <= o.jaccard <= 1 for o in comparison.overlaps)
    hyde = comparison.answers[1]
    assert hyde.hypotheses
    assert "no language model" in hyde.hypotheses_by
    assert all(_citations_stand(graph, a) for a in comparison.answers)


def test_a_citation_that_does_not_stand_is_not_shown(graph: Graph) -> None:
    (statement, *_) = graph.ask("Does clarithromycin interact with simvastatin?").statements
    true = statement.citations[0]
    wrong = replace(true, quote="Clarithromycin cures everything.")
    forged = [wrong, replace(true, start=true.start + 1), replace(true, chunk="none")]
    checked = _checked(Composed("", tuple(Statement("x", (c,)) for c in [*forged, true])), graph.sources)
    assert [s.citations for s in checked] == [(true,)]
    assert isinstance(true, Citation)


def test_connection_or_the_missing_link(graph: Graph) -> None:
    found = graph.connect("Zocor", "clarithromycin")
    assert (found.connected, found.source, found.target) == (True, "simvastatin", "clarithromycin")
    apart = graph.connect("azithromycin", "myopathy", hops=1)
    assert not apart.connected
    assert apart.missing
    with pytest.raises(UnknownEntity, match='no entity is called "unobtainium"'):
        graph.connect("unobtainium", "simvastatin")


def test_wrong_questions_are_refused_before_any_work(graph: Graph) -> None:
    with pytest.raises(InputError, match="empty"):
        graph.ask("   ")
    with pytest.raises(UnknownName, match="graph, hybrid"):
        graph.ask("x", method="telepathy")
    with pytest.raises(InputError, match="k is 0"):
        graph.ask("x", k=0)
    with pytest.raises(InputError, match="no method"):
        graph.compare("x", methods=[])


def test_an_entity_shows_why_its_names_are_one(graph: Graph) -> None:
    view = graph.entity("P-gp")
    assert set(view.entity.aliases) >= {"P-gp", "P-glycoprotein"}
    assert {join.reason for join in view.entity.joins} & {"pack", "declared"}
    assert {hop.predicate for hop in view.relations} == {"INHIBITS", "TRANSPORTS"}


def test_deleting_a_document_takes_exactly_its_facts(graph: Graph, tmp_path: Path) -> None:
    before = graph.status().fingerprint
    (tmp_path / "extra.md").write_text("# Rifampin\n\nRifampin induces CYP3A4. Rifampin (Rifadin) is an antibiotic.\n", "utf-8")
    graph.ingest(str(tmp_path / "extra.md"), pack="drug_interactions")
    assert graph.connect("rifampin", "simvastatin").connected
    assert graph.delete(str(tmp_path / "extra.md"))
    assert graph.status().fingerprint == before


class _Interfering:
    """The embedder, while whose second text is embedded somebody else takes a document away."""

    def __init__(self, embedder: Embedder, interfere: Callable[[], object]) -> None:
        self.name, self.dim, self._embedder, self._waiting = embedder.name, embedder.dim, embedder, [interfere, int]

    def encode(self, texts: Sequence[str]) -> Vectors:
        self._waiting.pop()()
        return self._embedder.encode(texts)


def test_a_question_sees_one_state_of_the_graph_from_its_first_read_to_its_answer(tmp_path: Path, graph: Graph) -> None:
    (tmp_path / "a.md").write_text("# Rifampin\n\nRifampin induces CYP3A4.\n", "utf-8")
    (tmp_path / "b.md").write_text("# Storage\n\nTablets are kept dry.\n", "utf-8")
    settings = Settings(home=str(tmp_path / "home"))
    with Graph.open(settings=settings) as asked, Graph.open(settings=settings) as beside:
        asked.__dict__["embedder"] = beside.__dict__["embedder"] = graph.embedder
        asked.ingest([str(tmp_path / "a.md"), str(tmp_path / "b.md")], pack="drug_interactions")
        sources = replace(asked.sources, embedder=_Interfering(graph.embedder, lambda: beside.delete("a.md")))
        answer = ask("Rifampin induces CYP3A4.", sources, method="hyde", k=5)
        assert [Path(p.document).name for p in answer.passages] == ["a.md", "b.md"]
        assert [c.quote for s in answer.statements for c in s.citations] == ["Rifampin induces CYP3A4."]
        assert [Path(d.source).name for d in asked.documents()] == ["b.md"]


def test_an_ambiguous_name_lists_its_candidates(tmp_path: Path, graph: Graph) -> None:
    text = "Maria Jordan works for Acme in Jordan. Jordan borders Iraq. Michael Jordan praised Maria Jordan.\n"
    (tmp_path / "a.txt").write_text(text, "utf-8")
    with Graph.open(settings=Settings(home=str(tmp_path / "home"))) as opened:
        opened.__dict__["embedder"] = graph.embedder
        opened.ingest(str(tmp_path / "a.txt"), pack="open")
        assert opened.status().entities > 1
        names = {e.name for e in opened.store.fetch_entities([r[1] for r in opened.store.rows() if r[0] == "entity"]).values()}
        assert "Acme" in names
    assert issubclass(AmbiguousEntity, InputError)
