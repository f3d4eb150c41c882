"""A journal recorded earlier makes the same graph, without a server and without a key."""

from pathlib import Path

import pytest

from tests.hoptrace.recording import FINGERPRINT, JOURNAL, ingest

AGAIN = "prompts, schema or grounding have changed: look at the change, then run `python -m tests.hoptrace.recording`"


def test_a_recorded_journal_makes_the_recorded_graph(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    fingerprint, graph = ingest(tmp_path, replay=JOURNAL)
    with graph:
        status = graph.status()
        chain = graph.connect("clarithromycin", "simvastatin").chains[0]
    assert fingerprint == FINGERPRINT.read_text("utf-8").strip(), AGAIN
    assert status.relations > 10
    assert [hop.predicate for hop in chain.hops] == ["INHIBITS", "METABOLIZES"]
    assert all(hop.verified for hop in chain.hops)
