"""Texts as words for full-text search, and BM25 over them: one tokeniser and score, so that every store ranks alike.

BM25 after Robertson and Zaragoza, "The Probabilistic Relevance Framework" (2009), with the idf of Lucene, which stays
positive.
"""

import math
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import Stemmer
from numpy.typing import NDArray

from graph_builder.model import DECIMALS
from graph_builder.names import words

_STEMMER = Stemmer.Stemmer("english")
_STEMMING = threading.Lock()
_LONGEST_TERM = 100
"""Letters of a term that count: full-text engines cut long tokens, each at its own length (Lucene at 255)."""

_SHORT = 100
"""Letters of a text whose terms are kept."""

_MOST_TEXTS = 10_000
"""Texts that a search looks at, counted for each term: below some thousand texts all terms are searched for."""

_MOST_TERMS = 500
"""Terms of a query that count. Lucene refuses a query of more than 1,024."""

K1 = 1.2
B = 0.75

Counts = NDArray[np.int32]

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


def term_set(text: str) -> frozenset[str]:
    """The different terms of a text; those of short texts, such as titles and verbs, are kept."""
    return _short_term_set(text) if len(text) <= _SHORT else frozenset(terms(text))


@lru_cache(maxsize=20_000)
def _short_term_set(text: str) -> frozenset[str]:
    return frozenset(terms(text))


def query_terms(text: str) -> list[str]:
    """The distinct terms of a text that asks, sorted; of a very long one the first few hundred."""
    return sorted(list(dict.fromkeys(terms(text)))[:_MOST_TERMS])


class Corpus(NamedTuple):
    """What BM25 knows of the whole: how many texts, their mean length in terms, in how many of them each term is."""

    size: int
    mean_length: float
    frequency: Mapping[str, int]


def _weight(term: str, corpus: Corpus) -> float:
    """Lucene's inverse document frequency, above 0."""
    return math.log(1 + 1 / _odds(term, corpus))


def _odds(term: str, corpus: Corpus) -> float:
    """The texts with the term to one without."""
    return (corpus.frequency[term] + 0.5) / (corpus.size - corpus.frequency[term] + 0.5)


def telling(query: Sequence[str], corpus: Corpus) -> list[str]:
    """Those of the terms that are searched for, sorted: the rarest, as long as not too many texts in all hold them; at least one.

    In a large corpus, words that everything speaks of would make a question wait and tell little.
    """
    chosen, texts = list[str](), 0
    for frequency, term in sorted((corpus.frequency.get(term, 0), term) for term in set(query)):
        texts += frequency
        if texts > _MOST_TEXTS and chosen and corpus.frequency.get(chosen[-1]):
            break
        chosen.append(term)
    return sorted(chosen)


def scores(postings: Mapping[str, tuple[Counts, Counts]], lengths: Counts, corpus: Corpus) -> NDArray[np.float64]:
    """BM25 of all texts at once, shape (texts,), 0 where they have none of the terms.

    ``postings``: of each term the numbers of the texts that have it, and how often each does; ``lengths``: terms in each text.
    """
    found = np.zeros(len(lengths))
    for term, (texts, counts) in sorted(postings.items()):
        norm = K1 * (1 - B + B * lengths[texts] / corpus.mean_length)
        found[texts] += _weight(term, corpus) * (K1 + 1) * counts / (counts + norm)
    return np.round(found, DECIMALS)


def bm25(query: Sequence[str], texts: Iterable[tuple[str, Sequence[str]]], corpus: Corpus) -> list[tuple[str, float]]:
    """Scores of ``(id, terms)`` pairs for the query's terms, best first, equal scores by id.

    Texts without any of the terms are left out.
    """
    held = list(texts)
    wanted = {term for term in query if corpus.frequency.get(term)}
    places = defaultdict[str, list[tuple[int, int]]](list)
    for at, (_, text) in enumerate(held):
        for term, count in Counter(term for term in text if term in wanted).items():
            places[term].append((at, count))
    postings = {term: tuple(np.array(pairs, dtype=np.int32).T) for term, pairs in places.items()}
    scored = scores(postings, np.array([len(text) for _, text in held], dtype=np.int32), corpus)
    hits = [(id_, score) for (id_, _), score in zip(held, scored.tolist(), strict=True) if score > 0]
    return sorted(hits, key=lambda hit: (-hit[1], hit[0]))
