"""Names in a text: which are found, where, and which must not be."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_builder.names import normalise
from graph_builder.packs import Lexicon, load_pack

FOUND = [
    ("PLAVIX (clopidogrel bisulfate) tablet", [("PLAVIX", "clopidogrel"), ("clopidogrel bisulfate", "clopidogrel")]),
    ("does plavix interact with prilosec?", [("plavix", "clopidogrel"), ("prilosec", "omeprazole")]),
    ("CYP2C9, 2C19 and CYP3A4/5", [("CYP2C9", "CYP2C9"), ("2C19", "CYP2C19"), ("CYP3A4/5", "CYP3A4")]),
    ("cytochrome P450 2D6 or P450 3A4", [("cytochrome P450 2D6", "CYP2D6"), ("P450 3A4", "CYP3A4")]),
    ("CYP450 3A4, CYP 1A2, cyp2b6", [("CYP450 3A4", "CYP3A4"), ("CYP 1A2", "CYP1A2"), ("cyp2b6", "CYP2B6")]),
    ("CYP3A is not CYP3A4", [("CYP3A", "CYP3A"), ("CYP3A4", "CYP3A4")]),
    ("UGT1A1 and SLCO1B1", [("UGT1A1", "UGT1A1"), ("SLCO1B1", "OATP1B1")]),
    ("P-gp, P-glycoprotein, MDR1, ABCB1", [(n, "P-glycoprotein") for n in ("P-gp", "P-glycoprotein", "MDR1", "ABCB1")]),
    ("BCRP, OAT3, OCT2, MATE2-K", [("BCRP", "BCRP"), ("OAT3", "OAT3"), ("OCT2", "OCT2"), ("MATE2-K", "MATE2-K")]),
    (
        "St John\u2019s wort and St. John's wort",
        [("St John\u2019s wort", "St. John's wort"), ("St. John's wort", "St. John's wort")],
    ),
    (
        "SSRIs, NSAIDs and PPIs",
        [
            ("SSRIs", "selective serotonin reuptake inhibitor"),
            ("NSAIDs", "nonsteroidal anti-inflammatory drug"),
            ("PPIs", "proton pump inhibitor"),
        ],
    ),
    ("HMG-CoA reductase inhibitors", [("HMG-CoA reductase inhibitors", "statin")]),
    ("gastrointestinal bleeding", [("gastrointestinal bleeding", "gastrointestinal bleeding")]),
    (
        "losartan potassium and hydrochlorothiazide",
        [("losartan potassium", "losartan"), ("hydrochlorothiazide", "hydrochlorothiazide")],
    ),
    ("S-warfarin", [("S-warfarin", "warfarin")]),
    (
        "rifampicin, ciclosporin, paracetamol",
        [("rifampicin", "rifampin"), ("ciclosporin", "cyclosporine"), ("paracetamol", "acetaminophen")],
    ),
    ("He took Soma at night.", [("Soma", "carisoprodol")]),
    ("TTP is rare.", [("TTP", "thrombotic thrombocytopenic purpura")]),
]

NOT_FOUND = [
    "non-opioid medicines",
    "Soma is a word, and so is soma.",
    "ttp is an abbreviation only in capitals",
    "Serum potassium, glucose and water were measured.",
    "The patient may react today and perform correctly.",
    "warfarinized blood and inclopidogrely",
    "2C19 alone is no enzyme",
    "aspirin-free",
    "",
]


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return load_pack("drug_interactions").lexicon


@pytest.mark.parametrize(("text", "names"), FOUND, ids=[text[:40] for text, _ in FOUND])
def test_names_are_found(lexicon: Lexicon, text: str, names: list[tuple[str, str]]) -> None:
    assert [(text[f.start : f.end], f.canonical) for f in lexicon.find(text)] == names


@pytest.mark.parametrize("text", NOT_FOUND)
def test_other_words_are_not(lexicon: Lexicon, text: str) -> None:
    assert lexicon.find(text) == []


@pytest.mark.parametrize(("text", "names"), FOUND, ids=[text[:40] for text, _ in FOUND])
def test_what_is_found_has_that_canonical_name_alone_too(lexicon: Lexicon, text: str, names: list[tuple[str, str]]) -> None:
    for found in lexicon.find(text):
        assert lexicon.canonical(text[found.start : found.end]) == (found.type, found.canonical)
    assert names


def test_an_unknown_name_has_no_canonical_form(lexicon: Lexicon) -> None:
    assert lexicon.canonical("Zorvexin") is None


_PIECES = st.sampled_from(
    [
        "warfarin",
        "CYP3A4",
        "CYP",
        "3A4",
        "P-gp",
        "proton pump",
        "inhibitors",
        "St.",
        "John's wort",
        "bleeding",
        "risk",
        "½",
        "é",
        "\n",
        ".",
        "(",
        "-",
        "'s",
        "/",
    ]
)


@given(st.lists(_PIECES, max_size=25).map(" ".join))
def test_names_lie_in_the_text_in_order_and_apart(text: str) -> None:
    found = load_pack("drug_interactions").lexicon.find(text)
    assert all(0 <= f.start < f.end <= len(text) for f in found)
    assert all(left.end <= right.start for left, right in zip(found, found[1:], strict=False))


def test_stored_names_are_in_the_form_they_are_compared_in() -> None:
    pack = load_pack("drug_interactions")
    for file in pack.file.lexicon_normalised:
        for line in (pack.folder / file).read_text("utf-8").splitlines():
            names = [name for name in line.split("\t")[2].split("|") if name[0] not in "^="]
            assert [normalise(name) for name in names] == names


def test_every_type_of_the_lexicon_is_one_of_the_pack() -> None:
    pack = load_pack("drug_interactions")
    files = [pack.folder / file for file in (*pack.file.lexicon, *pack.file.lexicon_normalised)]
    types = {line.split("\t")[1] for file in files for line in file.read_text("utf-8").splitlines()}
    assert types == set(pack.entity_types)


def test_loading_is_quick_and_needs_no_parser() -> None:
    code = (
        "import sys, time; from graph_builder.packs import load_pack; start = time.process_time();"
        "names = len(load_pack('drug_interactions').lexicon); print(time.process_time() - start, names, 'spacy' in sys.modules)"
    )
    root = Path(__file__).parents[3]
    shown = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True).stdout
    seconds, names, parser = shown.split()
    assert float(seconds) < 0.15 * 3  # three times the aim: the machine that tests may be slow
    assert int(names) > 10_000
    assert parser == "False"


def test_finding_takes_time_in_proportion_to_the_text(lexicon: Lexicon) -> None:
    text = "Warfarin is metabolised by CYP2C9 and proton pump inhibitors are not. "

    def seconds(times: int) -> float:
        start = time.process_time()
        assert len(lexicon.find(text * times)) == 3 * times
        return time.process_time() - start

    short, long = (min(seconds(times) for _ in range(3)) for times in (100, 800))
    assert long < 24 * short  # with the square it would be 64 times
