"""An answer without a language model: the best chain told hop by hop, or the source sentences nearest to the question.

Every statement cites what it says; a chain that does not check is not told.
"""

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import PurePath

from graph_builder.model import Modality, Polarity
from graph_builder.orders import gives_orders
from graph_builder.terms import term_set, terms
from graph_rag.deciding import answering, is_closed
from graph_rag.deriving import Derived, derive
from graph_rag.model import Chain, Citation, Hop, Passage, Retrieval, Statement
from graph_rag.sources import Question, Sources
from graph_rag.wording import asked_ends, asks_of_a_link, asks_yes_or_no, is_plain

_BULLET = re.compile(r"^(?:[-*+\u2022]|\d+[.)])\s+")
_SENTENCES = 3
_FROM_PASSAGES = 5
_NEAR = 0.42
"""Cosine of a source sentence with the question below which it is not offered as an answer."""
_ALSO = 2
_AS_RELEVANT = 0.85
"""Share of the best chain's relevance that another chain needs to be told beside it."""


@dataclass(frozen=True, slots=True)
class Composed:
    """The text of an answer and its statements; empty statements mean that there is nothing to say."""

    text: str
    statements: tuple[Statement, ...]
    missing: str = ""


def compose(question: Question, sources: Sources, retrieval: Retrieval) -> Composed:
    """Tell the chains where there are any that check and answer, else quote the nearest sentences."""
    linked = retrieval.linked
    told, unstated = answering(question.text, retrieval.chains, linked, sources)
    if told:
        return _tell(question.text, told, linked, sources)
    if _in_one_sentence(retrieval, sources):
        return quote(question, sources, retrieval.passages)
    if unstated or retrieval.missing:
        return Composed("", (), unstated or retrieval.missing)
    if len(linked) > 1 and any(is_closed(chain, sources) for chain in retrieval.chains):
        ends = f"{linked[0]} and {' or '.join(linked[1:])}"
        return Composed("", (), f"{ends} have neighbours in common, but nothing states an influence of one on the other")
    return quote(question, sources, retrieval.passages)


def _in_one_sentence(retrieval: Retrieval, sources: Sources) -> bool:
    """Whether a sentence of the first passages has all the names, and no hop was made of it: let it speak for itself."""
    if len(retrieval.linked) <= 1:
        return False
    wanted = {term for name in retrieval.linked for term in terms(name)}
    read = {hop.citation.place for chain in retrieval.chains for hop in chain.hops}
    near = sentences(retrieval.passages[:_FROM_PASSAGES], sources)
    return any(wanted <= term_set(c.quote) and c.place not in read for cited in near for c in cited)


def _tell(question: str, chains: Sequence[Chain], linked: Sequence[str], sources: Sources) -> Composed:
    best, *others = chains
    statements = [_statement(hop) for hop in best.hops]
    denials = [c for hop in best.hops for c in hop.denials]
    derived = [] if denials else [_derived(d) for d in derive(best, sources.packs)]
    wanted = best.parts.get("relevance", 0.0) * _AS_RELEVANT
    also = [c for c in others if len(c.hops) <= len(best.hops) and c.parts.get("relevance", 0.0) >= wanted]
    also = [c for c in also if not any(hop.denials for hop in c.hops)][:_ALSO]  # one that is denied is told whole or not at all
    opening = _opening(question, best, linked, sources)
    text = " ".join(filter(None, [opening, *(s.text for s in statements), *(f"Therefore {s.text}" for s in derived)]))
    if denials:
        denied = Statement(f"But {PurePath(denials[0].document).name} states the contrary.", tuple(denials))
        statements.append(denied)
        text += f" {denied.text}"
    asides = _asides(also, {hop.relation for hop in best.hops})
    if asides:
        text += " Also stated: " + "; ".join(", and ".join(map(said, hops)) for hops in asides) + "."
    extra = [_statement(hop) for hops in asides for hop in hops]
    return Composed(text, (*statements, *derived, *extra))


def _asides(chains: Sequence[Chain], told: Set[str]) -> list[list[Hop]]:
    """The hops of further chains that have not been told: nothing is said twice. ``told``: ids of relations."""
    asides, known = [], set(told)
    for chain in chains:
        asides.append([hop for hop in chain.hops if hop.relation not in known])
        known |= {hop.relation for hop in chain.hops}
    return [hops for hops in asides if hops]


def _derived(derived: Derived) -> Statement:
    return Statement(f"{derived.text}.", tuple(c for hop in derived.premises for c in hop.citations), derived=True)


def _opening(question: str, chain: Chain, linked: Sequence[str], sources: Sources) -> str:
    """What the chain says to the question as a whole; yes or no only where it joins the two things that the question names.

    It is neither contested then nor stated under a condition. Of a single relation, only where it is the one that is asked for:
    its verb, from the asked subject to the asked object.
    """
    names, first = chain.names, chain.hops[0]
    through = f"{names[0]} and {names[-1]} are linked through {_listed(names[1:-1])}." if names[1:-1] else ""
    plain = asks_yes_or_no(question) and is_plain(question)
    limited = any(hop.denials or _conditions(hop) for hop in chain.hops)
    if not plain or limited or sorted({names[0], names[-1]}) != sorted(linked):
        return _upper(through)
    sure = all(hop.modality is Modality.ASSERTED for hop in chain.hops)
    yes = "Yes" if sure else "Possibly"
    if through:
        return f"{yes}: {through}" if asks_of_a_link(question) else _upper(through)
    verb = terms(sources.reads(first.predicate, Polarity.AFFIRMED, Modality.ASSERTED))[:1]
    asked = sources.symmetric(first.predicate) or (first.subject, first.object) == asked_ends(question, linked)
    if not (asked and set(verb) & term_set(question)):
        return ""
    if first.polarity is Polarity.NEGATED:
        return "No." if sure else ""
    return f"{yes}."


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _statement(hop: Hop) -> Statement:
    return Statement(f"{_upper(said(hop))}.", hop.citations)


def said(hop: Hop) -> str:
    """A hop in words, with the conditions under which it is stated: "mexiletine inhibits CYP1A2 in rats"."""
    return " ".join([hop.subject, hop.reads, hop.object, *_conditions(hop)])


def _conditions(hop: Hop) -> list[str]:
    """Under what conditions it is stated: "in rats"; a single word says how strongly, not when."""
    return [each for each in hop.qualifiers.split("; ") if " " in each]


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def quote(question: Question, sources: Sources, passages: Sequence[Passage]) -> Composed:
    """The sentences of the first passages that are nearest to the question, each a statement that quotes its source."""
    near = passages[:_FROM_PASSAGES]
    vectors = sources.store.sentence_vectors([passage.chunk for passage in near])
    scored: dict[str, tuple[float, Citation]] = {}
    for passage, cited in zip(near, sentences(near, sources), strict=True):
        for citation, cosine in zip(cited, vectors[passage.chunk] @ question.vector, strict=True):
            if cosine >= _NEAR and _is_prose(citation.quote) and not gives_orders(citation.quote):
                scored.setdefault(citation.quote, (float(cosine), citation))
    best = sorted(scored.values(), key=lambda s: (-s[0], s[1].document, s[1].start))[:_SENTENCES]
    statements = tuple(Statement(_BULLET.sub("", " ".join(c.quote.split())), (c,)) for _, c in best)
    return Composed(" ".join(s.text for s in statements), statements)


def sentences(passages: Sequence[Passage], sources: Sources) -> Iterator[list[Citation]]:
    """For each passage its sentences as citations, in order, cut from the document: the last may run on past the passage."""
    chunks = sources.store.fetch_chunks([passage.chunk for passage in passages])
    documents = sources.store.fetch_documents(sorted({c.document_id for c in chunks.values()}))
    for passage in passages:
        chunk = chunks[passage.chunk]
        text = documents[chunk.document_id].text
        yield [
            Citation(passage.document, chunk.id, s.start, s.end, text[s.start : s.end], verified=True) for s in chunk.sentences
        ]


def _is_prose(text: str) -> bool:
    """Not a heading nor a table's row: a sentence that can stand in an answer."""
    return text.rstrip().endswith((".", "!", "?", "。", ")", "]")) and not text.startswith(("#", "|"))
