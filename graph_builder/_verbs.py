"""The verbs that `predicates.py` may inflect, in the groups that say what their past tense can mean without its auxiliary.

A verb stands with its past and participle where they are not regular ("write/wrote/written"). A verb in no group is never put
into another tense: what is not known is left as it was said.
"""

from functools import cache

_DIRECT = """
direct produce compose host receive attend defeat create feature own use achieve acquire discover include involve represent
cover contain replace influence support visit invade conquer capture kill invent inspire experience require provide mention
describe design portray depict illustrate explore examine define inhabit occupy encompass comprise possess accompany assist
criticize criticise praise oppose defend protest destroy damage celebrate sponsor purchase obtain attract employ inhibit
activate suppress metabolize metabolise regulate induce block affect reduce prevent cause treat trigger promote cross join
marry succeed precede follow win/won beat/beat/beaten buy/bought lose/lost lead/led release establish build/built record
launch introduce construct install adopt develop play serve operate distribute manufacture administer study border reach score
explore sign found form publish edit translate
"""
"""With an object at once, the past is active: "directed X". Read against 17,000 predicates of a language model."""

_MOVING = """
move live die appear participate compete belong consist result refer originate occur happen graduate arrive contribute emerge
retire return debut premiere star exist remain resign travel migrate collaborate depend flow work reside interact react cease
reign function flourish secede evolve depart
"""
"""Without an object: the past before a preposition is active too, "moved to X"."""

_LABILE = """
play serve open close change merge perform sign transfer score race sail land ship drop collapse crash march enter continue
start finish end increase decrease expand extend convert connect link separate divide turn dissolve burn rule study train
lead/led win/won lose/lost fight/fought meet/met leave/left spread/spread split/split shoot/shot marry join develop form vote
debate decline hold/held set/set cut/cut hit/hit run/ran/run break/broke/broken sink/sank/sunk fly/flew/flown grow/grew/grown
feed/fed stand/stood sit/sat send/sent keep/kept bring/brought read/read lie/lay/lain extend compare apply
"""
"""With and without an object: the past before a preposition may be active, or a passive without its auxiliary ("merged with")."""

_STRONG = """
write/wrote/written become/became/become begin/began/begun give/gave/given take/took/taken sing/sang/sung draw/drew/drawn
fall/fell/fallen know/knew/known grow/grew/grown throw/threw/thrown drive/drove/driven ride/rode/ridden speak/spoke/spoken
break/broke/broken choose/chose/chosen freeze/froze/frozen steal/stole/stolen swim/swam/swum sink/sank/sunk go/went/gone
overcome/overcame/overcome undertake/undertook/undertaken withdraw/withdrew/withdrawn undergo/underwent/undergone
overthrow/overthrew/overthrown rewrite/rewrote/rewritten arise/arose/arisen eat/ate/eaten shake/shook/shaken
"""
"""The past is not the participle, so it is always active, and the participle alone always passive."""

_OTHERS = """
held set put cut hit read sent kept thought brought caught sought said laid hurt shut cast bound hung struck shot dealt felt
heard spent lent bent found made sold told paid taught lost won led built bought met left fought fed run spread split beaten
seen done worn torn borne born shown forgotten hidden forbidden sworn slain woven
"""
"""Irregular participles that are in no group, or that look like their past."""


@cache
def _group(listed: str) -> dict[str, tuple[str, str]]:
    """Base to past and participle."""
    found = {}
    for verb in listed.split():
        base, *forms = verb.split("/")
        past = forms[0] if forms else _regular(base)
        found[base] = (past, forms[1] if len(forms) > 1 else past)
    return found


def _regular(base: str) -> str:
    if base.endswith("e"):
        return f"{base}d"
    if base.endswith("y") and base[-2] not in "aeiou":
        return f"{base[:-1]}ied"
    doubled = base in {"refer", "occur", "transfer", "ship", "drop", "star"}
    return f"{base}{base[-1]}ed" if doubled else f"{base}ed"


@cache
def _pasts(listed: str) -> dict[str, str]:
    return {past: base for base, (past, _) in _group(listed).items()}


@cache
def _others() -> frozenset[str]:
    return frozenset(_OTHERS.split())


@cache
def _base_of_participle() -> dict[str, str]:
    return {done: base for listed in (_DIRECT, _MOVING, _LABILE, _STRONG) for base, (_, done) in _group(listed).items()}


def direct(past: str) -> str:
    """The base of a verb whose past, with an object at once, is active; else empty."""
    return _pasts(_DIRECT).get(past, "")


def moving(past: str) -> str:
    """The base of a verb whose past before a preposition is active; else empty."""
    return _pasts(_MOVING).get(past, "")


def strong(past: str) -> str:
    """The base of a verb whose past is always active; else empty."""
    return _pasts(_STRONG).get(past, "")


def perfect(participle: str) -> str:
    """The base of a verb that a participle belongs to; else empty."""
    return _base_of_participle().get(participle, "")


def is_participle(word: str) -> bool:
    """Whether a word after "is" may make a passive."""
    return (word.endswith("ed") and len(word) > 3) or word in _others() or word in _base_of_participle()  # noqa: PLR2004  # "red"


def only_passive(participle: str) -> bool:
    """Whether a participle can be nothing else, so that it needs no auxiliary."""
    return any(done == participle for _, done in _group(_STRONG).values() if done not in _group(_STRONG))


def ambiguous(participle: str) -> bool:
    """Whether the participle before a preposition may also be an active past."""
    return participle in _pasts(_LABILE) or participle in _pasts(_MOVING)


def third(base: str) -> str:
    """The third person of the present tense."""
    if base in {"have", "do", "go", "be"}:
        return {"have": "has", "do": "does", "go": "goes", "be": "is"}[base]
    if base.endswith("y") and base[-2:-1] not in set("aeiou"):
        return f"{base[:-1]}ies"
    return f"{base}es" if base.endswith(("s", "x", "ch", "sh", "z", "o")) else f"{base}s"
