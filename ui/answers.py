"""The parts of an answer as HTML: text with numbered citations, hops in their documents, passages, seconds, overlap."""

import re
from collections.abc import Callable, Mapping, Sequence

from graph_rag.model import Answer, Chain, Citation, Comparison, Hop, Lead, Passage
from graph_rag.numbering import Numbered, Piece
from ui.chain_view import colours, hop_words
from ui.highlight import context, marked, safe

_PREVIEW = 420
_MILLISECOND = 0.001

Names = Mapping[str, Sequence[str]]
"""All spellings of an entity, by its id."""


def card(answer: Answer, numbered: Numbered) -> str:
    """An answer with its badge, its text, and what it cites."""
    head = f'<div class="ht-head"><span class="ht-method">{safe(answer.method)}</span>{_badge(answer)}</div>'
    if answer.abstained:
        missing = f'<p class="ht-abstains"><b>No answer.</b> {safe(_sentence(answer.missing))}</p>'
        return f'<div class="ht-card">{head}{missing}</div>'
    text = "".join(_piece(piece) for piece in numbered.pieces)
    beside = "".join(f"<li>{_piece(piece)}</li>" for piece in numbered.beside)
    listed = f'<ul class="ht-beside">{beside}</ul>' if beside else ""
    return f'<div class="ht-card">{head}<p class="ht-answer">{text}</p>{listed}{_cites(answer, numbered)}</div>'


def _badge(answer: Answer) -> str:
    cited = [c for s in answer.statements for c in s.citations]
    if answer.abstained:
        return '<span class="ht-badge ht-quiet">abstains</span>'
    unique = {(c.document, c.start, c.end): c.verified for c in cited}
    good = sum(unique.values())
    kind = "ht-good" if good == len(unique) else "ht-bad"
    return (
        f'<span class="ht-badge {kind}" title="Quotes that equal the document\'s text">{good} of {len(unique)} verified ✓</span>'
    )


def _piece(piece: Piece) -> str:
    numbers = "".join(f"<sup>[{n}]</sup>" for n in piece.numbers)
    derived = (
        ' <span class="ht-derived" title="Concluded by a rule from the cited sentences">derived</span>' if piece.derived else ""
    )
    return f"{safe(piece.text)}{numbers}{derived}"


def _cites(answer: Answer, numbered: Numbered) -> str:
    used = {n for piece in (*numbered.pieces, *numbered.beside) for n in piece.numbers}
    listed = [(n, c) for n, c in enumerate(numbered.citations, 1) if n in used]
    items = "".join(f"<li><sup>[{n}]</sup> “{safe(c.quote)}” {_place(c)}{_mark(verified=c.verified)}</li>" for n, c in listed)
    return f'<ul class="ht-cites">{items}</ul>{_written(answer)}'


def _written(answer: Answer) -> str:
    return f'<p class="ht-small">{safe(_sentence(answer.written_by))}</p>'


def _place(where: Citation | Hop | Passage) -> str:
    name = re.split(r"[/\\]", where.document)[-1] or where.document
    return f'<span class="ht-place" title="{safe(where.document)}">{safe(name)}:{where.start}–{where.end}</span>'


def _mark(*, verified: bool) -> str:
    return ' <span class="ht-tick">✓</span>' if verified else ' <span class="ht-cross">not verified</span>'


def _sentence(text: str) -> str:
    text = text.strip()
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}"


# -------------------------------------------------------------------------------------------------------------- hops
def hops(chain: Chain, number: Callable[[Hop], int], texts: Mapping[str, str], names: Names) -> str:
    """A card for each hop: its sentence marked in its document. ``texts`` by document source."""
    cards = "".join(_hop(hop, number(hop), texts.get(hop.document, ""), names) for hop in chain.hops)
    return f'<div class="ht-hops">{cards}</div>'


def _hop(hop: Hop, n: int, text: str, names: Names) -> str:
    ends = [hop.subject, hop.object, *names.get(hop.subject_id, ()), *names.get(hop.object_id, ())]
    found = context(text, hop.start, hop.end) if text else context(hop.quote, 0, len(hop.quote))
    kind = {"negated": " ht-negated", "affirmed": ""}[hop.polarity] + (" ht-possible" if hop.modality == "possible" else "")
    said = f"{safe(hop.subject)} <em>{safe(hop_words(hop))}</em> {safe(hop.object)}"
    tags = "".join(f'<span class="ht-tag">{safe(tag)}</span>' for tag in _tags(hop))
    after = f'<p class="ht-small">It goes on from: “{safe(hop.antecedent)}”</p>' if hop.antecedent else ""
    head = f'<div class="ht-hop-head"><span><sup>[{n}]</sup> {said}</span>{_mark(verified=hop.verified)}</div>'
    foot = f'<div class="ht-hop-foot">{_place(hop)}{tags}</div>'
    return f'<div class="ht-hop{kind}">{head}<p class="ht-context" dir="auto">{marked(found, ends)}</p>{after}{foot}</div>'


def _tags(hop: Hop) -> list[str]:
    tags = ["denied"] if hop.polarity == "negated" else []
    tags += ["held possible"] if hop.modality == "possible" else []
    tags += [] if hop.forward else ["walked backwards"]
    tags += [hop.qualifiers] if hop.qualifiers else []
    return [*tags, f"{hop.support} sentences"] if hop.support > 1 else tags


def legend(chain: Chain) -> str:
    """The colours of the types in a chain, and what its lines mean."""
    types = {t for h in chain.hops for t in (h.subject_type, h.object_type) if t}
    dots = "".join(
        f'<span class="ht-dot"><i style="background:{colours(t)[0]};border-color:{colours(t)[1]}"></i>{safe(t)}</span>'
        for t in sorted(types)
    )
    notes = [
        ("ht-line-red", "denied", any(h.polarity == "negated" for h in chain.hops)),
        ("ht-line-amber", "held possible", any(h.modality == "possible" for h in chain.hops)),
    ]
    lines = "".join(f'<span class="ht-dot"><i class="{kind}"></i>{said}</span>' for kind, said, there in notes if there)
    return f'<div class="ht-legend">{dots}{lines}</div>'


# ------------------------------------------------------------------------------------------------- passages, seconds
def passages(found: Sequence[Passage]) -> str:
    """The passages with score and reason, each cut to a few lines."""
    return "".join(
        f'<div class="ht-passage"><div><b>{rank}</b> {safe(p.title)} {_place(p)}<span class="ht-score">{p.score:.2f}</span></div>'
        f'<p dir="auto">{safe(_cut(p.text))}</p><p class="ht-small">{safe(p.reason)}</p>{_lead(p.lead)}</div>'
        for rank, p in enumerate(found, 1)
    )


def _lead(lead: Lead | None) -> str:
    """Which passage led here, by what, and the question as it was rewritten for that."""
    if lead is None:
        return ""
    way = f"From {safe(lead.title) or 'another passage'} by <b>{safe(lead.bridge)}</b>"
    return f'<p class="ht-small">{way}, asking: <i dir="auto">{safe(lead.question)}</i></p>'


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _PREVIEW else flat[:_PREVIEW].rsplit(" ", 1)[0] + " …"


def hypotheses(answer: Answer) -> str:
    """HyDE's imagined texts, marked as such."""
    texts = "".join(f'<p dir="auto">{safe(text)}</p>' for text in answer.hypotheses)
    return (
        f'<div class="ht-imagined"><p class="ht-small"><b>Imagined, never cited.</b> '
        f"Only its embedding is used, to search. Written by: {safe(answer.hypotheses_by)}.</p>{texts}</div>"
    )


def timings(answer: Answer, longest: float) -> str:
    """Seconds by step as bars; ``longest`` is the longest step of all the answers, in seconds."""
    rows = "".join(
        f'<div class="ht-step"><span>{safe(step)}</span><i><b style="width:{100 * s / max(longest, 1e-9):.1f}%"></b></i>'
        f"<span>{duration(s)}</span></div>"
        for step, s in answer.seconds.items()
    )
    total = duration(sum(answer.seconds.values()))
    return f'<div class="ht-steps"><div class="ht-small">{total} in all{_spent(answer)}</div>{rows}</div>'


def _spent(answer: Answer) -> str:
    usage = answer.usage
    if not usage.calls:
        return ", no language model"
    dollars = "price unknown" if usage.dollars is None else f"${usage.dollars:.4f}"
    return f", {usage.calls} calls, {usage.input_tokens:,} + {usage.output_tokens:,} tokens, {dollars}"


def duration(seconds: float) -> str:
    """A time as people read it."""
    if seconds < _MILLISECOND:
        return "&lt;1 ms"
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"


def overlaps(comparison: Comparison) -> str:
    """How many passages each two methods share."""
    rows = "".join(
        f'<div class="ht-overlap"><span>{safe(o.left)} and {safe(o.right)}</span>'
        f'<i><b style="width:{100 * o.jaccard:.0f}%"></b></i><span>{o.shared} shared, {o.jaccard:.0%} of both</span></div>'
        for o in comparison.overlaps
    )
    return f'<div class="ht-overlaps">{rows}</div>' if rows else ""
