"""Starting the page: Streamlit on this machine alone, without telemetry."""

import os
import socket
import sys
from pathlib import Path

from graph_builder.errors import InputError

APP = Path(__file__).with_name("app.py")
_FIRST_PORT, _PORTS = 8501, 100
_OPTIONS = {
    "browser.gatherUsageStats": "false",
    "server.showEmailPrompt": "false",
    "server.fileWatcherType": "none",
    "server.maxUploadSize": "1",
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "theme.base": "light",
    "theme.primaryColor": "#2f6db5",
    "theme.backgroundColor": "#fbfcfe",
    "theme.secondaryBackgroundColor": "#f1f4f9",
    "theme.textColor": "#1d2536",
}


def free_port(host: str, port: int) -> int:
    """The port if it is free; for 0 the first free one from 8501.

    Raises
    ------
    InputError
        The port is taken, or the address is not this machine's.
    """
    for candidate in [port] if port else range(_FIRST_PORT, _FIRST_PORT + _PORTS):
        if _is_free(host, candidate):
            return candidate
    taken = f"port {port}" if port else f"each port from {_FIRST_PORT} to {_FIRST_PORT + _PORTS - 1}"
    raise InputError(f"{taken} of {host} can not be had: name another with --port, or another address with --host")


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a server that has just ended does not count
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def serve(home: str, *, host: str, port: int, browser: bool) -> None:
    """Serve the page until it is stopped. ``home`` is the folder of the graph, or empty for what the environment says."""
    from streamlit.web.cli import main  # noqa: PLC0415  # heavy, and an optional extra

    options = _OPTIONS | {
        "server.address": host,
        "server.port": str(port),
        "server.headless": "false" if browser and _has_desktop() else "true",
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    main(["run", str(APP), *flags, "--", *([home] if home else [])], standalone_mode=False)


def _has_desktop() -> bool:
    if not sys.stdout.isatty():
        return False
    return sys.platform in ("darwin", "win32") or any(os.environ.get(v) for v in ("DISPLAY", "WAYLAND_DISPLAY"))
