"""How results are shown in a terminal: plain lines, colour only where there is a terminal, drawn without it just as readable.

What a document says is cleaned before it is shown: no control character or change of writing direction gets through, so
that no document can move the cursor, change colours or disguise a name.
"""

import json
import os
import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from graph_builder.llm import Usage
    from graph_rag.model import Answer, Chain, Citation, Hop, Passage
    from graph_rag.numbering import Numbered, Piece

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ENDLESS = 100_000
"""The width where there is no terminal: a line is never broken, so that it can be searched."""

CHAINS = 3
"""How many chains of an answer are drawn."""
_PASSAGES = 5
_PREVIEW = 300


class Glyphs(NamedTuple):
    """What lines are drawn with, and how a check is shown."""

    line: str = "─"
    dashed: str = "╌"
    right: str = "▶"
    left: str = "◀"
    denied: str = "✗"
    verified: str = "verified ✓"
    unverified: str = "NOT VERIFIED ✗"
    dot: str = "·"


_ASCII = Glyphs("-", ".", ">", "<", "x", "verified", "NOT VERIFIED", "-")


# ------------------------------------------------------------------------------------------------------------ streams
def console(*, error: bool = False) -> Console:
    """A console on stdout or stderr; as wide as the terminal, or without an end where there is none."""
    stream = sys.stderr if error else sys.stdout
    width = None if stream.isatty() else _ENDLESS
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False)


def say(text: Text | str = "", *, indent: int = 0, error: bool = False) -> None:
    """Print a paragraph; on a terminal its lines are broken between words and all indented."""
    to = console(error=error)
    shown = Text(text) if isinstance(text, str) else text
    for line in shown.wrap(to, max(20, to.width - indent)) or [shown]:
        line.rstrip()
        to.print(Text(" " * indent).append_text(line) if line.plain else Text(), no_wrap=True, overflow="ignore", crop=False)


def say_json(value: object) -> None:
    """Print a value as JSON: what a script reads."""
    ascii_only = not (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf8")
    sys.stdout.write(json.dumps(value, ensure_ascii=ascii_only, indent=2) + "\n")


def notice(text: str) -> None:
    """Say something on stderr, beside the result."""
    say(Text(clean(text), style="dim"), error=True)


def fail(message: str) -> None:
    """Say on stderr, in one line, what went wrong."""
    one_line = " ".join(clean(message).split())
    console(error=True).print(Text("error: ", style="bold red").append(one_line, style="not bold default"), soft_wrap=True)


def clean(text: str) -> str:
    """The text with each character that is no text replaced by one that shows; offsets stay."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def one_line(text: str, *, longest: int = 0) -> str:
    """The text cleaned and in one line, cut between words where it is longer than ``longest`` characters, if that is given."""
    joined = " ".join(clean(text).split())
    if not longest or len(joined) <= longest:
        return joined
    return joined[:longest].rsplit(" ", 1)[0] + " …"


def glyphs() -> Glyphs:
    """What stdout can show."""
    try:
        "".join(Glyphs()).encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return _ASCII
    return Glyphs()


# ------------------------------------------------------------------------------------------------------------- numbers
def seconds(value: float) -> str:
    """A time as people read it: 31 ms, 2.4 s, 3 min 05 s."""
    if value < 0.9995:  # noqa: PLR2004  # above it, three digits of milliseconds would read 1000
        return f"{value * 1000:.0f} ms" if value >= 0.001 else "<1 ms"  # noqa: PLR2004
    if value < 60:  # noqa: PLR2004
        return f"{value:.1f} s"
    return f"{int(value) // 60} min {int(value) % 60:02d} s"


def dollars(value: float | None) -> str:
    """An amount of money as people read it; what nobody knows is said."""
    if value is None:
        return "price unknown"
    return f"${value:.2f}" if value >= 1 or not value else f"${value:.4f}"


def used(usage: "Usage") -> str:
    """Calls, tokens and dollars, and what the journal and the provider's cache saved."""
    cached = f" ({usage.cached_tokens:,} from the provider's cache)" if usage.cached_tokens else ""
    tokens = f"{usage.input_tokens:,}{cached} + {usage.output_tokens:,} tokens"
    told = [f"{counted(usage.calls, 'call')}, {tokens}, {dollars(usage.dollars)}"]
    if usage.recalled:
        told.append(f"{counted(usage.recalled, 'answer')} from the journal")
    return ", ".join(told if usage.calls or not usage.recalled else told[1:])


def counted(n: int, one: str, many: str = "") -> str:
    """A number with its noun: 1 document, 1,200 documents."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def places(sources: Sequence[str]) -> dict[str, str]:
    """A short name for each source: its last part where that is no other's, else the whole."""
    last = {source: re.split(r"[/\\]", source)[-1] or source for source in sources}
    names = list(last.values())
    return {source: one_line(name if names.count(name) == 1 else _relative(source)) for source, name in last.items()}


def _relative(source: str) -> str:
    inside = source.startswith(os.getcwd() + os.sep)
    return os.path.relpath(source) if inside else source


# -------------------------------------------------------------------------------------------------------------- chains
def hop_words(hop: "Hop") -> str:
    """The relation between subject and object, in words."""
    return one_line(hop.reads or hop.predicate.replace("_", " ").lower())


def arrow(hop: "Hop", drawn: Glyphs) -> Text:
    """The line of a hop in the direction in which the relation holds, denied and possible ones marked."""
    label, line, style = hop_words(hop), drawn.line, "cyan"
    if hop.modality == "possible":
        label, line, style = f"{label}?", drawn.dashed, "yellow"
    if hop.polarity == "negated":
        label, style = f"{drawn.denied} {label}", "red"
    start, end = ("", drawn.right) if hop.forward else (drawn.left, "")
    return Text(f"{start}{line * 2}{label}{line * 2}{end}", style=style)


def chain_line(chain: "Chain", drawn: Glyphs) -> Text:
    """A chain in one line: entities in the order walked, an arrow for each hop."""
    names = chain.names
    text = Text(one_line(names[0]) if names else "", style="")
    text.stylize("bold")
    for hop, name in zip(chain.hops, names[1:], strict=True):
        text = Text.assemble(text, " ", arrow(hop, drawn), " ", (one_line(name), "bold"))
    return text


def say_chain(chain: "Chain", numbered: "Numbered", short: dict[str, str], *, indent: int = 2) -> None:
    """Print a chain as a line with its check and score, then the sentence that states each hop."""
    drawn = glyphs()
    mark = (drawn.verified, "green") if chain.verified else (drawn.unverified, "bold red")
    line = chain_line(chain, drawn)
    tail = Text.assemble("      ", mark, (f"   score {chain.score:.2f}", "dim"))
    if line.cell_len + tail.cell_len + indent <= console().width:
        say(line.append_text(tail), indent=indent)
    else:
        _say_steps(chain, tail, drawn, indent)
    for hop in chain.hops:
        _say_quote(hop, numbered.of(hop), short, indent + 2)


def _say_steps(chain: "Chain", tail: Text, drawn: Glyphs, indent: int) -> None:
    say(Text(one_line(chain.names[0]), style="bold"), indent=indent)
    for hop, name in zip(chain.hops, chain.names[1:], strict=True):
        say(Text.assemble(arrow(hop, drawn), " ", (one_line(name), "bold")), indent=indent + 2)
    say(Text(tail.plain.strip(), style=tail.spans[0].style), indent=indent + 2)


def _say_quote(hop: "Hop", n: int, short: dict[str, str], indent: int) -> None:
    place = f"{short.get(hop.document, hop.document)}:{hop.start}-{hop.end}"
    said = Text.assemble((f"[{n}] ", "cyan"), f'"{one_line(hop.quote)}"', (f"  {place}", "dim"))
    if hop.qualifiers:
        said.append(f"  ({one_line(hop.qualifiers)})", style="yellow")
    if not hop.verified:
        said.append(f"  {glyphs().unverified}", style="bold red")
    say(said, indent=indent)
    if hop.antecedent:
        say(Text(f'after: "{one_line(hop.antecedent)}"', style="dim"), indent=indent + 4)


def legend(chains: "Sequence[Chain]") -> str:
    """What the marks on the arrows mean, for those marks that are there."""
    drawn, hops = glyphs(), [hop for chain in chains for hop in chain.hops]
    told = {
        f"{drawn.left}{drawn.line} holds from right to left": any(not hop.forward for hop in hops),
        f"{drawn.denied} the document denies it": any(hop.polarity == "negated" for hop in hops),
        f"{drawn.dashed}? the document holds it possible": any(hop.modality == "possible" for hop in hops),
    }
    return f"  {drawn.dot}  ".join(said for said, there in told.items() if there)


# ------------------------------------------------------------------------------------------------------------- answers
def cited(piece: "Piece") -> Text:
    """A piece of an answer with the numbers of what it rests on."""
    text = Text(one_line(piece.text))
    if piece.numbers:
        text.append(" " + "".join(f"[{n}]" for n in piece.numbers), style="cyan")
    return text.append(" (derived)", style="magenta") if piece.derived else text


def answer_text(answer: "Answer", numbered: "Numbered") -> Text:
    """The answer with the numbers of its citations, or why there is none."""
    if answer.abstained:
        return Text.assemble(("No answer: ", "bold yellow"), one_line(answer.missing), ".")
    text = Text()
    for piece in numbered.pieces:
        glued = not text.plain or piece.text[:1] in ".,;:!?"
        text = Text.assemble(text, "" if glued else " ", cited(piece))
    return text


def say_answer(answer: "Answer") -> None:
    """Print an answer: its text, the chains with their sentences, the other sources, passages, time."""
    from graph_rag.numbering import number  # noqa: PLC0415  # brings numpy, which `hoptrace --help` need not load

    chains = answer.chains[:CHAINS]
    numbered = number(answer, chains=chains)
    short = places(sorted({*(c.document for c in numbered.citations), *(p.document for p in answer.passages)}))
    say(answer_text(answer, numbered))
    for piece in numbered.beside:
        say(cited(piece), indent=2)
    if answer.abstained and chains:
        say("the nearest chains, which are no answer:")
    for chain in chains:
        say()
        say_chain(chain, numbered, short)
    in_chains = {numbered.of(hop) for chain in chains for hop in chain.hops}
    _say_sources([(n, c) for n, c in enumerate(numbered.citations, 1) if n not in in_chains], short)
    for text in answer.hypotheses[:1]:
        say()
        say(Text(f"imagined, never cited ({answer.hypotheses_by}): {one_line(text, longest=_PREVIEW)}", "dim"), indent=2)
    say()
    if chains and legend(chains):
        say(Text(legend(chains), style="dim"), indent=2)
    say(Text(passages_line(answer.passages, short), style="dim"), indent=2)
    for line in lead_lines(answer.passages, short):
        say(Text(line, style="dim"), indent=4)
    say(Text(time_line(answer), style="dim"), indent=2)


def _say_sources(cited: "Sequence[tuple[int, Citation]]", short: dict[str, str]) -> None:
    if cited:
        say()
    for n, c in cited:
        place = f"  {short[c.document]}:{c.start}-{c.end}"
        mark = "" if c.verified else f"  {glyphs().unverified}"
        say(Text.assemble((f"[{n}] ", "cyan"), f'"{one_line(c.quote)}"', (place, "dim"), (mark, "bold red")), indent=4)


def passages_line(passages: "Sequence[Passage]", short: dict[str, str]) -> str:
    """The first passages with their scores."""
    listed = [f"{short[p.document]}:{p.start}-{p.end} ({p.score:.2f})" for p in passages[:_PASSAGES]]
    more = f", and {len(passages) - _PASSAGES} more" if len(passages) > _PASSAGES else ""
    return f"passages: {', '.join(listed)}{more}" if listed else "passages: none"


def lead_lines(passages: "Sequence[Passage]", short: dict[str, str]) -> list[str]:
    """For the first passages that another one led to: from where, by what, and the question as it was rewritten."""
    arrow = glyphs().right
    led = [(p.lead, short[p.document]) for p in passages[:_PASSAGES] if p.lead]
    return [
        f"{one_line(lead.title) or 'a passage'} {arrow} {one_line(lead.bridge)} {arrow} {to}: {one_line(lead.question)}"
        for lead, to in led
    ]


def time_line(answer: "Answer") -> str:
    """Seconds by step, what was asked of a language model, and who wrote the answer."""
    drawn, usage = glyphs(), answer.usage
    steps = ", ".join(f"{step} {seconds(s)}" for step, s in answer.seconds.items())
    spent = f"  {drawn.dot}  {used(usage)}" if usage.calls or usage.recalled else ""
    return f"{seconds(sum(answer.seconds.values()))}: {steps}{spent}  {drawn.dot}  {one_line(answer.written_by)}"
