"""Cut along the document's own structure: sections, then lists, tables and paragraphs, each whole where it fits.

A piece never spans two sections, and carries the path of headings above it. Paragraphs of a section are joined as long
as they fit; a heading goes with what follows it, and a lead-in ("Avoid these:") with its list or table.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from graph_builder.chunking import Options, Piece, recursive
from graph_builder.chunking._blocks import Block, Kind, blocks
from graph_builder.chunking._ranges import Atom, overlapping, packed, parts, sentence_starts, trimmed
from graph_builder.model import Sentence, Span

_TABLE_RULE = re.compile(r"[|\s:+=-]+")
_CAPTION = re.compile(r"(?:Table|Box|List|Figure)\s+[\dA-Z]", re.IGNORECASE)


class _Section(NamedTuple):
    """Headings, then what stands under the last of them; ``heading`` is the path to it."""

    heading: str
    blocks: list[Block]


def cut(text: str, sentences: Sequence[Sentence], options: Options) -> list[Piece]:
    """Pieces of at most ``options.size`` characters. A text without any structure is cut as `recursive` cuts it."""
    found = blocks(text)
    if all(block.kind is Kind.PARAGRAPH for block in found):
        return recursive.cut(text, sentences, options)
    size = options.size - options.overlap
    pieces: list[Piece] = []
    for section in _sections(found):
        atoms = _whole_sentences(list(_atoms(text, section, sentences, size)), sentences, size)
        pieces.extend(Piece(start, end, section.heading) for start, end in packed(atoms, size))
    return overlapping(text, pieces, sentences, options)


def _sections(found: Sequence[Block]) -> list[_Section]:
    """Headings without anything under them join the next section."""
    sections: list[_Section] = []
    path: list[Block] = []
    gathered: list[Block] = []
    for block in found:
        if block.kind is Kind.HEADING:
            if gathered and gathered[-1].kind is not Kind.HEADING:
                sections.append(_Section(_written(path), gathered))
                gathered = []
            path = [above for above in path if above.level < block.level] + [block]
        gathered.append(block)
    return [*sections, _Section(_written(path), gathered)]


def _written(path: Sequence[Block]) -> str:
    return " > ".join(block.title for block in path if block.title)


def _atoms(text: str, section: _Section, sentences: Sequence[Sentence], size: int) -> Iterator[Atom]:
    """The parts of a section that are not cut, each at most ``size`` long."""
    following: list[Block | None] = [*section.blocks[1:], None]
    for block, after in zip(section.blocks, following, strict=True):
        span = trimmed(text, block.start, block.end)
        if span is None:
            continue
        leads = block.kind is Kind.HEADING
        if block.kind is Kind.PARAGRAPH and after is not None and _leads_in(text, span, after):
            yield from _lead_in(text, span, sentences, size)
        elif span.end - span.start <= size:
            yield Atom(*span, leads)
        else:
            yield from _opened(text, block, span, sentences, size)


def _leads_in(text: str, span: Span, after: Block) -> bool:
    if after.kind not in (Kind.LIST, Kind.TABLE, Kind.CODE):
        return False
    return text[span.end - 1] in ":：" or bool(_CAPTION.match(text, span.start, span.end))


def _lead_in(text: str, span: Span, sentences: Sequence[Sentence], size: int) -> Iterator[Atom]:
    """A paragraph whose last sentence belongs to the list or the table below it."""
    starts = [] if _CAPTION.match(text, span.start, span.end) else sentence_starts(sentences, span.start, span.end)
    if starts:
        yield from _short(text, Span(span.start, starts[-1]), sentences, size)
    *others, last = list(_short(text, Span(starts[-1] if starts else span.start, span.end), sentences, size))
    yield from others
    yield last._replace(leads=True)


def _opened(text: str, block: Block, span: Span, sentences: Sequence[Sentence], size: int) -> Iterator[Atom]:
    """A block that does not fit, as its items, rows, lines or sentences."""
    running = block.kind in (Kind.PARAGRAPH, Kind.HEADING)
    cuts = sentence_starts(sentences, span.start, span.end) if running else block.cuts
    opened = parts(text, span.start, span.end, cuts)
    for number, part in enumerate(opened):
        atoms = list(_short(text, part, sentences, size))
        if block.kind is Kind.TABLE and len(atoms) == 1:
            head = number == 0 and len(opened) > 1 and _is_rule(text, opened[1])
            atoms = [atoms[0]._replace(leads=head or (number == 1 and _is_rule(text, part)))]
        yield from atoms


def _is_rule(text: str, row: Span) -> bool:
    return _TABLE_RULE.fullmatch(text, row.start, row.end) is not None


def _short(text: str, span: Span, sentences: Sequence[Sentence], size: int) -> Iterator[Atom]:
    """The span as one atom, or as many as it takes."""
    whole = trimmed(text, *span)
    if whole is None:
        return
    if whole.end - whole.start <= size:
        yield Atom(*whole)
    else:
        yield from (Atom(*part) for part in recursive.fitting(text, whole, sentences, size))


def _whole_sentences(atoms: Sequence[Atom], sentences: Sequence[Sentence], size: int) -> list[Atom]:
    """Atoms that begin inside a sentence joined to the one before, where both fit: its parts stay together."""
    begins = {sentence.start for sentence in sentences}
    joined: list[Atom] = []
    for atom in atoms:
        if joined and begins and atom.start not in begins and atom.end - joined[-1].start <= size:
            joined[-1] = Atom(joined[-1].start, atom.end, atom.leads)
        else:
            joined.append(atom)
    return joined
