"""The page in a real browser, served by the real command."""

import os
import shutil
import subprocess
import sys
import urllib.parse
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from ui.serving import free_port

pytestmark = pytest.mark.browser

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
QUESTION = "Which enzyme does itraconazole inhibit?"
PATIENCE = 60_000
"""Milliseconds."""


@pytest.fixture(scope="module")
def browser() -> str:
    """The path of a Chromium; without one the test is skipped, which in CI is a failure."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        message = "NO CHROMIUM: the page was not tested in a browser; install chromium"
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(message)
        warnings.warn(message, stacklevel=2)
        pytest.skip(message)
    return found


@pytest.fixture
def address(home: Path) -> Iterator[str]:
    """Where `hoptrace ui` serves the small graph."""
    port = free_port("127.0.0.1", 0)
    root = Path(__file__).parents[2]
    process = subprocess.Popen(
        [sys.executable, "-c", "from hoptrace.main import run; run()", "ui", "--port", str(port), "--home", str(home)],
        env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    for line in process.stdout:
        if "URL:" in line:
            break
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(timeout=20)


def test_the_page_answers_marks_and_draws_and_a_hostile_document_does_nothing(browser: str, address: str) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=list(QUIET))
        page = chromium.new_page(viewport={"width": 1400, "height": 1000})
        away: list[str] = []
        page.on("request", lambda request: away.append(request.url) if not _is_ours(request.url, address) else None)
        page.goto(f"{address}/?q={urllib.parse.quote(QUESTION)}")
        page.wait_for_selector(".ht-hop mark", timeout=PATIENCE)
        page.wait_for_selector(".ht-overlaps", timeout=PATIENCE)

        assert "Itraconazole inhibits CYP2C9" in page.inner_text(".ht-hop mark")
        assert "<script>" in page.inner_text(".ht-hop mark")
        assert page.evaluate("window.harmed") is None
        assert page.locator(".ht-card").count() == 3
        drawing = page.locator("img.ht-chain").first
        assert drawing.evaluate("image => image.complete && image.naturalWidth > 100")
        assert "itraconazole inhibits CYP2C9" in (drawing.get_attribute("alt") or "")
        boxes = [card.bounding_box() for card in page.locator(".ht-card").all()]
        assert all(box is not None for box in boxes)
        assert len({round(box["y"]) for box in boxes if box}) == 1  # side by side
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert away == []
        chromium.close()


def _is_ours(url: str, address: str) -> bool:
    return url.startswith((address, address.replace("http", "ws"), "data:", "blob:"))
