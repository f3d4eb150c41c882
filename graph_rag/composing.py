"""An answer without a language model: the best chain told hop by hop, or the source sentences nearest to the question.

Every statement cites what it says; a chain that does not check is not told.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graph_builder.model import Modality, Polarity
from graph_builder.orders import gives_orders
from graph_builder.terms import terms
from graph_rag.deriving import Derived, derive
from graph_rag.linking import asked_type, in_words
from graph_rag.model import Chain, Citation, Hop, Passage, Retrieval, Statement
from graph_rag.sources import Question, Sources

_YES_NO = re.compile(r"^(does|do|did|is|are|was|were|can|could|may|might|will|would|should|has|have)\b", re.IGNORECASE)
_TURNED = re.compile(
    r"\b(?:not|no|never|without|free of|safe|safely|un\w+|lack\w*|neither|nor|both|hardly|barely|scarcely|rarely|rather than|"
    r"instead|false|wrong|myth|fail\w*|cease\w*|stop\w*|doubt\w*|den(?:y|ies|ied))\b|n't\b",
    re.IGNORECASE,
)
"""Words that turn a question round, or ask more than one thing, so that neither yes nor no could be understood."""
_ASKS_OF_A_LINK = re.compile(r"\b(interact\w*|affect\w*|connect\w*|link\w*|relat\w*|influenc\w*)\b", re.IGNORECASE)
_PASSIVE = re.compile(r"^(?:is|are|was|were|has|have|had|can|could|may|might)\b.*\bby\b|\w(?:ed|en) by\b", re.IGNORECASE)
_BULLET = re.compile(r"^(?:[-*+\u2022]|\d+[.)])\s+")
_SENTENCES = 3
_FROM_PASSAGES = 5
_NEAR = 0.42
"""Cosine of a source sentence with the question below which it is not offered as an answer."""
_ALSO = 2
_AS_RELEVANT = 0.85
"""Share of the best chain's relevance that another chain needs to be told beside it."""
_PLACING = frozenset(
    terms("about after against among before between during into near over since through under until upon within")
)
"""Words that say where or when, not what: a relation is not asked for by one of these."""


@dataclass(frozen=True, slots=True)
class Composed:
    """The text of an answer and its statements; empty statements mean that there is nothing to say."""

    text: str
    statements: tuple[Statement, ...]
    missing: str = ""


def compose(question: Question, sources: Sources, retrieval: Retrieval) -> Composed:
    """Tell the chains where there are any that check and answer, else quote the nearest sentences."""
    told = [c for c in retrieval.chains if c.verified and _tells(c, sources) and _answers(c, question.text, retrieval, sources)]
    wanted = asked_type(question.text, sources)
    if told and wanted and not any(wanted in _types(chain) for chain in told):
        return Composed("", (), f"no {in_words(wanted)} is stated for {' and '.join(retrieval.linked)}")
    if not retrieval.chains and _in_one_sentence(retrieval, sources):
        return quote(question, sources, retrieval.passages)
    unstated = _unstated(question.text, told, retrieval.linked, sources)
    if unstated:
        return Composed("", (), unstated)
    if told:
        told.sort(key=lambda chain: wanted not in _types(chain))
        return _tell(question.text, told, retrieval.linked, sources)
    if retrieval.missing:
        return Composed("", (), retrieval.missing)
    if len(retrieval.linked) > 1 and any(_is_closed(chain, sources) for chain in retrieval.chains):
        ends = f"{retrieval.linked[0]} and {' or '.join(retrieval.linked[1:])}"
        return Composed("", (), f"{ends} have neighbours in common, but nothing states an influence of one on the other")
    return quote(question, sources, retrieval.passages)


def _in_one_sentence(retrieval: Retrieval, sources: Sources) -> bool:
    """Whether a sentence of the first passages has all the names, of which nothing was extracted: let it speak for itself."""
    wanted = {term for name in retrieval.linked for term in terms(name)}
    if len(retrieval.linked) <= 1:
        return False
    near = sentences(retrieval.passages[:_FROM_PASSAGES], sources)
    return any(wanted <= set(terms(citation.quote)) for cited in near for citation in cited)


def _tells(chain: Chain, sources: Sources) -> bool:
    """Whether a chain is an argument: in a closed domain one that runs one way, or gives a conclusion.

    A relation without direction runs both ways.
    """
    directed = {hop.forward for hop in chain.hops if not sources.symmetric(hop.predicate)}
    if len(directed) <= 1 or derive(chain, sources.packs):
        return True
    return not _is_closed(chain, sources)


def _is_closed(chain: Chain, sources: Sources) -> bool:
    """Whether closed packs define all that it says."""
    return all(sources.is_closed(hop.predicate) for hop in chain.hops)


def _answers(chain: Chain, question: str, retrieval: Retrieval, sources: Sources) -> bool:
    """Whether a chain says what is asked: in a closed domain the walk has seen to that.

    Else it ties two names of the question, or the question has a word of each of its relations: "Who directs Alien?" is not
    answered by who is its producer.
    """
    if _is_closed(chain, sources):
        return True
    if {chain.names[0], chain.names[-1]} <= set(retrieval.linked):
        return True
    asked = set(terms(question)) - _PLACING
    return all(asked & set(terms(hop.predicate.replace("_", " "))) for hop in chain.hops)


def _unstated(question: str, chains: Sequence[Chain], linked: Sequence[str], sources: Sources) -> str:
    """What "Does tizanidine inhibit CYP3A4?" asks for and no chain states of the two themselves, or an empty text."""
    if len(linked) != 2 or not _YES_NO.match(question):  # noqa: PLR2004  # the two ends of one relation
        return ""
    asked = set(terms(question))
    for pack in sources.packs:
        for predicate in pack.relation_types:
            verb = pack.reads(predicate)
            if " " not in verb and asked & set(terms(verb)):
                single = [c.hops[0] for c in chains if len(c.hops) == 1 and c.hops[0].predicate == predicate]
                subject, object_ = _asked_ends(question, linked)
                direct = any(hop.subject == subject for hop in single)
                return "" if direct else f"nothing states whether {subject} {verb} {object_}"
    return ""


def _asked_ends(question: str, linked: Sequence[str]) -> tuple[str, str]:
    """Which of two names the question has for the subject, and which for the object."""
    first, second = linked
    return (second, first) if _PASSIVE.search(question) else (first, second)


def _types(chain: Chain) -> set[str]:
    return {type_ for hop in chain.hops for type_ in (hop.subject_type, hop.object_type)}


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
        denied = Statement(f"But {denials[0].document} states the contrary.", tuple(denials))
        statements.append(denied)
        text += f" {denied.text}"
    if also:
        text += " Also stated: " + "; ".join(_aside(chain) for chain in also) + "."
    extra = [_statement(hop) for chain in also for hop in chain.hops]
    return Composed(text, tuple({s.text: s for s in [*statements, *derived, *extra]}.values()))


def _derived(derived: Derived) -> Statement:
    return Statement(f"{derived.text}.", tuple(hop.citation for hop in derived.premises), derived=True)


def _opening(question: str, chain: Chain, linked: Sequence[str], sources: Sources) -> str:
    """What the chain says to the question as a whole; yes or no only where it joins the two things that the question names.

    Of a single relation, only where it is the one that is asked for: its verb, from the asked subject to the asked object.
    """
    names, first = chain.names, chain.hops[0]
    through = f"{names[0]} and {names[-1]} are linked through {_listed(names[1:-1])}." if names[1:-1] else ""
    plain = _YES_NO.match(question.strip()) and not _TURNED.search(question)
    if not plain or sorted({names[0], names[-1]}) != sorted(linked) or any(hop.denials for hop in chain.hops):
        return _upper(through)
    sure = all(hop.modality is Modality.ASSERTED for hop in chain.hops)
    yes = "Yes" if sure else "Possibly"
    if through:
        return f"{yes}: {through}" if _ASKS_OF_A_LINK.search(question) else _upper(through)
    verb = terms(sources.reads(first.predicate, Polarity.AFFIRMED, Modality.ASSERTED))[:1]
    asked = sources.symmetric(first.predicate) or (first.subject, first.object) == _asked_ends(question, linked)
    if not (asked and set(verb) & set(terms(question))):
        return ""
    if first.polarity is Polarity.NEGATED:
        return "No." if sure else ""
    return f"{yes}."


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _statement(hop: Hop) -> Statement:
    return Statement(f"{_upper(said(hop))}.", (hop.citation,))


def said(hop: Hop) -> str:
    """A hop in words: "azithromycin does not inhibit CYP3A4"."""
    return f"{hop.subject} {hop.reads} {hop.object}"


def _aside(chain: Chain) -> str:
    return ", and ".join(said(hop) for hop in chain.hops)


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
