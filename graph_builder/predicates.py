"""One form for the many ways to say a relation: "is located in", "was located in" and "located in" are LOCATED_IN.

Only rules join predicates, never their vectors, to which FATHER_OF and MOTHER_OF are near. Each rule looks at the one predicate,
so that the order of documents changes nothing. A passive is never joined with an active: where an auxiliary is all that
tells them apart ("was moved to", "moved to"), it stays. The form is that of the extractor by rules: verbs in the present
tense ("PUBLISHES"), passives by their participle ("PUBLISHED_BY"), nouns without article ("CAPITAL_OF").
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from graph_builder import _verbs

_BE = frozenset({"is", "are", "was", "were", "be", "been", "being", "am"})
_FINITE_BE = _BE - {"be", "been", "being"}
_HAVE = frozenset({"has", "have", "had"})
_DO = frozenset({"does", "do", "did"})
_MODALS = frozenset({"may", "might", "could", "can", "would"})
_DENYING = frozenset({"could", "can", "would"})
"""With "not" they deny: "can not" holds nothing possible."""
_ARTICLES = frozenset({"a", "an", "the"})
_NEGATIONS = frozenset({"not", "never", "no", "neither", "nor"})
_NO_NEGATIONS = re.compile(r"\b(?:not only|(?:or|but|and) not|not until|no (?:later|less|fewer|more) than|no \d)")
"""What holds a "not" that does not turn the claim, or only half of it: it stays in the name."""
_ADVERBS = frozenset({"first", "later", "now", "then", "once", "best", "well", "often", "still", "last"})
_LISTED = """
about above across after against along among around as at before behind below beneath beside between beyond by during
for from in inside into like near of off on onto out outside over past since through throughout to toward towards under until
up upon via with within without alongside amid despite per than on
"""
_PREPOSITIONS = frozenset(_LISTED.split())
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SHORTENED = re.compile(r"\b(can)(?:['\u2019]t|not)\b|n['\u2019]t\b")


class Predicate(NamedTuple):
    """A normalised predicate; ``name`` is empty where nothing was said.

    ``reason`` says what was changed beyond letters' case and punctuation. ``negated`` and ``possible``: the words said so, and
    the name no longer does.
    """

    name: str
    reason: str = ""
    negated: bool = False
    possible: bool = False


@lru_cache(maxsize=8192)
def normalised(said: str) -> Predicate:
    """The one form of a predicate, a function of nothing but its words.

    Examples
    --------
    >>> normalised("was the capital of")
    Predicate(name='CAPITAL_OF', reason='without "the", "was"', negated=False, possible=False)
    >>> normalised("did not win").name, normalised("did not win").negated
    ('WINS', True)
    """
    reading = _Reading(_words(said))
    reading.negation()
    reading.modality()
    reading.articles()
    reading.verb()
    return reading.predicate()


class _Reading:
    """The words that are left, and what was done to them."""

    def __init__(self, words: list[str]) -> None:
        self.words = words
        self.left_out: list[str] = []
        self.tense: list[str] = []
        self.negated = self.possible = self._base = self._class = False

    def predicate(self) -> Predicate:
        notes = [f"without {', '.join(self.left_out)}"] if self.left_out else []
        notes += self.tense
        notes += ["negated"] if self.negated else []
        notes += ["possible"] if self.possible else []
        return Predicate("_".join(self.words).upper(), "; ".join(notes), self.negated, self.possible)

    def negation(self) -> None:
        """Take out "not", "never", "no" and "no longer"."""
        if _NO_NEGATIONS.search(" ".join(self.words)) or not _NEGATIONS & set(self.words):
            return
        self.negated = True
        pairs = ("no", "longer"), ("not", "yet")
        with_it = {i for i in range(1, len(self.words)) if tuple(self.words[i - 1 : i + 1]) in pairs}
        self._drop({i for i, word in enumerate(self.words) if word in _NEGATIONS} | with_it)
        if self.words[:1] and self.words[0] in _DO and len(self.words) > 1:
            self._drop({0})
            self._base = True

    def modality(self) -> None:
        """Take out "may" and its like before a verb."""
        if len(self.words) > 1 and self.words[0] in _MODALS:
            self.possible = not (self.negated and self.words[0] in _DENYING)
            self._drop({0})
            self._base = True

    def articles(self) -> None:
        """Take out articles, and "also"."""
        last = len(self.words) - 1
        after_be = last == 1 and self.words[0] in _FINITE_BE
        self._class = after_be and self.words[1] in {"a", "an"}  # "is a" is all that is said
        gone = {i for i, word in enumerate(self.words) if word in _ARTICLES and self._is_article(i, last)}
        self._drop(gone | ({i for i, word in enumerate(self.words) if word == "also"} if last else set()))

    def _is_article(self, at: int, last: int) -> bool:
        """Whether the word is no name, as the last one of "lacks vitamin A" is."""
        return at < last or self.words[at] != "a" or (at > 0 and self.words[at - 1] in _PREPOSITIONS | _FINITE_BE)

    def verb(self) -> None:
        """Take out auxiliaries, and put active verbs into the present tense."""
        if self._perfect():
            return
        if self.words and self.words[0] in _FINITE_BE | ({"be"} if self._base else set()):
            self._copula()
        elif self._base and self.words and not self.words[0].endswith("ly"):
            self._present(_verbs.third(self.words[0]))
        else:
            self._active()

    def _perfect(self) -> bool:
        """Read "has published", and make "has been published" a plain passive; whether it was active."""
        if len(self.words) > 1 and self.words[0] in _HAVE:
            rest = self.words[2:]
            if self.words[1] == "been":
                self._drop({0})
                self.words[0] = "was"
            elif (base := _verbs.perfect(self.words[1])) and (not rest or rest[0] in _PREPOSITIONS):
                self._drop({0})
                self._present(_verbs.third(base))
                return True
        return False

    def _copula(self) -> None:
        """Take out "is", unless what is left could be an active verb."""
        rest = [word for word in self.words[1:] if word != "being"]
        if not rest:
            self.words = ["is", "a"] if self._class else ["is"]
        elif self._keeps_auxiliary(rest):
            self.words = ["is", *rest]
        else:
            self.left_out.append(f'"{self.words[0]}"')
            self.words = rest

    @staticmethod
    def _keeps_auxiliary(rest: list[str]) -> bool:
        verb = [word for i, word in enumerate(rest) if i or not (word.endswith("ly") or word in _ADVERBS)] if rest[1:] else rest
        done, after = verb[0], verb[1] if len(verb) > 1 else ""
        if not _verbs.is_participle(done) or _verbs.only_passive(done) or after == "by":
            return False
        return after not in _PREPOSITIONS or _verbs.ambiguous(done)

    def _active(self) -> None:
        """Put a past that can only be active into the present tense."""
        if not self.words:
            return
        first, after = self.words[0], self.words[1] if len(self.words) > 1 else ""
        base = _verbs.strong(first)
        if not base and not after:
            base = _verbs.direct(first)
        if not base and after in _PREPOSITIONS - {"by"}:
            base = _verbs.moving(first)
        if base:
            self._present(_verbs.third(base))
        elif first in {"have", "had"}:
            self._present("has")

    def _present(self, verb: str) -> None:
        if self.words[0] != verb:
            self.tense.append(f'"{self.words[0]}" in the present tense')
        self.words = [verb, *self.words[1:]]

    def _drop(self, places: set[int]) -> None:
        self.left_out += [f'"{self.words[i]}"' for i in sorted(places)]
        self.words = [word for i, word in enumerate(self.words) if i not in places]


def _words(said: str) -> list[str]:
    """The words in lower case, without punctuation: of "isn't" and "bornIn" too."""
    text = unicodedata.normalize("NFKC", said).strip()
    if not re.search(r"[\s_-]", text):
        text = _CAMEL.sub(" ", text)
    text = _SHORTENED.sub(lambda found: f"{found[1] or ''} not", text.lower().replace("_", " "))
    return re.sub(r"\W+", " ", re.sub(r"['\u2019]", "", text)).split()
