"""Neo4j Browser, driven as a person drives it: sign in, paste, run, look."""

import os
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.neo4j_server import Server

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")
_QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run")
_PATIENCE = 30_000
"""Milliseconds."""
_DONE = "[data-testid=frame-loaded-contents]"


@dataclass(frozen=True)
class Browser:
    """An open Neo4j Browser; `signed_in` opens one."""

    page: "Page"

    def run(self, text: str) -> "Locator":
        """Paste a text into the editor, run it, and give the one frame with what came of it."""
        self._paste(":clear")
        self.page.get_by_test_id("frame").wait_for(state="detached", timeout=_PATIENCE)
        self._paste(text)
        frame = self.page.get_by_test_id("frame").first
        frame.locator(_DONE).wait_for(timeout=_PATIENCE)
        return frame

    def dress(self, style: str) -> str:
        """Load a style (.grass) by the command `:style`, and give what Browser then says that its style is."""
        self._paste(":clear")
        self.page.get_by_test_id("frame").wait_for(state="detached", timeout=_PATIENCE)
        self._paste(f":style {style}")
        contents = self.page.get_by_test_id("frameContents").first
        contents.wait_for(timeout=_PATIENCE)
        return contents.inner_text()

    def _paste(self, text: str) -> None:
        """By the clipboard, as one does it: the editor indents and closes brackets where text is typed."""
        editor = self.page.get_by_test_id("activeEditor")
        editor.click()
        self.page.keyboard.press("Control+a")
        self.page.evaluate("text => navigator.clipboard.writeText(text)", text)
        self.page.keyboard.press("Control+v")
        self.page.get_by_test_id("editor-Run").click()


def chromium() -> str:
    """The path of a Chromium; without one the test is skipped, which in CI is a failure."""
    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if found is None:
        message = "NO CHROMIUM: nothing was pasted into Neo4j Browser; install chromium"
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(message)
        warnings.warn(message, stacklevel=2)
        pytest.skip(message)
    return found


@contextmanager
def opened(program: str, address: str, *, width: int = 1200, height: int = 900) -> "Iterator[Page]":
    """The page at ``address`` (http://host:port) in a window of so many pixels, before anybody has signed in."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        window = playwright.chromium.launch(executable_path=program, args=list(_QUIET))
        context = window.new_context(viewport={"width": width, "height": height})
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
        page = context.new_page()
        # Nothing leaves this machine: the Browser would report usage, and ask for guides and news.
        page.route(lambda url: not url.startswith((address, "data:", "blob:")), lambda route: route.abort())
        page.goto(f"{address}/browser/")
        page.get_by_test_id("boltaddress").wait_for(timeout=_PATIENCE)
        yield page
        window.close()


def sign_in(page: "Page", server: Server) -> Browser:
    """Fill in the form, connect, and put away what Browser says of itself."""
    scheme, _, host = server.uri.partition("://")
    page.get_by_test_id("bolt-scheme-select").select_option(f"{scheme}://")
    page.get_by_test_id("boltaddress").fill(host)
    page.get_by_test_id("username").fill(server.username)
    page.get_by_test_id("password").fill(server.password)
    page.get_by_test_id("connect").click()
    page.get_by_test_id("boltaddress").wait_for(state="detached", timeout=_PATIENCE)
    return Browser(page)
