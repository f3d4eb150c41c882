"""Each file of the gallery, pasted into the real Neo4j Browser of the server under test; and the style, loaded there."""

import http.client
from collections.abc import Iterator
from pathlib import Path

import pytest

import cypher
from tests.neo4j_browser import Browser, chromium, opened, sign_in
from tests.neo4j_server import Server

pytestmark = [pytest.mark.neo4j, pytest.mark.browser]

STYLE = Path(cypher.__file__).with_name("hoptrace.grass").read_text("utf-8")
DRAWN = {
    "around_an_enzyme",
    "names_of_an_entity",
    "paths_between_two_drugs",
    "proof_of_a_relation",
    "shared_enzymes",
}
"""Those that are seen as a graph."""


@pytest.fixture(scope="module")
def address(neo4j_corpus: Server) -> str:
    """Where the server serves Browser; in a container that is not where it says."""
    with neo4j_corpus.driver() as driver:
        shown = driver.execute_query("SHOW SETTINGS 'server.http.advertised_address' YIELD value").records
    place = str(shown[0]["value"])
    try:
        connection = http.client.HTTPConnection(place, timeout=5)
        connection.request("GET", "/browser/")
        status = connection.getresponse().status
    except OSError as error:
        pytest.skip(f"no Neo4j Browser at {place}: {error}")
    assert status == 200
    return f"http://{place}"


@pytest.fixture(scope="module")
def browser(address: str, neo4j_corpus: Server) -> Iterator[Browser]:
    with opened(chromium(), address) as page:
        yield sign_in(page, neo4j_corpus)


def test_the_style_is_taken(browser: Browser) -> None:
    said = browser.dress(STYLE)
    assert "".join(said.split()) == "".join(STYLE.split())


@pytest.mark.parametrize("name", cypher.names("gallery"))
def test_a_pasted_file_runs(browser: Browser, name: str) -> None:
    frame = browser.run(cypher.statement(name))
    assert frame.get_by_test_id("cypherFrameErrorMessage").count() == 0, frame.inner_text()
    assert frame.get_by_test_id("cypherFrameSidebarTable").count() == 1
    drawn = frame.get_by_test_id("vizInspector").count()
    assert bool(drawn) is (name.removeprefix("gallery/") in DRAWN)


def test_a_pasted_file_with_a_slip_does_not(browser: Browser) -> None:
    frame = browser.run("MATCH (n) RETURN m")
    assert "Variable `m` not defined" in frame.get_by_test_id("cypherFrameErrorMessage").inner_text()
