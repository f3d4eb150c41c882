"""What calls cost, and that they do not cost more than they may.

Before a call its highest price is held back: what it reads, and as much written as it may write (`LLM_MAX_TOKENS`; without such a
limit, twice the longest answer so far). A call that does not fit waits for those under way, whose true prices are mostly lower;
when none is under way, the budget is reached.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

from graph_builder.errors import BudgetReached, SettingsError
from graph_builder.llm import Reply, Usage
from graph_builder.llm.prices import Prices

_FIRST_WRITTEN = 2_000
"""Tokens that an answer is taken to have at least, where nothing limits it."""


class Budget:
    """A count of calls, and of dollars where there is a limit; parts of it count into it too.

    ``longest``: tokens of the longest answer that is known from before.
    """

    def __init__(
        self, prices: Prices, *, most_dollars: float | None = None, whole: "Budget | None" = None, longest: int = 0
    ) -> None:
        self.usage = Usage()
        self._prices = prices
        self._most = most_dollars
        self._whole = whole
        self._held: dict[object, float] = {}
        self._longest: int = whole._longest if whole else longest
        self._stretch: float = whole._stretch if whole else 1.0
        self._settled = asyncio.Event()
        self.stopped = False
        """Whether nothing more is to be asked on this count."""

    def part(self, most_dollars: float | None) -> "Budget":
        """A count of its own that begins at zero, with a limit of its own.

        Raises
        ------
        SettingsError
            There is a limit, and the price is not known.
        """
        if most_dollars is not None and not self._prices.known:
            raise SettingsError(
                f"the price of {self._prices.model} is not known, so a limit in dollars can not be held: set "
                "LLM_PRICE=READ/WRITTEN, dollars for a million tokens, such as LLM_PRICE=0.25/2"
            )
        return Budget(self._prices, most_dollars=most_dollars, whole=self)

    def recalled(self) -> None:
        """Count an answer that came from the journal."""
        self._count(Usage(recalled=1))

    @asynccontextmanager
    async def held(self, tokens: int, *, most_written: int = 0) -> AsyncIterator[Callable[[Reply], Reply]]:
        """Hold back the price of a call for the length of the block, in which what it gives is billed.

        Raises
        ------
        BudgetReached
            It could cost more than is left.
        """
        call = object()
        try:
            for budget in self._all():
                await budget._hold(call, tokens, most_written)
            yield partial(self._bill, tokens)
        finally:
            for budget in self._all():
                budget._held.pop(call, None)
                budget._settled.set()

    def _all(self) -> "list[Budget]":
        """The budget itself and those that it is a part of."""
        return [self, *(self._whole._all() if self._whole else [])]

    async def _hold(self, call: object, tokens: int, most_written: int) -> None:
        while self._most is not None:
            written = most_written or max(2 * self._longest, _FIRST_WRITTEN)
            price = self._prices.dollars(round(self._stretch * tokens), written) or 0.0
            spent = self.usage.dollars or 0.0
            if spent + sum(self._held.values()) + price <= self._most:
                self._held[call] = price
                return
            if not self._held:
                raise BudgetReached(
                    f"${spent:.4f} of ${self._most:g} are spent, and the next call may cost ${price:.4f} with up to {written:,} "
                    "tokens written (LLM_MAX_TOKENS)"
                )
            self._settled.clear()
            await self._settled.wait()

    def _bill(self, tokens: int, reply: Reply) -> Reply:
        used = reply.usage
        dollars = self._prices.dollars(used.input_tokens, used.output_tokens, used.cached_tokens)
        billed = replace(reply, usage=replace(used, dollars=dollars))
        self._learn(used.input_tokens / max(1, tokens), used.output_tokens)
        self._count(billed.usage)
        return billed

    def _learn(self, stretch: float, written: int) -> None:
        """What a call read for each token that we counted, and wrote: the next may read and write as much."""
        self._stretch, self._longest = max(self._stretch, stretch), max(self._longest, written)
        if self._whole:
            self._whole._learn(stretch, written)

    def _count(self, used: Usage) -> None:
        self.usage += used
        if self._whole:
            self._whole._count(used)
