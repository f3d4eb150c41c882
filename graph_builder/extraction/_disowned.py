"""Sentences that take back, doubt or only suppose what they seem to state.

"The claim that A inhibits B was withdrawn", "few still believe that A inhibits B", "Myth: A inhibits B": a reader of clauses
finds the same words in them as where it is stated. Nothing is read from such a sentence; what it denies is seldom plain enough.
"""

import re

from graph_builder.extraction._words import NAME

_CLAIM = (
    r"(?:claims?|suggestions?|hypothes[ie]s|notions?|ideas?|assertions?|allegations?|contentions?|rumou?rs?|myths?"
    r"|misconceptions?|"
    r"fallac(?:y|ies)|speculations?|suppositions?|conjectures?|assumptions?|theor(?:y|ies)|beliefs?|impressions?"
    r"|possibilit(?:y|ies))"
)
"""What says of a claim that somebody makes it: "the claim that A inhibits B" is not made by naming it."""
_STATEMENT = rf"(?:{_CLAIM}|statements?|reports?|conclusions?|views?|findings?|concerns?|sentences?|examples?|answers?|facts?)"
_SAYS = (
    r"(?:show|demonstrat|prov|claim|believ|think|thought|say|said|found|find|report|suggest|argu|assert|establish|know|confirm|"
    r"maintain|hold|suppos|assum|expect|observ)\w*"
)
_BAD = (
    r"(?:false|untrue|incorrect|wrong|mistaken|erroneous|doubtful|dubious|questionable|unlikely|improbable|implausible|unproven|"
    r"unproved|unfounded|unsupported|unconfirmed|baseless|groundless|disputed|contested|debatable|fictitious|fictional|invented|"
    r"made-up|bogus|fake|hypothetical|nonsensical|obsolete|outdated|a myth|nonsense|fiction)"
)
_OF_A_NAME = rf"(?=[^;]*{NAME})"
"""What is disowned has a name in it: not "A inhibits B; nobody has proved that it matters"."""
_DISOWNED = {
    # "The company denies that …", "this was refuted".
    "disputed": r"\b(?:den(?:y|ies|ied)|doubts?|doubted|refutes?|refuted|disproves?|disproved|debunks?|debunked|retracts?"
    r"|retracted|"
    r"rebuts?|rebutted)\b"
    rf"|\b(?:disput|reject|dismiss|abandon|withdr[ae]w|contradict|challeng|disagree|oppos|contest|question|discredit"
    rf"|overturn)\w*\s+"
    rf"(?:(?:with|the|an?|any|this|that|our|old|earlier|former|previous|common)\s+){{0,3}}(?:{_STATEMENT}\s+that\b|{_CLAIM}"
    rf"|that\s+(?:the\s+)?{NAME})",
    # "It is unlikely that …", "that A inhibits B is doubtful"; not "the relevance of this is questionable".
    "is false": r"\b(?:is|are|was|were|be|been|proved|proven)\s+(?:\w+ly\s+)?(?:false|untrue|incorrect|a myth)\b"
    rf"|\b{_BAD}\s*,?\s+(?:\w+\s+)?that\b"
    rf"|(?:^\W*|\b{_STATEMENT}\s+)that\b[^.;]*\b(?:is|are|was|were|be|been|remains?|seems?|appears?)\s+(?:\w+ly\s+)?{_BAD}\b",
    # "The view that … was abandoned".
    "taken back": rf"\b{_STATEMENT}\s+that\b[^.;]*\b(?:has|have|had|is|are|was|were|been)\s+(?:[\w-]+\s+){{0,3}}?"
    r"(?:withdrawn|abandoned|rejected|overturned|dropped|discarded|dismissed|contradicted|superseded|corrected|revised|"
    r"disputed|contested|challenged|questioned|discredited|given up)\b",
    # "It is not the case that …", "it can not be said that …".
    "not so": r"\b(?:not|n['\u2019]t|hardly|never|no longer|cannot)\s+(?:\w+ly\s+)?(?:be\s+)?(?:the case|so|a fact|certain"
    r"|clear|proven|"
    r"established|likely|credible|plausible|true|right|correct|said|concluded|inferred|assumed|claimed|excluded)\s+that\b"
    rf"{_OF_A_NAME}",
    # "Nobody has shown that …", "few clinicians still believe that …", "no author claims that …"; not "a few patients", nor
    # "no study has shown that …", which is how a label denies.
    "nobody says so": r"(?:\b(?:nobody|no[ -]one|hardly any\w*|scarcely any\w*)|(?<!\ba )\bfew)\s+(?:[\w'-]+\s+){0,4}?"
    rf"{_SAYS}\s+(?:that\b|(?=(?:the\s+)?{NAME})){_OF_A_NAME}"
    r"|\bno\s+(?:[\w-]+\s+){1,4}?(?:claim|believ|think|thought|say|said|argu|assert|maintain|suppos|assum)\w*\s+that\b"
    rf"{_OF_A_NAME}",
    # "I used to think that …", "it was once believed that …".
    "thought once": r"\b(?:once|formerly|previously|initially|originally)\s+(?:been\s+)?(?:thought|believed|assumed|supposed)\b"
    r"|\b(?:wrongly|mistakenly|erroneously|falsely|incorrectly)\s+(?:been\s+)?"
    r"(?:thought|believed|assumed|supposed|claimed|reported|said|stated|listed|described)\b"
    r"|\bused to (?:be )?(?:thought|think|believed?|assumed?|supposed?)\b",
    "hearsay": r"\brumou?r(?:s|ed)?\b|\blegend (?:has|says|tells)\b|\bhearsay\b|\bfolklore\b|\bold wives\b",
    # "Myth: …", "True or false: …", "… (False.)", "Example of a wrong sentence: …".
    "a label": r"^\W*(?:true or false|fact or (?:fiction|myth)|false|myth|wrong|incorrect|untrue|not true|fiction|fake"
    r"|misconception|"
    r"fallacy|hoax|nonsense)\b(?:\s+(?:no\.?\s*)?\d+|\s+(?:claim|statement|belief|answer|example)s?)?\W*[:?\u2013\u2014-]"
    r"|[(\[]\s*(?:this is\s+)?(?:false|wrong|incorrect|untrue|not true|a myth)\W*[)\]]"
    r"|[\u2013\u2014:-]\s*(?:false|wrong|incorrect|untrue|not true|a myth)\W*$"
    rf"|\b{_BAD}\s+(?:\w+\s+)?{_STATEMENT}\b(?=\s*[:\"\u201c]|\s+(?:that|is|would|reads?|says?)\b)|\bexample (?:sentence"
    rf"|statement)\b",
    # "Suppose that …", "assuming A inhibits B".
    "supposed": rf"^\W*(?:(?:now|so|but|let us|let's|please)\W+)?(?:suppose|imagine|assume|pretend|what if|say)\s+(?:that\b"
    rf"|(?:the\s+)?{NAME})"
    rf"|\b(?:supposing|assuming|imagining|pretending)\s+(?:that\b|(?:the\s+)?{NAME})|\b(?:let us|let's|we|I)\s+(?:suppose"
    rf"|imagine|pretend)\b",
    # "… in no clinically meaningful way", "… to no relevant extent".
    "in no way": r"\b(?:in|to) no (?:[\w-]+ ){0,3}(?:way|manner|sense|respect|extent|degree)\b|\bat no (?:[\w-]+ )?(?:dose"
    r"|concentration)s?\b"
    r"|\bby no means\b|\bunder no (?:circumstances|conditions)\W*$",
}

_PATTERN = re.compile("|".join(_DISOWNED.values()), re.IGNORECASE)
_NAMED = re.compile(rf"\b{_CLAIM}\s+(?:is\s+)?that\b", re.IGNORECASE)
_UPHELD = re.compile(
    r"\b(?:support|confirm|corroborat|prov|demonstrat|establish|verif|consistent with|in line with|agree)\w*", re.IGNORECASE
)


def disowned(sentence: str) -> bool:
    """Whether a sentence, or its sketch, does not stand behind what it seems to state: "the claim that A inhibits B"."""
    return bool(_PATTERN.search(sentence) or (_NAMED.search(sentence) and not _UPHELD.search(sentence)))
