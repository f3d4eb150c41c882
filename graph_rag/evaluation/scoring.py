"""Outcomes against gold: one value for each measure, or None where it says nothing of a question.

**Chains.** A gold triple is found when a hop of a shown chain joins the same two things, by normalised name or any alias of
the entity, in either direction. The predicate is not compared: gold and graph have their own vocabularies. Precision
is the share of different hops shown that are gold, of questions with a chain; recall the share of gold triples found.

**Citations.** Each citation of an answer and each hop of its chains is compared with the document's text once more.
"""

from collections.abc import Mapping, Sequence

from graph_builder.model import Polarity
from graph_builder.names import bare_title, normalise
from graph_rag.evaluation import metrics
from graph_rag.evaluation.reading import GoldQuestion, Triple
from graph_rag.evaluation.risk import Judged
from graph_rag.evaluation.running import DEPTH, Outcome
from graph_rag.model import Chain, Citation, unique
from graph_rag.sources import Sources
from graph_rag.verification import Checker

RANKING = ("recall@2", "recall@5", "recall@10", "all_gold@5", "mrr", "ndcg@10")
ANSWER = ("exact_match", "f1", "contained")
CHAIN = ("chain_precision", "chain_recall")
CITATION = ("citations_valid",)
MEASURES = (*RANKING, *ANSWER, *CHAIN, *CITATION)
"""What is measured of each question, in the order of reports."""

Values = Mapping[str, float | None]
Pair = tuple[frozenset[str], frozenset[str]]


class Scorer:
    """Scores the outcomes of one method; it reads the graph for aliases and for the documents that are cited."""

    def __init__(self, sources: Sources) -> None:
        self._store = sources.store
        self._checker = Checker(sources.store)
        self._names: dict[str, frozenset[str]] = {}

    def score(self, questions: Sequence[GoldQuestion], outcomes: Sequence[Outcome]) -> list[Values]:
        """The values of each question. Chains are scored only of a method that shows any."""
        chained = any(outcome.chains for outcome in outcomes)
        return [self._score(q, o, chained=chained) for q, o in zip(questions, outcomes, strict=True)]

    def judge(self, question: GoldQuestion, outcome: Outcome) -> Judged | None:
        """The answer as a bet; None where none was asked for.

        Wrong is what does not hold the gold answer; where no gold answer is known, what cites no gold document; and any answer to
        a question that has none.
        """
        if outcome.answer is None:
            return None
        if question.answers:
            right = bool(metrics.contained(outcome.answer.answer, question.answers))
        else:
            right = bool(set(question.gold) & {c.document for s in outcome.answer.statements for c in s.citations})
        wrong = not (right and question.answerable)
        return Judged(outcome.confidence, wrong, outcome.answer.abstained, question.answerable)

    def citations(self, outcome: Outcome) -> tuple[int, int]:
        """How many places are cited, and how many of them stand in their document."""
        statements = outcome.answer.statements if outcome.answer else ()
        cited = [citation for statement in statements for citation in statement.citations]
        shown = unique([*cited, *(hop.citation for chain in outcome.chains for hop in chain.hops)])
        chunks = self._store.fetch_chunks(sorted({c.chunk for c in shown}))
        documents = {id_: chunk.document_id for id_, chunk in chunks.items()}
        self._checker.read(documents.values())
        return len(shown), sum(self._stands(citation, documents) for citation in shown)

    def _stands(self, citation: Citation, documents: Mapping[str, str]) -> bool:
        document = documents.get(citation.chunk)
        return document is not None and self._checker.stands(document, citation.start, citation.end, citation.quote)

    def _score(self, question: GoldQuestion, outcome: Outcome, *, chained: bool) -> Values:
        values: dict[str, float | None] = dict.fromkeys(MEASURES)
        if question.gold:
            values |= ranking_values(question.gold, outcome.ranking)
        if outcome.answer is not None and question.answers:
            values |= answer_values(question.answers, outcome.answer.answer)
        if chained and question.triples:
            values |= dict(zip(CHAIN, self._chains(question.triples, outcome.chains), strict=True))
        shown, verified = self.citations(outcome)
        values["citations_valid"] = verified / shown if shown else None
        return values

    def _chains(self, gold: Sequence[Triple], chains: Sequence[Chain]) -> tuple[float | None, float]:
        """Precision, None without a chain, and recall."""
        affirmed = [hop for chain in chains for hop in chain.hops if hop.polarity is Polarity.AFFIRMED]
        hops = {(hop.relation or hop.citation.place): hop for hop in affirmed}.values()
        self._read_names([id_ for hop in hops for id_ in (hop.subject_id, hop.object_id)])
        shown = [(self._named(h.subject_id, h.subject), self._named(h.object_id, h.object)) for h in hops]
        wanted = [(_forms(subject), _forms(object_)) for subject, _, object_ in gold]
        precision = sum(any(_joins(hop, triple) for triple in wanted) for hop in shown) / len(shown) if shown else None
        return precision, sum(any(_joins(hop, triple) for hop in shown) for triple in wanted) / len(wanted)

    def _read_names(self, ids: Sequence[str]) -> None:
        new = sorted({id_ for id_ in ids if id_} - set(self._names))
        for id_, entity in (self._store.fetch_entities(new) if new else {}).items():
            self._names[id_] = frozenset(form for name in (entity.name, *entity.aliases) for form in _forms(name))

    def _named(self, id_: str, name: str) -> frozenset[str]:
        return self._names.get(id_, frozenset()) | _forms(name)


def ranking_values(gold: Sequence[str], ranking: Sequence[str]) -> dict[str, float | None]:
    """The measures of a ranking."""
    found: dict[str, float | None] = {f"recall@{k}": metrics.recall(ranking, gold, k) for k in (2, 5, 10)}
    ranked = ranking[:DEPTH]
    rest = (metrics.all_gold(ranked, gold, 5), metrics.reciprocal_rank(ranked, gold), metrics.ndcg(ranked, gold, 10))
    return found | dict(zip(RANKING[3:], rest, strict=True))


def answer_values(golds: Sequence[str], answer: str) -> dict[str, float | None]:
    """The measures of an answer; an abstention is an empty one."""
    return {
        "exact_match": metrics.exact_match(answer, golds),
        "f1": metrics.f1(answer, golds),
        "contained": metrics.contained(answer, golds),
    }


def _forms(name: str) -> frozenset[str]:
    """The forms in which a name is compared: normalised, with and without what a title has in brackets."""
    return frozenset(filter(None, (normalise(name), normalise(bare_title(name)))))


def _joins(hop: Pair, triple: Pair) -> bool:
    (left, right), (subject, object_) = hop, triple
    return bool((left & subject and right & object_) or (left & object_ and right & subject))
