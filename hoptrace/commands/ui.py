"""`hoptrace ui`: the page."""
# ruff: noqa: PLC0415  # libraries are loaded when a verb runs, not for `hoptrace --help`

from importlib.util import find_spec
from typing import Annotated

import typer

from graph_builder.errors import InputError, SettingsError
from hoptrace import terminal
from hoptrace.commands import _options as options

PANEL = options.ASK
EPILOG = "Example: hoptrace ui --port 8600   Ctrl-C ends it."
HOW_TO_INSTALL = 'the page needs streamlit: pip install "hoptrace[ui]"'
_LARGEST_PORT = 65_535


def command(
    port: Annotated[int, typer.Option("--port", help="Port; 0 takes the first free one from 8501.", show_default=False)] = 0,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open a browser on a desktop.")] = True,
    home: options.Home = "",
) -> None:
    """Open the page: answers side by side, chains drawn, sentences marked in their documents."""
    if not 0 <= port <= _LARGEST_PORT:
        raise InputError(f"--port is {port}; use 1 to {_LARGEST_PORT}, or 0 for the first free one from 8501")
    open_page(home, port=port, host=host, browser=browser)


def open_page(home: str, *, port: int = 0, host: str = "127.0.0.1", browser: bool = True) -> None:
    """Serve the page until Ctrl-C.

    Raises
    ------
    SettingsError
        Streamlit is not installed.
    InputError
        The port is taken.
    """
    if find_spec("streamlit") is None:
        raise SettingsError(HOW_TO_INSTALL)
    from graph_builder.settings import Settings
    from ui.serving import free_port, serve

    Settings.from_environment()  # a setting that can not be followed is told here, not on the page
    found = free_port(host, port)
    terminal.say(f"the page is at http://{host}:{found} (Ctrl-C ends it)")
    serve(home, host=host, port=found, browser=browser)
