"""What calls cost, in US dollars: `LLM_PRICE` where it is set, else the price list of the package genai-prices.

A price that nobody knows is None, never zero.
"""

from dataclasses import dataclass

from graph_builder.settings import Settings

MILLION = 1_000_000
_OWN = "transformers"
"""The provider that is this machine: its calls cost nothing."""
_OWN_SERVERS = ("ollama", "vllm")
"""Providers that serve other providers' models at a price that only their owner knows."""


@dataclass(frozen=True, slots=True)
class Prices:
    """The prices of one model."""

    model: str
    stated: tuple[float, float] | None = None

    @classmethod
    def of(cls, settings: Settings) -> "Prices":
        """The prices of the model that the settings name."""
        return cls(settings.llm_model, settings.price)

    @property
    def known(self) -> bool:
        """Whether calls of this model have a price."""
        return self.dollars(MILLION, MILLION) is not None

    def dollars(self, input_tokens: int, output_tokens: int, cached_tokens: int = 0) -> float | None:
        """The price of a call; ``cached_tokens`` are those of its ``input_tokens`` that came from the provider's prompt cache."""
        if self.stated:
            return (input_tokens * self.stated[0] + output_tokens * self.stated[1]) / MILLION
        provider, _, model = self.model.partition(":")
        if provider == _OWN:
            return 0.0
        return _listed(provider, model, input_tokens, output_tokens, cached_tokens)


def _listed(provider: str, model: str, input_tokens: int, output_tokens: int, cached_tokens: int) -> float | None:
    try:
        from genai_prices import Usage, calc_price  # noqa: PLC0415  # an optional extra
    except ImportError:
        return None
    usage = Usage(input_tokens=input_tokens, output_tokens=output_tokens, cache_read_tokens=cached_tokens)
    family, _, _ = provider.partition("-")  # "openai-chat" and "google-gla" are ways to call "openai" and "google"
    for known_provider in (family,) if family in _OWN_SERVERS else (family, None):
        try:
            return float(calc_price(usage, model, provider_id=known_provider).total_price)
        except LookupError:
            continue
    return None
