"""What a domain adds: kinds of entities and relations, names, and the words that rules look for. A folder, no code.

``load_pack("drug_interactions")`` reads the folder of that name beside this file, ``load_pack("./my_pack")`` any other. What
`pack.toml` may hold is the schema in `_schema.py`; a key that is not in it is an error which names the key.
"""

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from pydantic import BaseModel, ValidationError

from graph_builder.errors import InputError, UnknownName
from graph_builder.model import Modality, Polarity
from graph_builder.packs._schema import Composition, Cues, EntityType, Frame, PackFile, Pattern, RelationType
from graph_builder.packs.lexicon import Found, Lexicon
from graph_builder.terms import terms

__all__ = [
    "Composition",
    "Cues",
    "EntityType",
    "Found",
    "Frame",
    "Lexicon",
    "Pack",
    "Pattern",
    "RelationType",
    "load_pack",
    "pack_names",
]

_HERE = Path(__file__).parent
_FILE = "pack.toml"


@dataclass(frozen=True)
class Pack:
    """A domain, read from its folder. An open pack has no list of types: it allows any."""

    name: str
    folder: Path
    file: PackFile
    signature: str
    """A hash of the pack's files: another signature, another recipe."""

    @property
    def is_open(self) -> bool:
        """Whether types and predicates are free."""
        return self.file.open

    @property
    def description(self) -> str:
        """One sentence on what the pack is for."""
        return self.file.description

    @property
    def notes(self) -> str:
        """What a language model should know before it extracts."""
        return self.file.notes

    @property
    def entity_types(self) -> dict[str, EntityType]:
        """The kinds of entities, by name, in the pack's order."""
        return self.file.entities

    @property
    def relation_types(self) -> dict[str, RelationType]:
        """The kinds of relations, by predicate, in the pack's order."""
        return self.file.relations

    @property
    def compositions(self) -> tuple[Composition, ...]:
        """The rules that derive a conclusion from a chain of relations."""
        return self.file.compositions

    def allows(self, subject_type: str, predicate: str, object_type: str) -> bool:
        """Whether such a relation may be: in the stated direction, or in either when the predicate is symmetric."""
        if self.is_open:
            return True
        relation = self.relation_types.get(predicate)
        if relation is None:
            return False
        pairs = relation.pairs
        return (subject_type, object_type) in pairs or (relation.symmetric and (object_type, subject_type) in pairs)

    def reads(
        self,
        predicate: str,
        polarity: Polarity = Polarity.AFFIRMED,
        modality: Modality = Modality.ASSERTED,
        *,
        passive: bool = False,
    ) -> str:
        """The words between subject and object: "inhibits", "may inhibit", "is not inhibited by".

        A predicate that the pack does not describe reads as its own words in lower case.
        """
        relation = self.relation_types.get(predicate)
        words = (relation.passive if passive else relation.verb) if relation else predicate.replace("_", " ").lower()
        if relation is None and passive:
            words = f"is the object of {words} by"
        return _inflect(words, polarity is Polarity.NEGATED, modality is Modality.POSSIBLE)

    @cached_property
    def verbs(self) -> frozenset[str]:
        """The index terms of the verbs by which its relations are said."""
        frames = [frame for relation in self.relation_types.values() for frame in relation.frames]
        return frozenset(term for frame in frames for verb in frame.verbs for term in terms(verb))

    @cached_property
    def speech(self) -> frozenset[str]:
        """The index terms of all words, names apart, by which it speaks of its domain."""
        frames = [frame for relation in self.relation_types.values() for frame in relation.frames]
        said = [word for frame in frames for word in (*frame.roles, *frame.reversed_roles, *frame.nominals)]
        said += [word for aspect in self.file.aspects.values() for word in aspect]
        said += [*self.file.carriers, *self.file.fillers, *self.file.joint, *self.file.general, *self.entity_types]
        said += [word for type_ in self.entity_types.values() for word in type_.pointers]
        return self.verbs | {term for word in said for term in terms(word)}

    @cached_property
    def lexicon(self) -> Lexicon:
        """The names that the pack knows, read when first asked for."""
        patterns = [(type_, pattern) for type_, entity in self.entity_types.items() for pattern in entity.patterns]
        compiled = [(type_, p.regex, p.canonical, p.after) for type_, p in patterns]
        files = [self.folder / file for file in self.file.lexicon]
        ready = [self.folder / file for file in self.file.lexicon_normalised]
        return Lexicon.read(files, normalised=ready, patterns=compiled)


def pack_names() -> list[str]:
    """The packs that come with the package, sorted."""
    return sorted(folder.name for folder in _HERE.iterdir() if (folder / _FILE).is_file())


def load_pack(name_or_path: str) -> Pack:
    """The pack of that name, or the one in that folder.

    Raises
    ------
    UnknownName
        It is neither; the message lists the names there are.
    InputError
        Its `pack.toml` has a wrong key or value; the message says which, and what is allowed.
    """
    folder = _folder(name_or_path)
    return _load(folder, _signature(folder))


@lru_cache(maxsize=16)
def _load(folder: Path, signature: str) -> Pack:
    try:
        raw = tomllib.loads((folder / _FILE).read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{folder / _FILE} is not TOML: {error}") from error
    try:
        file = PackFile.model_validate(raw)
    except ValidationError as error:
        raise InputError(f"{folder / _FILE}: {_explain(error)}") from error
    for listed in (*file.lexicon, *file.lexicon_normalised):
        if not (folder / listed).is_file():
            raise InputError(f'{folder / _FILE}: lexicon names "{listed}", which is no file in {folder}')
    return Pack(file.name or folder.name, folder, file, signature)


def _folder(name_or_path: str) -> Path:
    if name_or_path in pack_names():
        return _HERE / name_or_path
    folder = Path(name_or_path).expanduser()
    if (folder / _FILE).is_file():
        return folder.resolve()
    known = ", ".join(pack_names())
    raise UnknownName(f'no pack "{name_or_path}"; there are: {known}; or give the path of a folder with a {_FILE}')


def _signature(folder: Path) -> str:
    """A hash of the names and contents of the pack's data files."""
    sha = hashlib.sha256()
    for path in sorted(p for p in folder.iterdir() if p.suffix in {".toml", ".tsv"}):
        sha.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return sha.hexdigest()[:16]


def _explain(error: ValidationError) -> str:
    """The first problem in words: a misspelt key before what it leaves missing."""
    problems = error.errors()
    first = next((p for p in problems if p["type"] == "extra_forbidden"), problems[0])
    key = ".".join(str(part) for part in first["loc"]) or "the file"
    if first["type"] != "extra_forbidden":
        return f"{key}: {first['msg']}"
    allowed = _fields_at(first["loc"][:-1])
    return f"{key}: no such key; allowed here: {', '.join(allowed)}"


def _fields_at(location: tuple[int | str, ...]) -> list[str]:
    places: dict[str, type[BaseModel]] = {
        "entities": EntityType,
        "relations": RelationType,
        "cues": Cues,
        "compositions": Composition,
    }
    if not location:
        return sorted(PackFile.model_fields)
    if "frames" in location:
        return sorted(Frame.model_fields)
    if "patterns" in location:
        return sorted(Pattern.model_fields)
    return sorted(places.get(str(location[0]), PackFile).model_fields)


def _inflect(words: str, negated: bool, possible: bool) -> str:
    first, _, rest = words.partition(" ")
    if not negated and not possible:
        return words
    if possible:
        return f"may {'not ' if negated else ''}{_base(first)} {rest}".strip()
    return f"{first} not {rest}".strip() if first == "is" else f"does not {_base(first)} {rest}".strip()


def _base(verb: str) -> str:
    """The base of a verb in the third person: "inhibits" gives "inhibit"."""
    if verb in {"is", "has"}:
        return {"is": "be", "has": "have"}[verb]
    if verb.endswith("ies"):
        return verb[:-3] + "y"
    if verb.endswith(("sses", "ches", "shes", "xes")):
        return verb[:-2]
    return verb.removesuffix("s")
