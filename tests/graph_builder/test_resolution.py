"""Resolution is a function of the set: order, repeats and history change nothing."""

from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_builder.model import Alias, Join
from graph_builder.resolution import UNTYPED, resolve

_NAMES = ["Plavix", "PLAVIX", "clopidogrel", "Clopidogrel", "omeprazole", "Prilosec", "carbamazepin", "carbamazepine"]
_CANONICAL = {"Plavix": "clopidogrel", "PLAVIX": "clopidogrel", "clopidogrel": "clopidogrel", "omeprazole": "omeprazole"}
_ALIASES = [Alias.of(name, type_, _CANONICAL.get(name, "")) for name in _NAMES for type_ in ("Drug", UNTYPED)]
_SAME = np.array([1.0, 0.0], dtype=np.float32)
_VECTORS = {alias.id: _SAME for alias in _ALIASES}
_JOINS = [Join(a.id, b.id, "declared", evidence_id=f"e{i}") for i, (a, b) in enumerate(zip(_ALIASES, _ALIASES[3:], strict=False))]


def _names(aliases: list[Alias], joins: list[Join]) -> set[tuple[str, ...]]:
    return {entity.aliases for entity in resolve(aliases, joins, {})}


@given(st.permutations(_ALIASES), st.lists(st.sampled_from(_JOINS), max_size=6), st.randoms())
@settings(max_examples=60)
def test_order_changes_nothing(aliases: list[Alias], joins: list[Join], random: Random) -> None:
    expected = resolve(_ALIASES, joins, _VECTORS)
    shuffled = list(joins)
    random.shuffle(shuffled)
    assert resolve(aliases, shuffled, _VECTORS) == expected


@given(st.lists(st.sampled_from(_ALIASES), unique=True), st.lists(st.sampled_from(_JOINS), max_size=6))
@settings(max_examples=60)
def test_every_alias_is_in_one_entity_and_ids_are_unique(aliases: list[Alias], joins: list[Join]) -> None:
    entities = resolve(aliases, joins, _VECTORS)
    assert sorted(i for e in entities for i in e.alias_ids) == sorted(a.id for a in aliases)
    assert len({e.id for e in entities}) == len(entities)


def test_the_pack_joins_a_brand_with_its_generic_and_says_so() -> None:
    (entity,) = resolve([Alias.of("Plavix", "Drug", "clopidogrel"), Alias.of("clopidogrel", "Drug", "clopidogrel")], [], {})
    assert (entity.name, [join.reason for join in entity.joins]) == ("clopidogrel", ["pack"])


def test_a_declaration_joins_what_the_pack_does_not_know() -> None:
    left, right = Alias.of("Acme Corporation", "Organization"), Alias.of("Acme", "Organization")
    assert _names([left, right], []) == {("Acme Corporation",), ("Acme",)}
    assert _names([left, right], [Join(left.id, right.id, "declared", evidence_id="e")]) == {("Acme", "Acme Corporation")}


def test_a_declaration_never_joins_two_drugs_that_the_pack_tells_apart() -> None:
    left, right = Alias.of("omeprazole", "Drug", "omeprazole"), Alias.of("esomeprazole", "Drug", "esomeprazole")
    assert len(resolve([left, right], [Join(left.id, right.id, "declared", evidence_id="e")], {})) == 2


def test_similar_names_join_by_vector_unless_digits_differ() -> None:
    def entities(*names: str) -> int:
        aliases = [Alias.of(name, "Enzyme") for name in names]
        return len(resolve(aliases, [], {a.id: _SAME for a in aliases}))

    assert entities("carbamazepin oxidase", "carbamazepine oxidase") == 1
    assert entities("CYP2C9 variant", "CYP2C19 variant") == 2


def test_an_untyped_name_joins_the_only_typed_bearer() -> None:
    plain, place, person = (Alias.of("Washington", type_) for type_ in (UNTYPED, "Place", "Person"))
    assert len(resolve([plain, place], [], {})) == 1
    assert len(resolve([plain, place, person], [], {})) == 3


def test_a_name_that_is_the_canonical_name_of_another_joins_it() -> None:
    brand, generic = Alias.of("Plavix", "Drug", "clopidogrel"), Alias.of("clopidogrel", "Drug")
    (entity,) = resolve([brand, generic], [], {})
    assert (entity.name, [join.reason for join in entity.joins]) == ("clopidogrel", ["pack"])


def test_declarations_never_join_contrary_types_through_an_untyped_name() -> None:
    drug, enzyme, plain = Alias.of("X one", "Drug"), Alias.of("Y two", "Enzyme"), Alias.of("Z three", UNTYPED)
    joins = [Join(plain.id, other.id, "declared", evidence_id="e") for other in (drug, enzyme)]
    assert len(resolve([drug, enzyme, plain], joins, {})) == 2


def test_two_entities_never_have_one_id() -> None:
    # "Acme Holding" is a company and a place; untyped, it is neither by name, and declared to be the company Acme.
    names = [("Acme", "Company"), ("Acme Holding", UNTYPED), ("Acme Holding", "Company"), ("Acme Holding", "Place")]
    aliases = [Alias.of(*name) for name in names]
    entities = resolve(aliases, [Join(aliases[0].id, aliases[1].id, "declared", evidence_id="e")], {})
    assert len(entities) == len({entity.id for entity in entities}) == 3


def test_names_without_letters_are_only_equal_to_themselves() -> None:
    assert len(resolve([Alias.of("+/+", "Genotype"), Alias.of("-/-", "Genotype"), Alias.of("+/+", "Genotype", "")], [], {})) == 2
