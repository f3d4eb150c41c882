"""What every strategy in the folder holds to, whatever the text."""

import zlib
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_builder import chunking, registry
from graph_builder.chunking import Options, chunk_document
from graph_builder.errors import InputError, UnknownName
from graph_builder.model import Document, Vectors
from graph_builder.sentences import split

STRATEGIES = registry.names(chunking)
LINES = st.sampled_from(
    [
        "# Interactions\n",
        "## Antifungals ##\n",
        "Setext\n===\n",
        "7.1 CYP2C19 Inhibitors\n",
        "7 DRUG INTERACTIONS\n",
        "Short line\n\n",
        "Avoid these:\n",
        "- an item that is taken with food\n",
        "  and goes on\n",
        "1. first\n",
        "| drug | enzyme |\n",
        "|---|---|\n",
        "```\ncode. # none\n```\n",
        "The drug inhibits CYP2C19 (see 5.1). It may raise levels.\n",
        "Dr. Smith gave 0.5 mg,\nand 漢字。はい。 more",
        "x" * 70,
        " ",
        "\n",
        "\n\n",
        "\t",
        "\r\n",
        "\u2028",
    ]
)
TEXTS = st.one_of(st.text(max_size=400), st.lists(LINES, max_size=40).map("".join))


def hashed_words(texts: Sequence[str]) -> Vectors:
    """Unit vectors of hashed bags of words, shape (n, 32)."""
    vectors = np.full((len(texts), 32), 0.01, dtype=np.float32)
    for row, text in enumerate(texts):
        for word in text.casefold().split():
            vectors[row, zlib.crc32(word.encode("utf-8", "surrogatepass")) % 32] += 1
    unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def every_third(numbered: str) -> list[int]:
    """Break points as a careless model gives them: out of order, twice, and one that does not exist."""
    numbers = [int(line.split(".", 1)[0]) for line in numbered.split("\n")]
    return [*reversed(numbers[::3]), *numbers[:1], 10**9]


def options(size: int, overlap: int) -> Options:
    return Options(size=size, overlap=min(overlap, size - 1), embed=hashed_words, ask=every_third)


def check(text: str, strategy: str, opts: Options) -> None:
    document = Document.of("source", text)
    chunks = chunk_document(document, strategy=strategy, options=opts)
    position, outside = 0, ""
    for index, chunk in enumerate(chunks):
        assert chunk.index == index
        assert chunk.document_id == document.id
        assert chunk.text == text[chunk.start : chunk.end]
        assert chunk.text.strip()
        assert len(chunk.text) <= opts.size
        if index:
            before = chunks[index - 1]
            assert before.start < chunk.start
            assert before.end < chunk.end
            assert before.end - chunk.start <= opts.overlap
        outside += text[position : chunk.start]
        position = chunk.end
        assert all(chunk.start <= s.start < chunk.end for s in chunk.sentences)
    assert not (outside + text[position:]).strip()
    assert [s for chunk in chunks for s in chunk.sentences] == split(text)
    assert len({chunk.id for chunk in chunks}) == len(chunks)


@pytest.mark.parametrize("strategy", STRATEGIES)
@settings(max_examples=80, deadline=None)
@given(text=TEXTS, size=st.integers(1, 300), overlap=st.integers(0, 120))
def test_any_text_in_any_size(strategy: str, text: str, size: int, overlap: int) -> None:
    check(text, strategy, options(size, overlap))


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("text", ["", " ", "\n\n \t\n", "\u2028"])
def test_a_blank_text_gives_no_chunk(strategy: str, text: str) -> None:
    assert chunk_document(Document.of("s", text), strategy=strategy, options=options(100, 10)) == []


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize(
    "text",
    [
        "The drug inhibits CYP2C19 (see 5.1). It may raise levels. " * 3000,
        "x" * 150_000,
        "漢字。" * 40_000,
        "# Heading\n" * 8_000,
        "Lead in:\n- an item\n\n" * 6_000,
        "a" + " " * 150_000 + "b",
    ],
    ids=["one line", "one word", "no spaces", "headings", "lists", "spaces"],
)
def test_a_huge_text(strategy: str, text: str) -> None:
    check(text, strategy, options(1000, 100))


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_text_that_fits_is_one_piece_with_its_sentences(strategy: str) -> None:
    text = "  Omeprazole inhibits CYP2C19.\n"
    (chunk,) = chunk_document(Document.of("s", text), strategy=strategy, options=options(100, 0))
    assert chunk.text == "Omeprazole inhibits CYP2C19."
    assert [(s.number, s.start, s.end) for s in chunk.sentences] == [(0, 2, 30)]


@pytest.mark.parametrize("strategy", [name for name in STRATEGIES if name != "fixed"])
def test_prose_is_cut_between_sentences(strategy: str) -> None:
    text = "Omeprazole inhibits CYP2C19 in adults. Clopidogrel needs it, and is weakened, e.g. by half. " * 40
    begins = {s.start for s in split(text)}
    chunks = chunk_document(Document.of("s", text), strategy=strategy, options=options(300, 60))
    assert len(chunks) > 10
    assert {chunk.start for chunk in chunks} <= begins


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_overlap_is_there_when_asked_for(strategy: str) -> None:
    text = "Omeprazole inhibits CYP2C19. Clopidogrel needs it. " * 60
    chunks = chunk_document(Document.of("s", text), strategy=strategy, options=options(300, 60))
    shared = [before.end - chunk.start for before, chunk in zip(chunks, chunks[1:], strict=False)]
    assert sum(s > 0 for s in shared) > len(shared) / 2


def test_a_sentence_that_a_chunk_cuts_is_given_whole_to_the_first() -> None:
    text = "word " * 100 + "end."
    chunks = chunk_document(Document.of("s", text), strategy="recursive", options=Options(size=100))
    assert [len(chunk.sentences) for chunk in chunks] == [1] + [0] * (len(chunks) - 1)
    assert chunks[0].sentences[0].end == len(text) > chunks[0].end


def test_an_unknown_strategy_names_those_there_are() -> None:
    with pytest.raises(UnknownName, match="fixed, llm, recursive, semantic, structure"):
        chunk_document(Document.of("s", "text"), strategy="none", options=Options())


@pytest.mark.parametrize(("size", "overlap"), [(0, 0), (-5, 0), (10, 10), (10, -1)])
def test_sizes_that_can_not_be(size: int, overlap: int) -> None:
    with pytest.raises(InputError, match=str(size if size < 1 else overlap)):
        Options(size=size, overlap=overlap)
