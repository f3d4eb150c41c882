"""Which chains answer a question: they check, they are an argument, and they say what is asked for."""

from collections.abc import Sequence, Set

from graph_builder.model import Polarity
from graph_builder.terms import term_set, terms
from graph_rag.deriving import derive
from graph_rag.model import Chain
from graph_rag.sources import Sources
from graph_rag.wording import (
    asked_ends,
    asked_property,
    asked_relations,
    asked_type,
    asked_verb,
    asks_what_is_denied,
    asks_yes_or_no,
    in_words,
)

_PLACING = frozenset(
    terms("about after against among before between during into near over since through under until upon within")
)
"""Words that say where or when, not what: a relation is not asked for by one of these."""


def answering(question: str, chains: Sequence[Chain], linked: Sequence[str], sources: Sources) -> tuple[Sequence[Chain], str]:
    """The chains that answer, in their order; where there is none, what is not stated, if that is known.

    What a question asks for by a pack's own words may be a relation of two things ("Does tizanidine inhibit CYP3A4?"), a thing of
    some type ("Which transporter …?"), or what has some relation to one thing ("What inhibits codeine?").
    """
    told = [chain for chain in chains if chain.verified and _argues(chain, sources) and _fits(chain, question, linked, sources)]
    if asks_yes_or_no(question):
        unstated = _unstated(question, told, linked, sources)
        return ([], unstated) if unstated else (told, "")
    told = [chain for chain in told if _is_of_kind(chain, question, linked)]
    wanted = asked_type(question, sources)
    of_type = [chain for chain in told if not wanted or wanted in _types(chain, but=linked)]
    asked = asked_relations(question, sources) if len(linked) == 1 else {}
    saying = [chain for chain in of_type if not asked or _says(chain, asked.keys(), sources)]
    if saying or not told:
        return saying, ""
    if not of_type:
        return [], f"no {in_words(wanted)} is stated for {' and '.join(linked)}"
    verb = next(iter(asked.values()))
    return [], f"nothing states what {linked[0]} {verb}, nor what {verb} {linked[0]}"


def _argues(chain: Chain, sources: Sources) -> bool:
    """Whether a chain is an argument: in a closed domain one that runs one way, or gives a conclusion.

    A relation without direction runs both ways.
    """
    directed = {hop.forward for hop in chain.hops if not sources.symmetric(hop.predicate)}
    if len(directed) <= 1 or derive(chain, sources.packs):
        return True
    return not is_closed(chain, sources)


def is_closed(chain: Chain, sources: Sources) -> bool:
    """Whether closed packs define all that it says."""
    return all(sources.is_closed(hop.predicate) for hop in chain.hops)


def _fits(chain: Chain, question: str, linked: Sequence[str], sources: Sources) -> bool:
    """Whether a chain says what is asked: in a closed domain the walk has seen to that.

    Else it ties two names of the question, or the question has a word of each of its relations: "Who directs Alien?" is not
    answered by who is its producer.
    """
    if is_closed(chain, sources):
        return True
    if {chain.names[0], chain.names[-1]} <= set(linked):
        return True
    asked = term_set(question) - _PLACING
    return all(asked & term_set(hop.predicate.replace("_", " ")) for hop in chain.hops)


def _is_of_kind(chain: Chain, question: str, linked: Sequence[str]) -> bool:
    """Whether it denies where denials are asked for of a thing, and only there, and speaks of the property that is asked for."""
    if len(linked) != 1:
        return True
    if asks_what_is_denied(question) != any(hop.polarity is Polarity.NEGATED for hop in chain.hops):
        return False
    said = {t for hop in chain.hops for t in terms(f"{hop.quote} {hop.reads} {hop.subject_type} {hop.object_type}")}
    wanted = asked_property(question) - term_set(linked[0])
    return not wanted or bool(wanted & said)


def _unstated(question: str, chains: Sequence[Chain], linked: Sequence[str], sources: Sources) -> str:
    """What "Does tizanidine inhibit CYP3A4?" asks for and no chain states of the two themselves, or an empty text."""
    predicate, verb = asked_verb(question, sources)
    if len(linked) != 2 or not verb:  # noqa: PLR2004  # the two ends of one relation
        return ""
    subject, object_ = asked_ends(question, linked)
    single = [c.hops[0] for c in chains if len(c.hops) == 1 and c.hops[0].predicate == predicate]
    return "" if any(hop.subject == subject for hop in single) else f"nothing states whether {subject} {verb} {object_}"


def _says(chain: Chain, predicates: Set[str], sources: Sources) -> bool:
    """Whether a hop, or what follows from the chain, is one of these relations."""
    concluded = {derived.predicate for derived in derive(chain, sources.packs)}
    return bool(predicates & ({hop.predicate for hop in chain.hops} | concluded))


def _types(chain: Chain, *, but: Sequence[str]) -> set[str]:
    """The types of what a chain names besides some names: a drug that the question names is no answer to "which drug"."""
    ends = [(hop.subject, hop.subject_type) for hop in chain.hops] + [(hop.object, hop.object_type) for hop in chain.hops]
    return {type_ for name, type_ in ends if name not in but}
