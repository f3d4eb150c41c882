"""What is kept between questions, and when it is forgotten."""

from pathlib import Path

import pytest

from graph_rag import memory
from graph_rag.memory import Memory, Reads
from hoptrace import Graph


def test_each_key_is_read_once_and_absent_ones_are_left_out() -> None:
    reads, asked = Reads(), []

    def read(keys: list[str]) -> dict[str, int]:
        asked.append(keys)
        return {key: len(key) for key in keys if key != "absent"}

    assert reads.recall("lengths", ["ab", "absent", "ab"], read) == {"ab": 2}
    assert reads.recall("lengths", ["c", "ab", "absent"], read) == {"c": 1, "ab": 2}
    assert asked == [["ab", "absent"], ["c"]]
    assert reads.recall("others", ["ab"], lambda _: {"ab": 0}) == {"ab": 0}


def test_the_oldest_is_let_go_but_never_what_is_asked_for_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "KEPT", 2)
    reads = Reads()
    assert reads.recall("n", "abc", lambda keys: dict.fromkeys(keys, 1)) == {"a": 1, "b": 1, "c": 1}
    again: list[str] = []
    reads.recall("n", "abc", lambda keys: again.extend(keys) or dict.fromkeys(keys, 1))  # type: ignore[func-returns-value]
    assert again == ["a"]


def test_a_change_of_the_graph_is_a_new_memory(graph: Graph, tmp_path: Path) -> None:
    kept = Memory()
    before = kept.of(graph.store)
    assert kept.of(graph.store) is before
    text = "# Erythromycin\n\nErythromycin inhibits CYP3A4.\n"
    (tmp_path / "erythromycin.md").write_text(text, "utf-8")
    graph.ingest(str(tmp_path), pack="drug_interactions")
    after = kept.of(graph.store)
    assert after is not before
    graph.delete(str(tmp_path / "erythromycin.md"))
    assert kept.of(graph.store) is not after


def test_a_graph_that_another_process_filled_anew_is_not_taken_for_the_old_one(tmp_path: Path) -> None:
    kept, home = Memory(), tmp_path / "home"
    document = tmp_path / "text.md"

    def filled(text: str) -> None:
        document.write_text(text, "utf-8")
        with Graph.open(str(home)) as other:
            other.ingest(str(document), pack="drug_interactions")

    filled("# Erythromycin\n\nErythromycin inhibits CYP3A4.\n")
    with Graph.open(str(home)) as page:
        before = kept.of(page.store)
        with Graph.open(str(home)) as other:
            other.delete(str(document))
        filled("# Rifampicin\n\nRifampicin induces CYP3A4.\n")
        assert kept.of(page.store) is not before
