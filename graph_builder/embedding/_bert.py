"""The encoder of BERT in plain torch (Devlin et al. 2019, section 3), with mean pooling (Reimers and Gurevych 2019).

Why not `transformers`: importing it and sentence-transformers takes 3 to 6 seconds, which every `hoptrace ask` would
wait for; this file needs torch alone. The tokens of all texts are one matrix, in which only attention tells texts apart: so
there is neither padding nor a mask, texts of different lengths share a batch, and a text's vector does not depend on the
texts beside it. Residuals and norms stay in float32; only what is multiplied is of the chosen type, which costs no time and
halves the distance to float32.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional

_EPSILON = 1e-12
_ROUND = 32
"""Matrices of several texts have a multiple of this many rows: the library compiles a kernel for each shape."""


class _Group(NamedTuple):
    """Texts of one length, side by side in the matrix of tokens."""

    start: int
    texts: int
    length: int

    @property
    def end(self) -> int:
        return self.start + self.texts * self.length


@dataclass(frozen=True)
class _Layer:
    """The weights of one layer; query, key and value are one matrix, shape (3 * dim, dim)."""

    attend: tuple[Tensor, Tensor]
    project: tuple[Tensor, Tensor]
    attended_norm: tuple[Tensor, Tensor]
    widen: tuple[Tensor, Tensor]
    narrow: tuple[Tensor, Tensor]
    norm: tuple[Tensor, Tensor]


@dataclass(frozen=True)
class Bert:
    """An encoder: `Bert.read(folder)`, then call it with token ids."""

    words: Tensor
    places: Tensor
    norm: tuple[Tensor, Tensor]
    layers: tuple[_Layer, ...]
    heads: int
    dtype: torch.dtype

    @classmethod
    def read(cls, folder: Path, dtype: torch.dtype) -> "Bert":
        """The model whose `config.json` and `model.safetensors` lie in a folder, with matrices of type ``dtype``."""
        config = json.loads((folder / "config.json").read_text("utf-8"))
        weights = load_file(folder / "model.safetensors")
        places = weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
        layers = tuple(_layer(weights, f"encoder.layer.{i}", dtype) for i in range(config["num_hidden_layers"]))
        words = weights["embeddings.word_embeddings.weight"]
        return cls(words, places, _pair(weights, "embeddings.LayerNorm"), layers, config["num_attention_heads"], dtype)

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return self.words.shape[1]

    def __call__(self, texts: Sequence[Sequence[int]]) -> Tensor:
        """Unit vectors of texts as token ids, shape (n, dim), float32. Fastest where texts of one length follow each other."""
        groups = _groups([len(text) for text in texts])
        hidden = _normed(self._embedded(texts), self.norm)
        for layer in self.layers:
            hidden = _normed(hidden + self._attention(hidden, layer, groups), layer.attended_norm)
            wide = functional.gelu(self._times(hidden, layer.widen))
            hidden = _normed(hidden + self._times(wide, layer.narrow), layer.norm)
        pooled = [hidden[g.start : g.end].view(g.texts, g.length, -1).mean(dim=1) for g in groups]
        return functional.normalize(torch.cat(pooled), dim=1)

    def _embedded(self, texts: Sequence[Sequence[int]]) -> Tensor:
        ids = torch.tensor([token for text in texts for token in text])
        places = torch.tensor([place for text in texts for place in range(len(text))])
        return functional.pad(self.words[ids] + self.places[places], (0, 0, 0, -len(ids) % _ROUND if len(texts) > 1 else 0))

    def _attention(self, hidden: Tensor, layer: _Layer, groups: Sequence[_Group]) -> Tensor:
        every = self._times(hidden, layer.attend)
        mixed = torch.zeros(hidden.shape, dtype=every.dtype)
        for g in groups:
            split = every[g.start : g.end].view(g.texts, g.length, 3, self.heads, -1)
            query, key, value = split.permute(2, 0, 3, 1, 4)
            attended = functional.scaled_dot_product_attention(query, key, value)
            mixed[g.start : g.end] = attended.transpose(1, 2).reshape(g.texts * g.length, -1)
        return self._times(mixed, layer.project)

    def _times(self, hidden: Tensor, weights: tuple[Tensor, Tensor]) -> Tensor:
        return functional.linear(hidden.to(self.dtype), *weights)


def _groups(lengths: Sequence[int]) -> list[_Group]:
    groups, start = [], 0
    for length, same in groupby(lengths):
        groups.append(_Group(start, len(list(same)), length))
        start = groups[-1].end
    return groups


def _normed(hidden: Tensor, weights: tuple[Tensor, Tensor]) -> Tensor:
    return functional.layer_norm(hidden, hidden.shape[-1:], *weights, eps=_EPSILON)


def _pair(weights: dict[str, Tensor], name: str) -> tuple[Tensor, Tensor]:
    return weights[f"{name}.weight"], weights[f"{name}.bias"]


def _layer(weights: dict[str, Tensor], name: str, dtype: torch.dtype) -> _Layer:
    def matrix(part: str) -> tuple[Tensor, Tensor]:
        weight, bias = _pair(weights, f"{name}.{part}")
        return weight.to(dtype), bias.to(dtype)

    three = [matrix(f"attention.self.{part}") for part in ("query", "key", "value")]
    return _Layer(
        attend=(torch.cat([weight for weight, _ in three]), torch.cat([bias for _, bias in three])),
        project=matrix("attention.output.dense"),
        attended_norm=_pair(weights, f"{name}.attention.output.LayerNorm"),
        widen=matrix("intermediate.dense"),
        narrow=matrix("output.dense"),
        norm=_pair(weights, f"{name}.output.LayerNorm"),
    )


def fastest_type() -> torch.dtype:
    """The type in which this processor multiplies fastest: bfloat16 where it has tiles for it (AMX), else float32."""
    # With AVX-512's instructions for bfloat16 alone it took 1.5 to 1.9 times as long as float32 (a layer's four matrices times
    # 20 to 1,024 tokens, one thread), and elsewhere it is emulated.
    return torch.bfloat16 if torch.cpu.get_capabilities().get("amx_bf16") else torch.float32
