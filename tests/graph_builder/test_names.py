import pytest

from graph_builder.names import normalise, words


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("P-gp", "P gp"),
        ("St. John's Wort", "st johns wort".replace("johns", "john")),
        ("Statins", "statin"),
        ("SJÖGREN", "sjogren"),
        ("proton pump inhibitors", "Proton-Pump  Inhibitor"),
        ("CYP3A4", "cyp3a4"),
        ("The Rank Organisation", "Rank Organisation"),
        ("the WHO", "WHO"),
        ("Ann Carver'S Profession", "Ann Carver's Profession"),
    ],
)
def test_spellings_of_one_name_are_equal(left: str, right: str) -> None:
    assert normalise(left) == normalise(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("CYP2C9", "CYP2C19"),
        ("OATP1B1", "OATP1B3"),
        ("virus", "viru"),
        ("5-FU", "FU"),
        ("CD4+ T cells", "CD4- T cells"),
        ("C++", "C#"),
        ("AIDS", "aid"),
        ("The The", ""),
        ("A La Carte", "La Carte"),
    ],
)
def test_names_that_differ_stay_apart(left: str, right: str) -> None:
    assert normalise(left) != normalise(right)


def test_words_are_the_alphanumeric_runs() -> None:
    assert words("5-FU/leucovorin (IV)") == ["5", "fu", "leucovorin", "iv"]
