"""A chain drawn as SVG: entities coloured by type, an arrow for each hop in the direction in which its relation holds."""

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from graph_rag.model import Chain, Hop
from ui.highlight import safe

WIDEST = 1040
"""Pixels beyond which a chain is drawn from top to bottom."""
_PALETTE = (
    ("#e3eefb", "#2f6db5"),
    ("#e5f3ea", "#2e7d4f"),
    ("#fdf0dc", "#a8690f"),
    ("#f1e9fa", "#7446a8"),
    ("#fbe7ec", "#b23a5c"),
    ("#dff3f3", "#1c7a80"),
    ("#f3efe4", "#7a6430"),
    ("#eaedf2", "#4b5a72"),
)
"""Fill and outline."""
_SALT = 3049  # of those tried, the first that gives the types of each shipped pack colours of their own
_INK, _DENIED, _POSSIBLE = "#43506b", "#c02f3c", "#a8690f"
_FONT = "font-family='system-ui,-apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif'"
_HEIGHT, _PADDING, _MARGIN = 36, 16, 6
_LEAST_GAP, _STEP = 96, 66
_WIDE, _NARROW = frozenset("mwMW@%—"), frozenset("iljtfrI.,:;'!|()[]- ")


@dataclass(frozen=True, slots=True)
class _Look:
    """How the arrow of a hop looks."""

    label: str
    ink: str
    dashes: str


def colours(type_: str) -> tuple[str, str]:
    """Fill and outline of a type of entity: the same on every page."""
    hashed = hashlib.sha256(f"{_SALT} {type_}".encode("utf-8", "replace")).digest()
    return _PALETTE[hashed[0] % len(_PALETTE)]


def hop_words(hop: Hop) -> str:
    """The relation between subject and object, in words."""
    return hop.reads or hop.predicate.replace("_", " ").lower()


def alternative(chain: Chain) -> str:
    """The chain in words, for those who do not see the drawing."""
    check = "verified" if chain.verified else "not verified"
    return f"Chain, {check}: {'; '.join(f'{h.subject} {hop_words(h)} {h.object}' for h in chain.hops)}."


def image(chain: Chain, number: Callable[[Hop], int]) -> str:
    """The chain as an HTML image, which runs no script whatever its text says; ``number`` gives a hop's citation."""
    encoded = base64.b64encode(svg(chain, number).encode("utf-8", "replace")).decode("ascii")
    return f'<img class="ht-chain" alt="{safe(alternative(chain))}" src="data:image/svg+xml;base64,{encoded}">'


def svg(chain: Chain, number: Callable[[Hop], int]) -> str:
    """The drawing: from left to right, or from top to bottom where that would be too wide."""
    nodes = list(zip(chain.names, _types(chain), strict=True))
    looks = [_look(hop) for hop in chain.hops]
    gaps = [max(_LEAST_GAP, _width(look.label, 12.5) + 34) for look in looks]
    across = 2 * _MARGIN + sum(_node_width(name) for name, _ in nodes) + sum(gaps)
    draw = _across if across <= WIDEST else _down
    body, width, height = draw(nodes, chain.hops, looks, gaps, number)
    title = f"<title>{safe(alternative(chain))}</title>"
    size = f"width='{width:.0f}' height='{height:.0f}' viewBox='0 0 {width:.0f} {height:.0f}'"
    return f"<svg xmlns='http://www.w3.org/2000/svg' role='img' {size}>{title}{''.join(body)}</svg>"


Drawn = tuple[list[str], float, float]
Nodes = Sequence[tuple[str, str]]


def _across(nodes: Nodes, hops: Sequence[Hop], looks: list[_Look], gaps: list[float], number: Callable[[Hop], int]) -> Drawn:
    body, x, middle = [], float(_MARGIN), 20 + _HEIGHT / 2
    for place, (name, type_) in enumerate(nodes):
        width = _node_width(name)
        body.append(_node(name, type_, x, middle - _HEIGHT / 2))
        x += width
        if place < len(hops):
            hop, look, end = hops[place], looks[place], x + gaps[place]
            body.append(_arrow(x + 5, middle, end - 5, middle, look, backward=not hop.forward))
            body.append(_text(look.label, (x + end) / 2, middle - 9, look.ink, 12.5))
            body.append(_text(_check(hop, number), (x + end) / 2, middle + 18, "#6b7690", 11))
            x = end
    return body, x + _MARGIN, middle + _HEIGHT / 2 + 14


def _down(nodes: Nodes, hops: Sequence[Hop], looks: list[_Look], _: list[float], number: Callable[[Hop], int]) -> Drawn:
    body, y, at = [], float(_MARGIN), _MARGIN + 40.0
    widest = max(_node_width(name) for name, _ in nodes)
    for place, (name, type_) in enumerate(nodes):
        body.append(_node(name, type_, _MARGIN, y))
        y += _HEIGHT
        if place < len(hops):
            hop, look, end = hops[place], looks[place], y + _STEP - _HEIGHT + 16
            label = f"{look.label}   {_check(hop, number)}"
            body.append(_arrow(at, y + 4, at, end - 4, look, backward=not hop.forward))
            body.append(_text(label, at + 16, (y + end) / 2 + 4, look.ink, 12.5, anchor="start"))
            widest = max(widest, at + 20 + _width(label, 12.5))
            y = end
    return body, widest + 2 * _MARGIN, y + _MARGIN


def _types(chain: Chain) -> list[str]:
    first = chain.hops[0]
    start = first.subject_type if first.forward else first.object_type
    return [start, *(h.object_type if h.forward else h.subject_type for h in chain.hops)]


def _look(hop: Hop) -> _Look:
    label, ink, dashes = hop_words(hop), _INK, ""
    if hop.modality == "possible":
        label, ink, dashes = f"{label}?", _POSSIBLE, "5 4"
    if hop.polarity == "negated":
        label, ink, dashes = f"✗ {label}", _DENIED, "7 4"
    return _Look(label, ink, dashes)


def _check(hop: Hop, number: Callable[[Hop], int]) -> str:
    return f"[{number(hop)}] {'✓' if hop.verified else 'not verified'}"


def _node(name: str, type_: str, x: float, y: float) -> str:
    fill, outline = colours(type_)
    width = _node_width(name)
    box = f"<rect x='{x:.1f}' y='{y:.1f}' width='{width:.1f}' height='{_HEIGHT}' rx='9' fill='{fill}' stroke='{outline}'/>"
    middle = (x + width / 2, y + _HEIGHT / 2 + 5)
    return f"<g><title>{safe(type_)}</title>{box}{_text(name, *middle, '#1d2536', 14, weight=600)}</g>"


def _arrow(x1: float, y1: float, x2: float, y2: float, look: _Look, *, backward: bool) -> str:
    if backward:
        x1, y1, x2, y2 = x2, y2, x1, y1
    dashes = f" stroke-dasharray='{look.dashes}'" if look.dashes else ""
    line = f"<line x1='{x1:.1f}' y1='{y1:.1f}' x2='{x2:.1f}' y2='{y2:.1f}' stroke='{look.ink}' stroke-width='1.6'{dashes}/>"
    along, across = ((8.0 if x2 < x1 else -8.0), 0.0) if y1 == y2 else (0.0, (8.0 if y2 < y1 else -8.0))
    wings = [(x2 + along + (4.5 if across else 0) * s, y2 + across + (4.5 if along else 0) * s) for s in (1, -1)]
    tip = " ".join(f"{x:.1f},{y:.1f}" for x, y in [(x2, y2), *wings])
    return f"{line}<polygon points='{tip}' fill='{look.ink}'/>"


def _text(text: str, x: float, y: float, ink: str, size: float, *, anchor: str = "middle", weight: int = 400) -> str:
    place = f"x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}'"
    return f"<text {place} {_FONT} font-size='{size}' font-weight='{weight}' fill='{ink}'>{safe(text)}</text>"


def _node_width(name: str) -> float:
    return max(56.0, _width(name, 14) * 1.06 + 2 * _PADDING)


def _width(text: str, size: float) -> float:
    """About how wide a text is, in pixels, without the font at hand."""
    ems = sum(0.86 if c in _WIDE else 0.34 if c in _NARROW else 0.68 if c.isupper() else 0.57 for c in text)
    return ems * size
