"""What a hostile reader tried: questions turned round, claims that another document denies, words that are no names."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from graph_builder.errors import InputError
from graph_builder.settings import Settings
from graph_builder.terms import _stem, terms
from graph_rag.linking import link
from graph_rag.numbering import number
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


STATED = """Rifampin decreases the exposure of midazolam. Ketoconazole increases the risk of myopathy.
Ketoconazole inhibits CYP3A4. CYP3A4 metabolizes midazolam. CYP2D6 metabolizes codeine. Ketoconazole does not inhibit CYP2C19.
Fluvoxamine may not inhibit CYP3A4. Ketoconazole interacts with warfarin. Ketoconazole inhibits CYP2C9.
"""
OPENINGS = ("Yes", "No.", "Possibly")


@pytest.fixture(scope="module")
def stated(graph: Graph, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    folder: Path = tmp_path_factory.mktemp("documents")
    (folder / "a.txt").write_text(STATED, "utf-8")
    (folder / "b.txt").write_text(
        "Warfarin does not interact with ketoconazole. Ketoconazole does not inhibit CYP2C9.\n", "utf-8"
    )
    (folder / "film.txt").write_text("Ridley Scott directed Alien. Brutus killed Caesar.\n", "utf-8")
    with Graph.open(settings=Settings(home=str(folder / ".home"))) as opened:
        opened.__dict__["embedder"] = graph.embedder
        opened.ingest([str(folder / "a.txt"), str(folder / "b.txt")], pack="drug_interactions")
        opened.ingest(str(folder / "film.txt"), pack="open")
        yield opened


@pytest.mark.parametrize(
    "question",
    [
        "Does rifampin increase the exposure of midazolam?",
        "Does ketoconazole reduce the risk of myopathy?",
        "Does myopathy increase the risk of ketoconazole?",
        "Is ketoconazole inhibited by CYP3A4?",
        "Is CYP3A4 metabolized by midazolam?",
        "Did Alien direct Ridley Scott?",
        "Was Brutus killed by Caesar?",
        "Does ketoconazole inhibit both CYP3A4 and CYP2C19?",
        "Does ketoconazole inhibit CYP3A4 and CYP2D6?",
        "Does codeine inhibit CYP3A4 like ketoconazole?",
        "Is it false that ketoconazole inhibits CYP3A4?",
        "Does ketoconazole fail to inhibit CYP3A4?",
        "Does anyone doubt that ketoconazole inhibits CYP3A4?",
        "Does ketoconazole neither induce nor inhibit CYP3A4?",
        "Does ketoconazole induce rather than inhibit CYP3A4?",
        "Does fluvoxamine inhibit CYP3A4?",
        "Does warfarin interact with ketoconazole?",
    ],
)
def test_neither_yes_nor_no_is_said_of_another_claim_than_the_one_asked_for(stated: Graph, question: str) -> None:
    assert not stated.ask(question).answer.startswith(OPENINGS)


@pytest.mark.parametrize(
    ("question", "opening"),
    [
        ("Does rifampin decrease the exposure of midazolam?", "Yes."),
        ("Is CYP3A4 inhibited by ketoconazole?", "Yes."),
        ("Is midazolam metabolized by CYP3A4?", "Yes."),
        ("Did Ridley Scott direct Alien?", "Yes."),
        ("Was Caesar killed by Brutus?", "Yes."),
        ("Does ketoconazole inhibit CYP2C19?", "No."),
    ],
)
def test_yes_and_no_are_said_of_the_claim_that_is_asked_for(stated: Graph, question: str, opening: str) -> None:
    assert stated.ask(question).answer.startswith(opening)


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("Which drug inhibits codeine?", "no drug is stated for codeine"),
        ("What inhibits codeine?", "nothing states what codeine inhibits, nor what inhibits codeine"),
        ("What does midazolam induce?", "nothing states what midazolam induces, nor what induces midazolam"),
        ("Which transporter does ketoconazole inhibit?", "no transporter is stated for ketoconazole"),
        ("Does nivarol inhibit CYP3A4?", "nivarol is not in the documents"),
        ("Does clarithromicin interact with midazolan?", "clarithromicin, midazolan are not in the documents"),
        ("What does ketoconazole do with zorvatan?", "zorvatan is not in the documents"),
    ],
)
def test_what_is_not_stated_is_not_answered_by_something_else(stated: Graph, question: str, missing: str) -> None:
    answer = stated.ask(question)
    assert (answer.abstained, answer.missing) == (True, missing)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Which enzyme does ketoconazole inhibit?", "Ketoconazole inhibits CYP3A4"),
        ("Which drug increases the exposure of midazolam?", "Therefore ketoconazole may increase the exposure of midazolam"),
        ("Which drug inhibits the metabolism of midazolam?", "Ketoconazole inhibits CYP3A4"),
        ("What lowers the levels of midazolam?", "Rifampin decreases the exposure of midazolam"),
        ("What metabolises codeine?", "CYP2D6 metabolizes codeine"),
        ("Which are substrates of CYP2D6?", "CYP2D6 metabolizes codeine"),
        ("What does ketoconazole not inhibit?", "Ketoconazole does not inhibit CYP2C19"),
        ("Which enzymes are not inhibited by ketoconazole?", "Ketoconazole does not inhibit CYP2C19"),
    ],
)
def test_what_is_stated_in_other_words_is_told(stated: Graph, question: str, told: str) -> None:
    assert told in stated.ask(question).answer


@pytest.mark.parametrize(
    "text",
    [
        "If ketoconazole inhibited CYP3A4, levels of the drug would rise.",
        "If ketoconazole inhibits CYP3A4, avoid it.",
        "The claim that ketoconazole inhibits CYP3A4 is false.",
        "The authors denied that ketoconazole inhibits CYP3A4.",
        "The authors doubt that ketoconazole inhibits CYP3A4.",
        "Ketoconazole hardly inhibits CYP3A4.",
        "Ketoconazole was once thought to inhibit CYP3A4, but this was refuted.",
    ],
)
def test_what_is_supposed_or_disputed_is_not_affirmed(graph: Graph, tmp_path: Path, text: str) -> None:
    (tmp_path / "a.txt").write_text(text + "\n", "utf-8")
    with Graph.open(settings=Settings(home=str(tmp_path / "home"))) as opened:
        opened.__dict__["embedder"] = graph.embedder
        opened.ingest(str(tmp_path / "a.txt"), pack="drug_interactions")
        affirmed = [
            hop for c in opened.ask("Does ketoconazole inhibit CYP3A4?").chains for hop in c.hops if hop.polarity == "affirmed"
        ]
        assert not affirmed


def test_what_was_read_without_the_pack_that_knows_it_is_quoted(graph: Graph, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("In 1899 Bayer sold aspirin in Germany. People took aspirin daily for pain.\n", "utf-8")
    (tmp_path / "k.txt").write_text("Ketoconazole inhibits CYP3A4.\n", "utf-8")
    with Graph.open(settings=Settings(home=str(tmp_path / "home"))) as opened:
        opened.__dict__["embedder"] = graph.embedder
        opened.ingest(str(tmp_path), pack="open")
        assert opened.ask("Who sold aspirin?").answer.startswith("In 1899 Bayer sold aspirin in Germany.")
        assert "Ketoconazole inhibits CYP3A4." in opened.ask("Does ketoconazole inhibit CYP3A4?").answer
        assert opened.ask("Does metformin interact with aspirin?").missing == "metformin is not in the documents"


def test_a_condition_is_told_and_takes_the_yes_away(graph: Graph, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Mexiletine inhibits CYP1A2 in rats but not in humans.\n", "utf-8")
    with Graph.open(settings=Settings(home=str(tmp_path / "home"))) as opened:
        opened.__dict__["embedder"] = graph.embedder
        opened.ingest(str(tmp_path / "a.txt"), pack="drug_interactions")
        assert opened.ask("Does mexiletine inhibit CYP1A2?").answer == "Mexiletine inhibits CYP1A2 in rats."


@pytest.mark.parametrize("question", ["Does zorvatan inhibit CYP2C9?", "Does zorvatan interact with midazolam?"])
def test_a_name_that_no_pack_knows_is_not_passed_over(stated: Graph, tmp_path: Path, question: str) -> None:
    (tmp_path / "a.txt").write_text("Zorvatan does not inhibit CYP2C9. Zorvatan slows midazolam. CYP2C9 is an enzyme.\n", "utf-8")
    (tmp_path / "b.txt").write_text(STATED, "utf-8")
    with Graph.open(settings=Settings(home=str(tmp_path / "home"))) as opened:
        opened.__dict__["embedder"] = stated.embedder
        opened.ingest([str(tmp_path / "a.txt"), str(tmp_path / "b.txt")], pack="drug_interactions")
        answer = opened.ask(question)
    assert answer.statements
    assert all("Zorvatan" in statement.text for statement in answer.statements[:1])


def test_a_claim_that_is_denied_the_other_way_round_is_contested(stated: Graph) -> None:
    answer = stated.ask("Does warfarin interact with ketoconazole?")
    assert "b.txt states the contrary" in answer.answer


def test_a_contested_claim_is_not_told_in_passing(stated: Graph) -> None:
    answer = stated.ask("What does ketoconazole inhibit?")
    assert "Also stated: ketoconazole inhibits CYP2C9" not in answer.answer.replace("; ", " Also stated: ")
    assert [hop.denials for c in answer.chains for hop in c.hops if hop.object == "CYP2C9" and hop.polarity == "affirmed"] != [()]


def test_nothing_is_told_twice_and_all_that_is_told_has_a_number(stated: Graph) -> None:
    for question in (
        "What does ketoconazole do?",
        "How are ketoconazole and midazolam connected?",
        "What metabolises midazolam?",
    ):
        answer = stated.ask(question)
        texts = [statement.text for statement in answer.statements]
        assert len(texts) == len(set(texts))
        numbered = number(answer)
        assert not numbered.beside
        assert all(piece.numbers for piece in numbered.pieces[:-1])


def test_a_link_is_a_link_however_few_chains_are_shown(stated: Graph) -> None:
    assert stated.connect("ketoconazole", "midazolam", k=1).connected


@pytest.mark.parametrize("hops", [11, 10**8])
def test_hops_beyond_measure_are_refused(stated: Graph, hops: int) -> None:
    with pytest.raises(InputError, match="at most 10"):
        stated.connect("ketoconazole", "midazolam", hops=hops)
    with pytest.raises(InputError, match="at most 10000"):
        stated.ask("What does ketoconazole inhibit?", k=2**61)


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
