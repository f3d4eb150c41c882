"""How many calls run side by side: as many as allowed, fewer while the provider says 429, more again while it does not.

Additive increase and multiplicative decrease (Chiu and Jain 1989), as TCP finds its share of a line that it can not see.
Requests and tokens per minute, where the settings name them, are leaky buckets. Lives on one event loop.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiolimiter import AsyncLimiter

_MINUTE = 60.0
_SHRINK = 0.5


class Pacer:
    """Gives calls their turn."""

    def __init__(self, at_once: int, *, requests_per_minute: int = 0, tokens_per_minute: int = 0) -> None:
        self.at_once = at_once
        self.limit = float(at_once)
        """How many calls may run now; between 1 and ``at_once``."""
        self._running = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._not_before = 0.0
        self._shrunk_at = 0.0
        self._requests = AsyncLimiter(requests_per_minute, _MINUTE) if requests_per_minute else None
        self._tokens = AsyncLimiter(tokens_per_minute, _MINUTE) if tokens_per_minute else None

    @asynccontextmanager
    async def turn(self, tokens: int) -> AsyncIterator[None]:
        """Wait for a turn for a call of so many tokens, and hold it for the length of the block."""
        await self._enter()
        try:
            await self._until_allowed(tokens)
            yield
        finally:
            self._running -= 1
            self._wake()

    def throttled(self, seconds: float, *, began: float) -> None:
        """A call that began at ``began`` was too much: halve the limit, and let nobody start for some seconds.

        Of many calls that ran side by side and were all refused, only the first halves it.
        """
        now = asyncio.get_running_loop().time()
        self._not_before = max(self._not_before, now + seconds)
        if began >= self._shrunk_at:
            self.limit = max(1.0, self.limit * _SHRINK)
            self._shrunk_at = now

    def passed(self) -> None:
        """A call went through: one more may run side by side after as many as may run now."""
        self.limit = min(float(self.at_once), self.limit + 1 / self.limit)
        self._wake()

    async def _enter(self) -> None:
        while self._running >= int(self.limit):
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                self._wake()  # it may have been woken already: another goes in its place
                raise
        self._running += 1

    async def _until_allowed(self, tokens: int) -> None:
        if self._requests:
            await self._requests.acquire()
        while self._tokens and tokens > 0:
            await self._tokens.acquire(min(tokens, self._tokens.max_rate))
            tokens -= int(self._tokens.max_rate)
        while (pause := self._not_before - asyncio.get_running_loop().time()) > 0:
            await asyncio.sleep(pause)

    def _wake(self) -> None:
        free = int(self.limit) - self._running
        while self._waiting and free > 0:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                free -= 1
