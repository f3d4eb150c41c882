"""Take the pictures of `neo4j_browser.md` again.

    PYTHONPATH=. .venv/bin/python docs/take_screenshots.py http://localhost:7474

`NEO4J_URI` and `NEO4J_PASSWORD` lead to a server that holds the bundled corpus; the address is that of its Neo4j Browser.
"""

import os
import sys
from pathlib import Path

import cypher
from tests.neo4j_browser import Browser, chromium, opened, sign_in
from tests.neo4j_server import Server

IMAGES = Path(__file__).parent / "images"
PICTURES = ("around_an_enzyme", "paths_between_two_drugs", "proof_of_a_relation", "names_of_an_entity", "denied")
"""Files of the gallery."""
LARGE = {"around_an_enzyme"}
"""Taken in a whole window, with the legend beside it."""
WINDOW = {"width": 1100, "height": 800}
WHOLE = {"width": 1360, "height": 800}
_SETTLED = 5_000
"""Milliseconds until nothing in a drawn graph moves."""


def take(address: str, server: Server) -> None:
    """Write each picture into `docs/images/`."""
    with opened(chromium(), address, width=WINDOW["width"], height=WINDOW["height"]) as page:
        page.get_by_test_id("username").fill(server.username)
        page.get_by_test_id("password").fill("password")
        page.get_by_test_id("boltaddress").focus()
        page.screenshot(path=IMAGES / "connect.png", clip={"x": 0, "y": 0, "width": 1100, "height": 680})
        browser = sign_in(page, server)
        browser.dress((Path(cypher.__file__).parent / "hoptrace.grass").read_text("utf-8"))
        for name in PICTURES:
            _take(browser, name)


def _take(browser: Browser, name: str) -> None:
    frame = browser.run(cypher.statement(f"gallery/{name}"))
    browser.page.set_viewport_size(WHOLE if name in LARGE else WINDOW)
    if name in LARGE:
        frame.get_by_title("Fullscreen").click()
    fit = frame.get_by_label("zoom-to-fit")
    if fit.count():
        browser.page.wait_for_timeout(_SETTLED)
        if name not in LARGE:  # in a small picture the legend would hide nodes
            frame.get_by_label("Collapse the node properties display").click()
        fit.click()
    browser.page.wait_for_timeout(_SETTLED)
    frame.screenshot(path=IMAGES / f"{name}.png")
    if name in LARGE:
        frame.get_by_title("Close fullscreen").click()


if __name__ == "__main__":
    take(sys.argv[1].rstrip("/"), Server(os.environ["NEO4J_URI"], os.environ["NEO4J_PASSWORD"]))
