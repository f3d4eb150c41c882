"""A sketch is reduced step by step, as in a cascade of finite-state transducers (Hobbs and others, FASTUS, 1997).

Lists become one slot, "CYP3A4 inhibitors such as <list>" becomes the list and leaves its claims behind, "plasma concentration of
<x>" becomes x seen through exposure, "coadministration of <x> and <y>" a pair. Changed against FASTUS: what is left is
still a sentence, which a dependency parser then reads; with names and lists out of its way it errs far less.
"""

import re
from collections.abc import Iterable

from graph_builder.extraction._claims import Findings
from graph_builder.extraction._sketch import PAIR, ROLE, Member, RoleUse, Sketch, Slot, flagged
from graph_builder.packs import Pack

_NAME = r"<[A-O]\d+>"
_GLUE = r"(?:\s*,\s*(?:and|or|as well as|and also|plus)\s+(?:also\s+)?|\s+(?:and|or|as well as|plus|&)\s+|\s*/\s*)"
_TWO = r"(?:\s+(?:and|or|as well as|plus|&)\s+|\s*/\s*|,\s+as well as\s+)"
"""Between two names no comma stands before "and": ", and" begins another clause."""
_COMMA = r"\s*[,;]\s*"
_ARTICLE = r"(?:(?:the|an?|other|both|either|certain|some|of|by)\s+)?"
_FLAG_AFTER = re.compile(
    rf"({_NAME}),?\s+(?:but|and|though|although)?\s*(?:(not)|(?:to a (?:lesser|smaller) (?:extent|degree)|possibly|perhaps|probably|potentially)),?\s+"
    rf"(?:(?:of|by|for|with|to|in|on)\s+)?({_NAME})"
)
_LESSER = re.compile(r"possibly|perhaps|probably|potentially")
_FLAGS = re.compile(r"\bnot\b|\bneither\b|\bto a |possibly|perhaps|probably|potentially", re.IGNORECASE)
_NEITHER = re.compile(rf"\b[Nn]either\s+({_NAME})\s+nor\s+({_NAME})")
_EMPTY_BRACKETS = re.compile(r"\s*\([^()<>]*\)")
_BRACKETS = re.compile(r"\s*\([^()]*\)")
_SUCH = r"(?:,?\s*(?:such as|including|for example,?|like|e\.?g\.?,?|i\.?e\.?,?|namely)\s*(?:the\s+)?|\s*:\s*)"
_ADJECTIVE = r"(?:(?:known|combined|dual|other|specific|selective|sensitive|competitive|non-competitive|irreversible|reversible|direct|clinically|relevant|important|significant|very|particularly|certain|new|classic|possible|powerful|main|major|prototypical|effective|mechanism-based)\s+)*"


class Reducer:
    """The cascade for one pack; holds compiled patterns and nothing else."""

    def __init__(self, pack: Pack, letters: dict[str, str]) -> None:
        self._pack = pack
        self._class_types = _class_types(pack)
        self._copulas = _copulas(pack)
        self._roles = _roles(pack)
        self._lists = {letter: _list_patterns(letter) for letter in sorted(set(letters.values()))}
        self._aspect_of = _aspect_words(pack)
        self._seen_through = _aspects_by_letter(pack, letters)
        self._compile_roles()
        self._compile_wrappers()

    def reduce(self, sketch: Sketch, findings: Findings) -> None:
        """Rewrite the sketch in place, leaving claims and aliases in ``findings``."""
        bracketed = "(" in sketch.text
        self._declared(sketch, findings)
        if bracketed:
            self._open_brackets(sketch, findings)
        self._merge(sketch)
        self._name_roles(sketch)
        if bracketed:
            self._close_brackets(sketch, findings)
            self._merge(sketch)
            self._name_roles(sketch)
        self._play_roles(sketch, findings)
        self._classes(sketch, findings)
        self._merge(sketch)
        self._wrappers(sketch)
        self._merge(sketch)

    # --- aliases and brackets -------------------------------------------------------------------------------------

    def _declared(self, sketch: Sketch, findings: Findings) -> None:
        """Note "X, also known as Y or Z" and "X (Y)"; cut them down to X."""

        def known_as(match: re.Match[str]) -> str:
            first = sketch.at(match[1])
            for mark in re.findall(_NAME, match[2]):
                for left in first.members:
                    for right in sketch.at(mark).members:
                        findings.alias(left, right, sketch.number)
            return match[1] + match[3]

        sketch.text = _KNOWN_AS.sub(known_as, sketch.text)

    def _open_brackets(self, sketch: Sketch, findings: Findings) -> None:
        """Read names that stand alone in brackets; cut out brackets that hold none."""
        text = _EMPTY_BRACKETS.sub("", sketch.text)
        for letter, (_, _, bracketed) in self._lists.items():
            text = bracketed.sub(lambda m, x=letter: f" ({m[1] or ''}{self._join(sketch, m[2], x)})", text)
        sketch.text = _NAME_IN_BRACKETS.sub(lambda m: self._explain(sketch, findings, m), text)

    def _close_brackets(self, sketch: Sketch, findings: Findings) -> None:
        """Read roles and players in brackets ("<A0> (a strong <R1>)", "<R1> (e.g., <A2>)"), then cut all brackets out."""
        for match in _ROLE_IN_BRACKETS.finditer(sketch.text):
            for mark in filter(None, (match[2], match[3])):
                self.play(sketch.at(match[1]).members, sketch.at(mark), sketch, findings)
        sketch.text = _BRACKETS.sub("", self._listing.sub(lambda m: f"{m[1]} such as {m[2]}", sketch.text))

    def _explain(self, sketch: Sketch, findings: Findings, match: re.Match[str]) -> str:
        outer, lead, inner = match[1], match[2] or "", match[3]
        left, right = sketch.at(outer), sketch.at(inner)
        if left.letter != right.letter:
            return match[0]
        if not lead and len(left.members) == 1:
            for member in right.members:
                findings.alias(left.members[0], member, sketch.number)
        if self._is_class(left) and not self._is_class(right) and not re.match(r"an?\b", lead):
            self._member_of(right, left, sketch, findings)
            return sketch.add(Slot((*left.members, *right.members), left.letter))
        if self._is_class(right) and not self._is_class(left):
            self._member_of(left, right, sketch, findings)
        return outer

    # --- lists ----------------------------------------------------------------------------------------------------

    def _merge(self, sketch: Sketch) -> None:
        """Join lists of names of one group into one slot each."""
        text = sketch.text
        if _FLAGS.search(text):
            text = _FLAG_AFTER.sub(lambda m: self._flag(sketch, m), text)
            text = _NEITHER.sub(lambda m: self._neither(sketch, m), text)
        for letter, (such, listed, _) in self._lists.items():
            if text.count(f"<{letter}") < 2:  # noqa: PLR2004 - a list has two
                continue
            text = such.sub(lambda m, x=letter: m[1] + self._join(sketch, m[2], x), text)
            text = listed.sub(lambda m, x=letter: self._join(sketch, m[0], x), text)
        sketch.text = text

    def _join(self, sketch: Sketch, text: str, letter: str) -> str:
        marks = re.findall(rf"<{letter}\d+>", text)
        if len(marks) == 1:
            return str(marks[0])
        members = tuple(member for mark in marks for member in sketch.at(mark).members)
        return sketch.add(Slot(members, letter))

    def _flag(self, sketch: Sketch, match: re.Match[str]) -> str:
        left, right = sketch.at(match[1]), sketch.at(match[3])
        if left.letter != right.letter:
            return match[0]
        doubtful = bool(_LESSER.search(match[0]))
        members = flagged(right.members, negated=bool(match[2]), possible=doubtful)
        return sketch.add(Slot((*left.members, *members), left.letter))

    def _neither(self, sketch: Sketch, match: re.Match[str]) -> str:
        left, right = sketch.at(match[1]), sketch.at(match[2])
        if left.letter != right.letter:
            return match[0]
        return sketch.add(Slot(flagged((*left.members, *right.members), negated=True), left.letter))

    # --- roles ----------------------------------------------------------------------------------------------------

    def _compile_roles(self) -> None:
        words = _alternatives(self._roles)
        strengths = _alternatives(self._pack.file.cues.strengths)
        strong = rf"(?:(?P<strength>{strengths})\s+)?"
        lead = rf"(?:{_ADJECTIVE}{strong}{_ADJECTIVE})"
        general = _alternatives(self._pack.file.general)
        self._any_role = re.compile(words, re.IGNORECASE)
        self._any_general = re.compile(rf"\b(?:{general})\b", re.IGNORECASE)
        self._before = re.compile(
            rf"(?<![\w<]){lead}(?P<target>{_NAME})(?:\s+(?:enzyme|isoenzyme|transporter)s?)?(?P<more>\s+(?:and|or)\s+{_ADJECTIVE}(?:(?:{strengths})\s+)?{_NAME})?[\s-](?P<role>{words})\b",
            re.IGNORECASE,
        )
        self._after = re.compile(
            rf"(?<!\w){lead}(?P<role>{words})(?:\s+(?:and|or)\s+(?:an?\s+)?{_ADJECTIVE}(?:(?:{strengths})\s+)?(?P<role2>{words}))?\s+(?:of|for)\s+(?:the\s+)?(?:(?:hepatic|human|intestinal|isoenzymes?|enzymes?|transporters?|isozymes?|both|either|efflux|uptake)\s+)*(?P<target>{_NAME})(?:\s+(?:activity|enzymes?|isoenzymes?|isozymes?|transporters?))?(?:\s*,?\s+(?:and|or)\s+of\s+(?P<more>{_NAME}))?",
            re.IGNORECASE,
        )
        self._that = re.compile(
            rf"\b(?:other\s+)?(?:{general})\s+(?:(?:that|which)\s+)?(?:are\s+)?(?:known\s+to\s+|also\s+)?(?:(?P<strength>{strengths})\s+)?(?P<verb>{self._verb_words()})\s+(?:the\s+)?(?:(?:activity|enzyme|isoenzyme|transporter)s?\s+(?:of\s+)?)?(?P<target>{_NAME})",
            re.IGNORECASE,
        )
        self._by = re.compile(
            rf"\b(?:other\s+)?(?:{general})\s+(?:(?:that|which)\s+)?(?:are\s+)?(?:(?:\w+ly|known to be)\s+)*(?P<verb>{self._verb_words(passive=True)})\s+(?:(?:\w+ly|in part)\s+)*by\s+(?:the\s+)?(?:(?:enzyme|isoenzyme)s?\s+)?(?P<target>{_NAME})",
            re.IGNORECASE,
        )
        self._general_such = re.compile(rf"\b(?:other\s+)?(?:{general}){_SUCH}({_NAME})", re.IGNORECASE)
        self._listing = re.compile(
            rf"(<R\d+>|\b(?:{general}|{words}))\s*\((?:(?:such as|including|e\.?g\.?,?|i\.?e\.?,?|for example,?)\s*)?({_NAME})(?:,?\s*(?:and others|etc\.?|among others|and other \w+))?\s*\)",
            re.IGNORECASE,
        )

    def _verb_words(self, *, passive: bool = False) -> str:
        verbs = {
            v
            for relation in self._pack.relation_types.values()
            for f in relation.frames
            for v in f.verbs
            if _plain_roles(f)
        }
        forms = {
            form
            for verb in verbs
            for form in (verb_forms(verb)[2:3] if passive else verb_forms(verb)[:1] + verb_forms(verb)[3:])
        }
        return _alternatives(forms)

    def _name_roles(self, sketch: Sketch) -> None:
        """Turn "strong CYP3A4 inhibitors" and "inhibitors of CYP3A4" into role slots."""
        if not self._roles:
            return
        text = sketch.text
        if self._any_role.search(text):
            text = self._before.sub(lambda m: self._role(sketch, m, m["role"]), text)
            text = self._after.sub(lambda m: self._role(sketch, m, m["role"]), text)
        if not self._any_general.search(text):
            sketch.text = text
            return
        text = self._that.sub(lambda m: self._verb_role(sketch, m, reverse=False), text)
        sketch.text = self._by.sub(lambda m: self._verb_role(sketch, m, reverse=True), text)

    def _role(self, sketch: Sketch, match: re.Match[str], word: str) -> str:
        groups = match.groupdict()
        uses = list(self._roles.get(_stem(word), ()))
        if groups.get("role2"):
            uses += self._roles.get(_stem(groups["role2"]), ())
        members = sketch.at(match["target"]).members
        if match["more"]:
            members += sketch.at(re.findall(_NAME, match["more"])[0]).members
        return self._role_slot(sketch, match, uses, members, word)

    def _verb_role(self, sketch: Sketch, match: re.Match[str], *, reverse: bool) -> str:
        uses = [
            RoleUse(predicate, reverse)
            for predicate, relation in self._pack.relation_types.items()
            for frame in relation.frames
            if "" in frame.aspects
            and not frame.prepositions
            and any(match["verb"].lower() in verb_forms(v) for v in frame.verbs)
        ]
        return self._role_slot(sketch, match, uses, sketch.at(match["target"]).members, "drugs")

    def _role_slot(
        self, sketch: Sketch, match: re.Match[str], uses: Iterable[RoleUse], members: tuple[Member, ...], word: str
    ) -> str:
        fitting = tuple(use for use in uses if any(self._may_play(use, member.type) for member in members))
        if not fitting:
            return match[0]
        lead = " " if match[0].startswith(" ") else ""
        strength = (match.groupdict().get("strength") or "").lower().removesuffix("ly")
        return lead + sketch.add(Slot(members, ROLE, word=word.lower(), uses=fitting, strength=strength))

    def _may_play(self, use: RoleUse, target: str) -> bool:
        allowed = self._pack.relation_types[use.predicate].pairs
        return any((s if use.reversed else o) == target for s, o in allowed)

    def _play_roles(self, sketch: Sketch, findings: Findings) -> None:
        """Note who plays a role by standing beside it; leave the players in the text."""
        text = sketch.text
        if f"<{ROLE}" not in text:
            return

        def players_after(match: re.Match[str]) -> str:
            self.play(sketch.at(match[2]).members, sketch.at(match[1]), sketch, findings)
            return match[2]

        def players_before(match: re.Match[str]) -> str:
            self.play(sketch.at(match[1]).members, sketch.at(match[2]), sketch, findings)
            return match[1]

        text = self._join_after_such(sketch, text)
        text = re.sub(
            rf"(?:\b(?:the|an?|other|another)\s+)?(<R\d+>){_SUCH}({_NAME})", players_after, text, flags=re.IGNORECASE
        )
        text = re.sub(rf"(?:\b[Tt]he\s+|\b[Aa]n?\s+)?(<R\d+>),?\s+({_NAME})(?!\s+(?:and|or)\s+<)", players_after, text)
        text = re.sub(rf"({_NAME}),?\s+(?:and|or)\s+other\s+(?:\w+\s+)?(<R\d+>)", players_before, text)
        sketch.text = re.sub(
            rf"({_NAME}),\s+(?:which is\s+|itself\s+|also\s+)?(?:an?|another|the|both an?)\s+(?:\w+\s+)?(<R\d+>)\s*,?",
            players_before,
            text,
        )

    def _join_after_such(self, sketch: Sketch, text: str) -> str:
        for letter, (such, _, _) in self._lists.items():
            text = such.sub(lambda m, x=letter: m[1] + self._join(sketch, m[2], x), text)
        return text

    def play(
        self,
        players: tuple[Member, ...],
        role: Slot,
        sketch: Sketch,
        findings: Findings,
        *,
        negated: bool = False,
        possible: bool = False,
        confidence: float = 0.9,
        qualifiers: tuple[str, ...] = (),
    ) -> None:
        """Note the claims that playing a role makes."""
        kept = (*qualifiers, role.strength) if role.strength else qualifiers
        for use in role.uses:
            left, right = (role.members, players) if use.reversed else (players, role.members)
            findings.claim(
                left,
                use.predicate,
                right,
                sketch.number,
                negated=negated,
                possible=possible,
                qualifiers=kept,
                confidence=confidence,
            )

    # --- classes --------------------------------------------------------------------------------------------------

    def _is_class(self, slot: Slot) -> bool:
        return bool(slot.members) and all(member.type in self._class_types for member in slot.members)

    def _member_of(self, members: Slot, classes: Slot, sketch: Sketch, findings: Findings) -> None:
        for predicate in self._copulas:
            findings.claim(members.members, predicate, classes.members, sketch.number, confidence=0.85)

    def _classes(self, sketch: Sketch, findings: Findings) -> None:
        """Read "azoles such as <A1>", "<A1>, an azole," and "<A1> and other azoles"."""

        def after(match: re.Match[str]) -> str:
            left, right = sketch.at(match[1]), sketch.at(match[2])
            if left.letter != right.letter or not self._is_class(left) or self._is_class(right):
                return match[0]
            self._member_of(right, left, sketch, findings)
            return sketch.add(Slot((*left.members, *right.members), left.letter))

        def before(match: re.Match[str]) -> str:
            left, right = sketch.at(match[1]), sketch.at(match[2])
            if left.letter != right.letter or not self._is_class(right) or self._is_class(left):
                return match[0]
            self._member_of(left, right, sketch, findings)
            return match[1]

        text = sketch.text
        if text.count("<") < 2:  # noqa: PLR2004 - a class and a member
            return
        text = _AFTER_CLASS.sub(after, text)
        text = _BEFORE_CLASS.sub(before, text)
        text = _CLASS_BETWEEN.sub(before, text)
        text = _APPOSITION.sub(r"\1", text)
        sketch.text = self._general_such.sub(r"\1", text)

    # --- wrappers -------------------------------------------------------------------------------------------------

    def _compile_wrappers(self) -> None:
        file = self._pack.file
        carriers = _alternatives(file.carriers)
        joint = _alternatives(file.joint)
        words = _alternatives(self._aspect_of)
        self._any_wrapper = re.compile(
            rf"\b(?:{carriers}|{joint}|{words}|interactions?|co-?administered|combined|together|concomitantly|concurrently)\b",
            re.IGNORECASE,
        )
        middle = r"(?:(?:the|a|an|oral|intravenous|concomitant|concomitantly|administered|both|either|single|multiple|repeated|co-administered|coadministered|other|serious|severe|major|clinically|significant|increased|active|total|fatal|use|of)\s+){0,3}"
        self._carried = re.compile(
            rf"(?:\b(?:the|an?|any|each|single|multiple|repeated|chronic|long-term|oral|daily|prior|subsequent)\s+){{0,3}}\b(?:{carriers})\s+(?:of|with)\s+(?:the\s+)?({_NAME})",
            re.IGNORECASE,
        )
        self._carrier_after = re.compile(
            rf"({_NAME})\s+(?:(?:oral|film-coated|extended-release|immediate-release|combination)\s+)*(?:{carriers})\b",
            re.IGNORECASE,
        )
        both = rf"({_NAME})\s*,?\s+(?:and|with|plus|together with|in combination with|or)\s+(?:the\s+|an?\s+|other\s+|potent\s+|use of\s+)?({_NAME})"
        self._pairs = (
            re.compile(
                rf"(?:\b(?:the|an?)\s+)?\b(?:{joint}|interactions?)\s+(?:of|between|with)\s+(?:the\s+)?{both}",
                re.IGNORECASE,
            ),
            re.compile(
                rf"(?:\b(?:the|an?)\s+)?\b(?:use|administration|combination|treatment|therapy)\s+(?:of|with)\s+({_NAME})\s+(?:concomitantly\s+|concurrently\s+|together\s+)?with\s+(?:the\s+)?({_NAME})",
                re.IGNORECASE,
            ),
            re.compile(
                rf"({_NAME})\s*,?\s+(?:when\s+)?(?:(?:is|are|was|were)\s+)?(?:concomitantly\s+|concurrently\s+)?(?:co-?administered|combined|in combination|taken together|given together|together|used in combination|used concomitantly|given concomitantly|administered concomitantly|concomitantly|concurrently)\s+with\s+(?:the\s+)?({_NAME})",
                re.IGNORECASE,
            ),
        )
        self._pair_list = re.compile(
            rf"(?:\b(?:the|an?)\s+)?\b(?:{joint}|interactions?)\s+(?:of|between|with)\s+(?:the\s+|both\s+)?({_NAME})",
            re.IGNORECASE,
        )
        if not words:
            self._seen = self._seen_after = None
            return
        self._seen = re.compile(
            rf"\b({words})(?:\s*(?:,|and|or|/|&)+\s*(?:the\s+)?(?:\w+\s+)?(?:{words}))*\s+(?:of|for|to|from)\s+{middle}({_NAME})(?!\s+on\b)",
            re.IGNORECASE,
        )
        self._seen_after = re.compile(
            rf"({_NAME})(?:['\u2019]s?)?\s+(?:(?:plasma|serum|blood|mean|systemic|steady-state|peak|trough|drug|total|oral|antiplatelet|anticoagulant|hepatic|renal)\s+){{0,3}}({words})\b(?:\s*(?:,|and|or|/|&)+\s*(?:{words})\b)*",
            re.IGNORECASE,
        )

    def _wrappers(self, sketch: Sketch) -> None:
        """Look through carriers, aspects and pairs."""
        text = sketch.text
        if not self._any_wrapper.search(text):
            return
        for pattern in self._pairs:
            text = pattern.sub(lambda m: self._pair(sketch, m), text)
        text = self._pair_list.sub(lambda m: self._pair_of_list(sketch, m), text)
        for _ in range(2):
            text = self._carried.sub(r"\1", text)
            text = self._carrier_after.sub(r"\1", text)
        if self._seen is not None and self._seen_after is not None:
            text = self._seen.sub(lambda m: self._aspect(sketch, m[0], m[1], m[2]), text)
            text = self._seen_after.sub(lambda m: self._aspect(sketch, m[0], m[2], m[1]), text)
        sketch.text = text

    def _pair(self, sketch: Sketch, match: re.Match[str]) -> str:
        left, right = sketch.at(match[1]), sketch.at(match[2])
        if left.letter != right.letter:
            return match[0]
        return sketch.add(Slot(left.members, PAIR, second=right.members))

    def _pair_of_list(self, sketch: Sketch, match: re.Match[str]) -> str:
        members = sketch.at(match[1]).members
        if len(members) != 2:  # noqa: PLR2004 - a pair
            return match[0]
        return sketch.add(Slot(members[:1], PAIR, second=members[1:]))

    def _aspect(self, sketch: Sketch, text: str, word: str, mark: str) -> str:
        slot = sketch.at(mark)
        aspects = self._aspect_of[word.lower()] & self._seen_through.get(slot.letter, frozenset())
        if not aspects:
            return text
        return sketch.add(Slot(slot.members, slot.letter.lower(), aspects=aspects, word=word))


# --- what a pack's words come to ----------------------------------------------------------------------------------

_KNOWN_AS = re.compile(
    rf"({_NAME}),?\s+\(?(?:(?:is|are|was)\s+)?(?:also\s+|commonly\s+|now\s+|better\s+)*(?:known|called|marketed|sold|spelled|spelt|written|named|available|referred to)"
    rf"(?:\s+(?:as|under the (?:brand|trade|name)(?:\s+names?)?(?:\s+of)?))?\s+({_NAME}(?:(?:,|\s+or|\s+and|,\s+or|,\s+and)\s+{_NAME})*)\)?,?(\s|$|[.;])"
)
_NAME_IN_BRACKETS = re.compile(
    rf"({_NAME})\s*\(\s*((?:an?|the|e\.?g\.?,?|i\.?e\.?,?|such as|including|formerly|also known as|also called|brand names?:?)\s+)?({_NAME})\s*\)"
)
_AFTER_CLASS = re.compile(rf"({_NAME})(?:\s+(?:drugs|agents|medicines))?{_SUCH}({_NAME})", re.IGNORECASE)
_BEFORE_CLASS = re.compile(rf"({_NAME}),?\s+(?:and|or)\s+other\s+({_NAME})")
_CLASS_BETWEEN = re.compile(
    rf"({_NAME}),\s+(?:an?|another|the)\s+(?:[\w-]+\s+){{0,2}}({_NAME})(?:\s+[^,<>.]*)?,(?!\s+(?:and|or)\b)"
)
_APPOSITION = re.compile(
    rf"({_NAME}),\s+(?:an?|the|one of)\s[^,;.]{{1,80}},(?=\s+(?:also\s+|\w+ly\s+)?(?:is|are|was|were|may|might|can|could|does|do|did|has|have|should|[a-z]{{3,}}(?:[^s]s|ed))\b)"
)
_ROLE_IN_BRACKETS = re.compile(
    rf"({_NAME})\s*\(\s*(?:also\s+)?(?:an?\s+|the\s+|another\s+|both\s+an?\s+)?(?:\w+\s+)?(<R\d+>)(?:\s+and\s+(?:an?\s+)?(<R\d+>))?[^()]*\)"
)
_IRREGULAR = {
    "take": ("take", "takes", "taken", "taking", "took"),
    "break": ("break", "breaks", "broken", "breaking", "broke"),
    "lead": ("lead", "leads", "led", "leading"),
}


def verb_forms(verb: str) -> tuple[str, ...]:
    """Base, third person, past participle and present participle of a verb, then any other form."""
    if verb in _IRREGULAR:
        return _IRREGULAR[verb]
    if verb.endswith("e"):
        return verb, verb + "s", verb + "d", verb[:-1] + "ing"
    if verb.endswith("y") and verb[-2:-1] not in "aeiou":
        return verb, verb[:-1] + "ies", verb[:-1] + "ied", verb + "ing"
    third = verb + "es" if verb.endswith(("s", "x", "ch", "sh")) else verb + "s"
    return verb, third, verb + "ed", verb + "ing"


def _alternatives(words: Iterable[str]) -> str:
    listed = sorted({re.escape(word) for word in words}, key=lambda word: (-len(word), word))
    return "|".join(listed) or r"(?!)"


def _stem(word: str) -> str:
    return word.lower().removesuffix("s")


def _roles(pack: Pack) -> dict[str, tuple[RoleUse, ...]]:
    """The relations that each role noun, singular and plural, speaks of."""
    roles: dict[str, tuple[RoleUse, ...]] = {}
    for predicate, relation in pack.relation_types.items():
        for frame in relation.frames:
            for word, turned in [(w, False) for w in frame.roles] + [(w, True) for w in frame.reversed_roles]:
                for form in (word, word + "s"):
                    roles[form] = (*roles.get(form, ()), RoleUse(predicate, turned))
    return roles


def _plain_roles(frame: object) -> bool:
    """Whether the frame's verbs may make a role: only where the frame has role nouns too."""
    return bool(getattr(frame, "roles", ()) or getattr(frame, "reversed_roles", ()))


def _copulas(pack: Pack) -> tuple[str, ...]:
    return tuple(p for p, relation in pack.relation_types.items() if any(f.copula for f in relation.frames))


def _class_types(pack: Pack) -> frozenset[str]:
    """The types that a copula leads to: a drug *is* a member of its class."""
    return frozenset(o for p in _copulas(pack) for _, o in pack.relation_types[p].directions)


def _aspect_words(pack: Pack) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for aspect, words in pack.file.aspects.items():
        for word in words:
            found[word.lower()] = found.get(word.lower(), frozenset()) | {aspect}
    return found


def _aspects_by_letter(pack: Pack, letters: dict[str, str]) -> dict[str, frozenset[str]]:
    """The aspects through which names of each letter are objects of some frame: no "risk of" a drug."""
    found: dict[str, frozenset[str]] = {}
    for relation in pack.relation_types.values():
        types = {end for pair in relation.directions for end in (pair if relation.symmetric else pair[1:])}
        aspects = {aspect for frame in relation.frames for aspect in frame.aspects if aspect}
        for letter in {letters[type_] for type_ in types}:
            found[letter] = found.get(letter, frozenset()) | aspects
    return found


def _list_patterns(letter: str) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Patterns for lists of one group: after "such as", anywhere, and alone in brackets."""
    name = rf"<{letter}\d+>"
    any_sep = rf"(?:{_GLUE}|{_COMMA}){_ARTICLE}"
    such = re.compile(rf"({_SUCH})({name}(?:{any_sep}{name})+)", re.IGNORECASE)
    two = rf"{_TWO}{_ARTICLE}{name}"
    more = rf"(?:{_COMMA}{_ARTICLE}{name})+{_GLUE}{_ARTICLE}{name}"
    listed = re.compile(rf"(?:\b(?:[Bb]oth|[Ee]ither)\s+)?{name}(?:{two}|{more})+")
    bracketed = re.compile(
        rf"\s*\(\s*((?:such as|including|e\.?g\.?,?|i\.?e\.?,?|for example,?)\s*)?({name}(?:{any_sep}{name})+)"
        rf"(?:,?\s*(?:and others|etc\.?|among others))?\s*\)",
        re.IGNORECASE,
    )
    return such, listed, bracketed
