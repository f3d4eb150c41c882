from graph_builder.llm import Usage
from graph_rag.model import Answer, Citation, Statement
from graph_rag.numbering import number

A = Citation("a.md", "1", 0, 5, "aaaaa", True)
B = Citation("b.md", "2", 3, 9, "bbbbbb", True)


def answer(text: str, *statements: Statement) -> Answer:
    return Answer("graph", "Why?", text, False, "", statements, (), (), {}, Usage())


def test_numbers_stand_where_the_statements_end_and_nothing_of_the_text_is_lost() -> None:
    text = "Yes. A inhibits B. Therefore c may rise."
    numbered = number(answer(text, Statement("A inhibits B.", (B,)), Statement("C may rise.", (B, A), derived=True)))
    assert "".join(piece.text for piece in numbered.pieces) == text
    assert [(p.text, p.numbers, p.derived) for p in numbered.pieces] == [
        ("Yes. A inhibits B", (1,), False),
        (". Therefore c may rise", (1, 2), True),
        (".", (), False),
    ]
    assert numbered.citations == (B, A)
    assert numbered.beside == ()


def test_a_statement_that_the_text_does_not_contain_stands_beside_it() -> None:
    numbered = number(answer("Quite another wording.", Statement("A inhibits B.", (A,))))
    assert [piece.text for piece in numbered.pieces] == ["Quite another wording."]
    assert [(piece.text, piece.numbers) for piece in numbered.beside] == [("A inhibits B.", (1,))]


def test_the_same_sentence_has_one_number() -> None:
    numbered = number(answer("One. Two.", Statement("One.", (A,)), Statement("Two.", (A,))))
    assert [piece.numbers for piece in numbered.pieces] == [(1,), (1,), ()]
