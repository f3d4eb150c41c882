"""What an extractor says holds only where the text says it; the rest is quarantined with its reason."""

import pytest

from graph_builder.chunking import Options, chunk_document
from graph_builder.extraction import ExtractedAlias, ExtractedEntity, ExtractedRelation, Extraction
from graph_builder.grounding import Grounded, ground
from graph_builder.model import SAME_AS, Document
from graph_builder.packs import load_pack

TEXT = "Plavix (clopidogrel) is a prodrug. It is metabolised by CYP2C19. Omeprazole inhibits CYP2C19. Bananas are yellow."
DOCUMENT = Document.of("plavix.txt", TEXT)
ENTITIES = [
    ExtractedEntity(name="clopidogrel", type="Drug", sentences=[0]),
    ExtractedEntity(name="CYP2C19", type="Enzyme", sentences=[1, 2]),
    ExtractedEntity(name="omeprazole", type="Drug", sentences=[2]),
]


def _ground(**records: list) -> Grounded:
    chunks = chunk_document(DOCUMENT, strategy="recursive", options=Options())
    extraction = Extraction(entities=[*ENTITIES, *records.pop("entities", [])], **records)
    return ground(DOCUMENT, chunks, [extraction], load_pack("drug_interactions"), "test/1")


def _said(subject: str, predicate: str, object_: str, *sentences: int) -> ExtractedRelation:
    return ExtractedRelation(subject=subject, predicate=predicate, object=object_, sentences=list(sentences))


def test_a_stated_relation_is_quoted_with_its_exact_span() -> None:
    (evidence,) = _ground(relations=[_said("omeprazole", "INHIBITS", "CYP2C19", 2)]).evidence.values()
    assert TEXT[evidence.start : evidence.end] == evidence.quote == "Omeprazole inhibits CYP2C19."
    assert evidence.antecedent is None


def test_an_end_that_is_only_pointed_to_needs_its_antecedent() -> None:
    grounded = _ground(relations=[_said("CYP2C19", "METABOLIZES", "clopidogrel", 1, 0)])
    (evidence,) = grounded.evidence.values()
    assert evidence.antecedent is not None
    assert TEXT[slice(*evidence.antecedent)] == "Plavix (clopidogrel) is a prodrug."
    assert not _ground(relations=[_said("CYP2C19", "METABOLIZES", "clopidogrel", 1)]).evidence


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (_said("omeprazole", "INHIBITS", "CYP2C19", 99), "there is no sentence 99"),
        (_said("omeprazole", "INHIBITS", "CYP2C19"), "no sentence is given"),
        (_said("omeprazole", "INHIBITS", "CYP2C19", 3), "is not named in sentence 3"),
        (_said("omeprazole", "INHIBITS", "CYP2C19", 3, 2), "names neither end"),
        (_said("omeprazole", "CURES", "CYP2C19", 2), "is not in the pack"),
        (_said("CYP2C19", "INHIBITS", "omeprazole", 2), "is not in the pack"),
        (_said("aspirin", "INHIBITS", "CYP2C19", 2), '"aspirin" is not named'),
        (_said("Plavix", "CONVERTED_TO", "clopidogrel", 0), "both ends are the same"),
    ],
)
def test_what_the_text_does_not_state_is_quarantined(record: ExtractedRelation, reason: str) -> None:
    grounded = _ground(relations=[record])
    assert not grounded.evidence
    assert [reason in rejected.reason for rejected in grounded.rejected] == [True]


def test_one_bad_record_does_not_lose_the_others() -> None:
    records = [_said("x", "INHIBITS", "y", 5), _said("omeprazole", "INHIBITS", "CYP2C19", 2)]
    grounded = _ground(relations=records)
    assert (len(grounded.evidence), len(grounded.rejected)) == (1, 1)


def test_every_mention_is_where_it_says() -> None:
    grounded = _ground()
    assert {(TEXT[m.start : m.end], grounded.aliases[m.alias_id].name) for m in grounded.mentions} == {
        ("clopidogrel", "clopidogrel"),
        ("CYP2C19", "CYP2C19"),
        ("Omeprazole", "Omeprazole"),
    }


def test_a_type_outside_the_pack_is_refused() -> None:
    grounded = _ground(entities=[ExtractedEntity(name="Bananas", type="Fruit", sentences=[3])])
    assert ["no entity type" in r.reason for r in grounded.rejected] == [True]


def test_a_declared_alias_is_evidence_of_its_own_kind() -> None:
    (evidence,) = _ground(aliases=[ExtractedAlias(name="Plavix", alias="clopidogrel", sentence=0)]).evidence.values()
    assert evidence.predicate == SAME_AS
    refused = _ground(aliases=[ExtractedAlias(name="omeprazole", alias="CYP2C19", sentence=2)])
    assert not refused.evidence
    assert len(refused.rejected) == 1
