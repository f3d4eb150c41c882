"""Measures of one question, each in [0, 1]: rankings against gold documents, answers against gold answers.

Rankings: recall@k, all-gold@k, reciprocal rank and nDCG with binary gains (Järvelin and Kekäläinen 2002, gains divided by
log2(rank + 1)). Answers: exact match and F1 as SQuAD's official script has them (Rajpurkar et al. 2016), which MuSiQue and 2Wiki
use too: lower case, no punctuation, no articles, single spaces; the best of the gold answer and its aliases counts. As in the
script of HotpotQA and 2Wiki, a yes or no shares no words with anything but itself.
"""

import math
import re
import string
from collections import Counter
from collections.abc import Iterable, Sequence

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_CLOSED = {"yes", "no", "noanswer"}
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def recall(ranking: Sequence[str], gold: Sequence[str], k: int) -> float:
    """The share of the gold documents that stand among the first k.

    >>> recall(["a", "x", "b"], ["a", "b"], 2)
    0.5
    """
    return len(set(ranking[:k]) & set(gold)) / len(set(gold))


def all_gold(ranking: Sequence[str], gold: Sequence[str], k: int) -> float:
    """1 where every gold document stands among the first k, else 0."""
    return float(set(gold) <= set(ranking[:k]))


def reciprocal_rank(ranking: Sequence[str], gold: Sequence[str]) -> float:
    """1 / rank of the first gold document, ranks from 1; 0 where none is ranked."""
    return next((1 / rank for rank, document in enumerate(ranking, 1) if document in set(gold)), 0.0)


def ndcg(ranking: Sequence[str], gold: Sequence[str], k: int) -> float:
    """Discounted gain of the first k, divided by that of the best order there could be.

    >>> round(ndcg(["x", "a"], ["a"], 10), 4)
    0.6309
    """
    gains = sum(_discount(rank) for rank, document in enumerate(ranking[:k], 1) if document in set(gold))
    return gains / sum(_discount(rank) for rank in range(1, min(len(set(gold)), k) + 1))


def normalised(answer: str) -> str:
    """An answer in the form in which answers are compared; where nothing would be left of it, in lower case.

    >>> normalised("The  Cat, a dog!")
    'cat dog'
    >>> normalised("A")
    'a'
    """
    return " ".join(_ARTICLES.sub(" ", answer.lower().translate(_PUNCTUATION)).split()) or answer.strip().lower()


def exact_match(answer: str, golds: Iterable[str]) -> float:
    """1 where the answer is one of the gold ones."""
    return float(any(normalised(answer) == normalised(gold) for gold in golds))


def f1(answer: str, golds: Iterable[str]) -> float:
    """The best harmonic mean of precision and recall over words that answer and gold share."""
    return max((_f1(normalised(answer).split(), normalised(gold).split()) for gold in golds), default=0.0)


def contained(answer: str, golds: Iterable[str]) -> float:
    """1 where a gold answer stands in the answer, as whole words; "yes", "no" and their like where the answer begins with them.

    >>> contained("Yes. There is no other.", ["no"]), contained("It is in Paris.", ["Paris"])
    (0.0, 1.0)
    """
    said = f" {normalised(answer)} "
    wanted = [gold for gold in map(normalised, golds) if gold]
    return float(any(said.startswith(f" {gold} ") if gold in _CLOSED else f" {gold} " in said for gold in wanted))


def _f1(said: Sequence[str], gold: Sequence[str]) -> float:
    if not said or not gold or said != gold and _CLOSED & {" ".join(said), " ".join(gold)}:
        return float(said == gold)
    shared = sum((Counter(said) & Counter(gold)).values())
    if not shared:
        return 0.0
    precision, found = shared / len(said), shared / len(gold)
    return 2 * precision * found / (precision + found)


def _discount(rank: int) -> float:
    return 1 / math.log2(rank + 1)
