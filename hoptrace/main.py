"""The command `hoptrace`. The folder `commands` is the registry: `commands/ask.py` is the verb `ask`."""

import functools
import importlib
import os
import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer

from graph_builder import registry
from graph_builder.errors import HoptraceError
from hoptrace import __version__, commands, terminal

INTERRUPTED = 130
_BROKEN_PIPE = 141  # what a shell reports for a program that was stopped by SIGPIPE

EXIT_CODES = """
Exit codes: 0 done (also when an answer abstains, and when two entities are not connected); 1 something failed; 2 the
command was given wrongly; 3 a setting; 4 the store; 5 the language model; 6 ingest finished, but some documents failed;
7 --max-cost was reached; 130 stopped by Ctrl-C.
"""

app = typer.Typer(
    name="hoptrace",
    help="Documents become a knowledge graph whose every relation is pinned to the sentence that states it.",
    epilog=" ".join(EXIT_CODES.split()),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"hoptrace {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")] = False,
) -> None:
    """Nothing of its own: what holds for all verbs."""


def _guarded(command: Callable[..., Any]) -> Callable[..., Any]:
    """The command with errors of ours as one line, and their exit codes."""

    @functools.wraps(command)
    def guarded(*args: object, **options: object) -> None:
        try:
            command(*args, **options)
        except HoptraceError as error:
            terminal.fail(str(error))
            raise typer.Exit(error.exit_code) from error
        except KeyboardInterrupt as error:
            terminal.say("stopped; what was written is safe, run the same command again to go on", error=True)
            raise typer.Exit(INTERRUPTED) from error

    return guarded


def _discover() -> None:
    """Register each file of the folder; `PANEL`, `EPILOG` and `ALIASES` (hidden) are optional in it."""
    for verb in registry.names(commands):
        module = importlib.import_module(f"{commands.__name__}.{verb}")
        command = _guarded(module.command)
        epilog = getattr(module, "EPILOG", None)
        app.command(verb, rich_help_panel=getattr(module, "PANEL", None), epilog=epilog)(command)
        for alias in getattr(module, "ALIASES", ()):
            app.command(alias, hidden=True, epilog=epilog)(command)


_discover()


def run() -> None:
    """Run the command line and exit with its code."""
    for stream in (sys.stdout, sys.stderr):
        # A name that this terminal has no letters for must not end the program.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        code = app(standalone_mode=False, prog_name="hoptrace")
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = _BROKEN_PIPE
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Exception as error:  # Typer's errors of usage have no public class; they are told by their message
        message = getattr(error, "format_message", None)
        if message is None:
            raise
        code = _misused(error, str(message()))
    sys.exit(code if isinstance(code, int) else 0)


def _misused(error: Exception, message: str) -> int:
    context = getattr(error, "ctx", None)
    if not message:  # no verb at all: the help was printed
        return 2
    path = getattr(context, "command_path", "") or "hoptrace"
    terminal.fail(f"{message} See `{path} --help`.")
    return int(getattr(error, "exit_code", 2))


if __name__ == "__main__":
    run()
