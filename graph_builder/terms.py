"""Texts as words for full-text search, and BM25 over them: one tokeniser and score, so that every store ranks alike.

BM25 after Robertson and Zaragoza, "The Probabilistic Relevance Framework" (2009), with the idf of Lucene, which stays
positive.
"""

import math
import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import snowballstemmer

from graph_builder.names import words

_STEMMER = snowballstemmer.stemmer("english")
_STEMMING = threading.Lock()
_LONGEST_TERM = 100
"""Letters of a term that count: full-text engines cut long tokens, each at its own length (Lucene at 255)."""

_MOST_TERMS = 500
"""Terms of a query that count. Lucene refuses a query of more than 1,024."""

K1 = 1.2
B = 0.75
STOP_WORDS = frozenset(
    words(
        "a an and are as at be been but by can did do does for from had has have how i if in into is it its may no nor"
        " not of on or s so such than that the their them then there these they this to was were what when where which"
        " who whom whose why will with would you your"
    )
)


@lru_cache(maxsize=100_000)
def _stem(word: str) -> str:
    if any(c.isdigit() for c in word):
        return word
    with _STEMMING:  # the stemmer keeps the word that it works on
        return str(_STEMMER.stemWord(word))


def terms(text: str) -> list[str]:
    """The text's index terms in order: folded words, stemmed unless they hold a digit; stop words are left out."""
    return [_stem(word)[:_LONGEST_TERM] for word in words(text) if word not in STOP_WORDS]


def query_terms(text: str) -> list[str]:
    """The distinct terms of a text that asks, sorted; of a very long one the first few hundred."""
    return sorted(list(dict.fromkeys(terms(text)))[:_MOST_TERMS])


class Corpus(NamedTuple):
    """What BM25 knows of the whole: how many texts, their mean length in terms, in how many of them each term is."""

    size: int
    mean_length: float
    frequency: Mapping[str, int]


def bm25(query: Sequence[str], texts: Iterable[tuple[str, Sequence[str]]], corpus: Corpus) -> list[tuple[str, float]]:
    """Scores of ``(id, terms)`` pairs for the query's terms, best first, equal scores by id.

    Texts without any of the terms are left out.
    """
    weight = {
        term: math.log(1 + (corpus.size - corpus.frequency[term] + 0.5) / (corpus.frequency[term] + 0.5))
        for term in set(query)
        if corpus.frequency.get(term)
    }
    scored = []
    for id_, text in texts:
        counts = Counter(text)
        norm = K1 * (1 - B + B * len(text) / corpus.mean_length)
        score = sum(w * counts[t] * (K1 + 1) / (counts[t] + norm) for t, w in sorted(weight.items()) if counts[t])
        if score > 0:
            scored.append((id_, round(score, 6)))
    return sorted(scored, key=lambda hit: (-hit[1], hit[0]))
