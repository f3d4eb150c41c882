"""`hoptrace estimate`: what an ingest with a language model would cost."""

from typing import TYPE_CHECKING, Annotated

import typer

from hoptrace import terminal
from hoptrace.commands import _options as options

if TYPE_CHECKING:
    from graph_builder.estimating import Estimate

PANEL = options.BUILD
EPILOG = (
    "Example: hoptrace estimate ~/papers --model openai:gpt-5-mini   Nothing is sent and no key is needed, unless --sample asks "
    "to learn from some passages how much the model writes. Documents that are in the graph unchanged and calls that the journal "
    "holds cost nothing and are not counted."
)


def command(
    paths: options.Paths,
    model: Annotated[
        str, typer.Option("--model", metavar="PROVIDER:MODEL", help="The model; else LLM_MODEL.", show_default=False)
    ] = "",
    pack: options.Pack = "auto",
    chunker: options.Chunker = "structure",
    size: options.Size = 1000,
    overlap: options.Overlap = 0,
    gleanings: options.Gleanings = 0,
    sample: Annotated[
        int, typer.Option("--sample", min=0, help="Ask about so many passages first; they are paid for and not lost.")
    ] = 0,
    field: options.Field = None,
    as_json: options.Json = False,
    home: options.Home = "",
) -> None:
    """Say how many calls, tokens and dollars an ingest would take, before it takes them."""
    with options.graph_at(home, make=True) as graph:
        found = graph.estimate(
            paths,
            model=model,
            pack=pack,
            chunker=chunker,
            size=size,
            overlap=overlap,
            fields=options.fields(field or []),
            gleanings=gleanings,
            sample=sample,
        )
    if as_json:
        terminal.say_json(found.as_json())
    else:
        say_estimate(found)


def say_estimate(found: "Estimate") -> None:
    """Print what an ingest would take."""
    held = f", {found.unchanged:,} of them in the graph already" if found.unchanged else ""
    free = f", {found.recorded:,} of them in the journal already" if found.recorded else ""
    terminal.say(f"{terminal.counted(found.documents, 'document')}{held}: {terminal.counted(found.calls, 'call')}{free}")
    terminal.say(f"about {found.input_tokens:,} tokens read and {found.output_tokens:,} written by {found.model}")
    if found.dollars is None:
        terminal.say(f"the price of {found.model} is not known: set LLM_PRICE=READ/WRITTEN, dollars for a million tokens")
    else:
        terminal.say(f"about {terminal.dollars(found.dollars)}")
    terminal.notice(f"what is written is judged by {found.basis}")
