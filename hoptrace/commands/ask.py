"""`hoptrace ask`: an answer with its chain."""

from dataclasses import asdict
from typing import Annotated

import typer

from hoptrace import terminal
from hoptrace.commands import _options as options

PANEL = options.ASK
ALIASES = ("query",)
EPILOG = (
    'Example: hoptrace ask "Why is simvastatin risky with clarithromycin?"   '
    "An answer that abstains names the missing link and exits with 0; scripts read `abstained` of --json."
)


def command(
    question: Annotated[str, typer.Argument(help="The question, in quotes.")],
    method: Annotated[
        str, typer.Option("--method", "-m", help="How evidence is found; an unknown one lists those there are.")
    ] = "graph",
    k: options.Passages = 10,
    replay: options.Replay = "",
    as_json: options.Json = False,
    home: options.Home = "",
) -> None:
    """Answer a question, each statement cited and each hop of its chain quoted."""
    with options.graph_at(home, replay=replay) as graph:
        answer = graph.ask(question, method=method, k=k)
    if as_json:
        terminal.say_json(asdict(answer))
    else:
        terminal.say_answer(answer)
