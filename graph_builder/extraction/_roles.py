"""Roles: "a strong CYP3A4 inhibitor", "inhibitors of CYP3A4", "drugs metabolised by CYP2D6", and who is said to play them."""

import re
from collections.abc import Callable, Iterable

from graph_builder.extraction._claims import Findings
from graph_builder.extraction._sketch import ROLE, Member, RoleUse, Sketch, Slot
from graph_builder.extraction._words import NAME, SUCH, alternatives, insensitive, role_uses, verb_forms
from graph_builder.packs import Pack

_ADJECTIVE = (
    r"(?:(?:known|combined|dual|specific|selective|sensitive|competitive|non-competitive|irreversible|reversible|direct|"
    r"clinically|relevant|important|significant|very|particularly|certain|new|classic|possible|powerful|main|major|"
    r"prototypical|effective|mechanism-based)\s+)*"
)
_SUCH_AS = r"(?:(?:such as|including|e\.?g\.?,?|i\.?e\.?,?|for example,?)\s*)?"
_AND_OTHERS = r"(?:,?\s*(?:and others|etc\.?|among others|and other \w+))?"
_IN_BRACKETS = re.compile(
    rf"({NAME})\s*\(\s*(?:also\s+)?(?:an?\s+|the\s+|another\s+|both\s+an?\s+)?(?:\w+\s+)?(<R\d+>)"
    r"(?:\s+and\s+(?:an?\s+)?(<R\d+>))?[^()]*\)"
)
_AFTER_ROLE = (
    insensitive(rf"(?:\b(?:the|an?|other|another)\s+)?(<R\d+>){SUCH}({NAME})"),
    re.compile(rf"(?:\b[Tt]he\s+|\b[Aa]n?\s+)?(<R\d+>),?\s+({NAME})(?!\s+(?:and|or)\s+<)"),
)
_BEFORE_ROLE = (
    re.compile(rf"({NAME}),?\s+(?:and|or)\s+other\s+(?:\w+\s+)?(<R\d+>)"),
    re.compile(rf"({NAME}),\s+(?:which is\s+|itself\s+|also\s+)?(?:an?|another|the|both an?)\s+(?:\w+\s+)?(<R\d+>)\s*,?"),
)


class Roles:
    """The patterns of a pack's roles."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._uses = role_uses(pack)
        words = alternatives(self._uses)
        general = alternatives(pack.file.general)
        self._any_role = insensitive(words)
        self._any_general = insensitive(rf"\b(?:{general})\b")
        self._listing = insensitive(rf"(<R\d+>|\b(?:{general}|{words}))\s*\({_SUCH_AS}({NAME}){_AND_OTHERS}\s*\)")
        self._before, self._after = self._noun_patterns(words)
        self._doing, self._done = self._verb_patterns(general)

    def _noun_patterns(self, words: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
        """Read "<B0> inhibitors", and "inhibitors of <B0>"."""
        graded = rf"{_ADJECTIVE}(?:(?:{alternatives(self._pack.file.cues.strengths)})\s+)?"
        strength = rf"(?:(?P<strength>{alternatives(self._pack.file.cues.strengths)})\s+)?"
        lead = rf"(?:{_ADJECTIVE}{strength}{_ADJECTIVE})"
        filler = alternatives(self._pack.file.fillers)
        before = insensitive(
            rf"(?<![\w<]){lead}(?P<target>{NAME})(?:\s+(?:{filler}))?(?P<more>\s+(?:and|or)\s+{graded}{NAME})?",
            rf"[\s-](?P<role>{words})\b",
        )
        after = insensitive(
            rf"(?<!\w){lead}(?P<role>{words})(?:\s+(?:and|or)\s+(?:an?\s+)?{graded}(?P<role2>{words}))?\s+(?:of|for)\s+",
            rf"(?:the\s+)?(?:(?:{filler}|both|either)\s+)*(?P<target>{NAME})(?:\s+(?:{filler}))?",
            rf"(?:\s*,?\s+(?:and|or)\s+of\s+(?P<more>{NAME}))?",
        )
        return before, after

    def _verb_patterns(self, general: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
        """Read "drugs that inhibit <B0>", and "drugs metabolised by <B0>"."""
        verbs = [v for r in self._pack.relation_types.values() for f in r.frames for v in f.verbs if f.roles or f.reversed_roles]
        active = alternatives(form for v in verbs for form in (verb_forms(v)[0], verb_forms(v)[3]))
        passive = alternatives(verb_forms(v)[2] for v in verbs)
        strength = alternatives(self._pack.file.cues.strengths)
        filler = rf"(?:(?:{alternatives(self._pack.file.fillers)})\s+(?:of\s+)?)?"
        who = rf"\b(?:other\s+)?(?:{general})\s+(?:(?:that|which)\s+)?(?:are\s+)?"
        doing = insensitive(
            who,
            rf"(?:known\s+to\s+|also\s+)?(?:(?P<strength>{strength})\s+)?(?P<verb>{active})\s+(?:the\s+)?",
            rf"{filler}(?P<target>{NAME})",
        )
        done = insensitive(
            who,
            rf"(?:(?:\w+ly|known to be)\s+)*(?P<verb>{passive})\s+(?:(?:\w+ly|in part)\s+)*by\s+(?:the\s+)?",
            rf"{filler}(?P<target>{NAME})",
        )
        return doing, done

    def name(self, sketch: Sketch) -> None:
        """Turn "strong CYP3A4 inhibitors" and "inhibitors of CYP3A4" into role slots."""
        text = sketch.text
        if self._any_role.search(text):
            text = self._before.sub(lambda m: self._by_noun(sketch, m), text)
            text = self._after.sub(lambda m: self._by_noun(sketch, m), text)
        if self._any_general.search(text):
            text = self._doing.sub(lambda m: self._by_verb(sketch, m, turned=False), text)
            text = self._done.sub(lambda m: self._by_verb(sketch, m, turned=True), text)
        sketch.text = text

    def _by_noun(self, sketch: Sketch, match: re.Match[str]) -> str:
        groups = match.groupdict()
        uses = [use for word in (groups["role"], groups.get("role2")) if word for use in self._uses[word.lower()]]
        members = sketch.at(match["target"]).members
        if match["more"]:
            members += sketch.at(re.findall(NAME, match["more"])[0]).members
        return self._slot(sketch, match, uses, members)

    def _by_verb(self, sketch: Sketch, match: re.Match[str], *, turned: bool) -> str:
        verb = match["verb"].lower()
        uses = [
            RoleUse(predicate, turned)
            for predicate, relation in self._pack.relation_types.items()
            for frame in relation.frames
            if "" in frame.aspects and not frame.prepositions and any(verb in verb_forms(v) for v in frame.verbs)
        ]
        return self._slot(sketch, match, uses, sketch.at(match["target"]).members)

    def _slot(self, sketch: Sketch, match: re.Match[str], uses: Iterable[RoleUse], members: tuple[Member, ...]) -> str:
        fitting = tuple(use for use in uses if any(self._fits(use, member.type) for member in members))
        if not fitting:
            return match[0]
        groups = match.groupdict()
        strength = (groups.get("strength") or "").lower().removesuffix("ly")
        word = (groups.get("role") or "drugs").lower()
        lead = " " if match[0].startswith(" ") else ""
        return lead + sketch.add(Slot(members, ROLE, word=word, uses=fitting, strength=strength))

    def _fits(self, use: RoleUse, target: str) -> bool:
        pairs = self._pack.relation_types[use.predicate].pairs
        return any((s if use.reversed else o) == target for s, o in pairs)

    def in_brackets(self, sketch: Sketch, findings: Findings) -> None:
        """Note "<A0> (a strong <R1>)"; take "<R1> (e.g., <A2>)" out of its brackets."""
        for match in _IN_BRACKETS.finditer(sketch.text):
            for mark in filter(None, (match[2], match[3])):
                self.play(sketch.at(match[1]).members, sketch.at(mark), sketch, findings)
        sketch.text = self._listing.sub(lambda m: f"{m[1]} such as {m[2]}", sketch.text)

    def players(self, sketch: Sketch, findings: Findings) -> None:
        """Note who plays a role by standing beside it; leave the players in the text."""
        if f"<{ROLE}" not in sketch.text:
            return

        def noted(role: int, player: int) -> Callable[[re.Match[str]], str]:
            def note(match: re.Match[str]) -> str:
                self.play(sketch.at(match[player]).members, sketch.at(match[role]), sketch, findings)
                return match[player]

            return note

        for pattern in _AFTER_ROLE:
            sketch.text = pattern.sub(noted(1, 2), sketch.text)
        for pattern in _BEFORE_ROLE:
            sketch.text = pattern.sub(noted(2, 1), sketch.text)

    def play(
        self,
        players: tuple[Member, ...],
        role: Slot,
        sketch: Sketch,
        findings: Findings,
        *,
        negated: bool = False,
        possible: bool = False,
        qualifiers: tuple[str, ...] = (),
    ) -> None:
        """Note the claims that playing a role makes."""
        kept = (*qualifiers, role.strength) if role.strength else qualifiers
        for use in role.uses:
            left, right = (role.members, players) if use.reversed else (players, role.members)
            findings.claim(
                left, use.predicate, right, sketch.number,
                negated=negated, possible=possible, qualifiers=kept, confidence=0.9,
            )  # fmt: skip
