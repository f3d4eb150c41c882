"""A language model with random weights, made on the spot: it says nonsense, fast, through all the real machinery."""

from collections.abc import Mapping
from pathlib import Path

TEXTS = (
    "Fluconazole is a strong inhibitor of CYP2C9 and a moderate inhibitor of CYP3A4.",
    "Warfarin is metabolised by CYP2C9; grapefruit juice may raise the exposure to simvastatin.",
    '{"entities": [{"name": "warfarin", "type": "Drug", "sentences": [1, 2]}], "relations": [], "aliases": []}',
    "Answer with JSON of this schema, and with nothing else. Document: Under the heading: [0] [1] [2]",
)
TEMPLATE = (
    "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
NO_SYSTEM = "{% if messages[0].role == 'system' %}{{ raise_exception('no system turn') }}{% endif %}" + TEMPLATE
SPECIAL = ["<|start|>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>"]


def make_model(
    folder: Path,
    *,
    seed: int = 0,
    context: int = 8192,
    template: str = TEMPLATE,
    wishes: Mapping[str, float] | None = None,
) -> Path:
    """A model of 2 layers in a folder.

    Parameters
    ----------
    seed
        Of the weights; each seed says other nonsense.
    context
        Tokens that it reads and writes at most.
    wishes
        How much more it likes any token that begins so, in units of its scores: `{"[": 50}` opens lists for ever if it may.
    """
    import torch
    from transformers import PhiConfig, PhiForCausalLM, PreTrainedTokenizerFast

    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=_tokenizer(), bos_token="<|start|>", eos_token="<|end|>", additional_special_tokens=SPECIAL[1:4]
    )
    tokenizer.chat_template = template or None
    torch.manual_seed(seed)
    config = PhiConfig(
        vocab_size=len(tokenizer) + 24,  # as in real models, the scores are padded beyond the vocabulary
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=context,
        initializer_range=0.3,  # large weights, so that what it says depends on what it read
    )
    model = PhiForCausalLM(config)
    with torch.no_grad():
        for start, wish in (wishes or {}).items():
            liked = [n for n in range(len(tokenizer)) if tokenizer.decode([n]).startswith(start)]
            model.lm_head.bias[liked] += wish
    tokenizer.save_pretrained(folder)
    model.save_pretrained(folder)
    return folder


def _tokenizer() -> "tokenizers.Tokenizer":  # noqa: F821  # heavy, and imported where it is used
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=600,
        special_tokens=SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(TEXTS, trainer)
    return tokenizer
