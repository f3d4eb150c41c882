"""The one way to a language model: journal, budget, turn, retries, provider, journal.

    reply(prompt) ─▶ in the journal? ─▶ being asked just now? ─▶ money left? ─▶ turn ─▶ provider ─▶ journal ─▶ Reply

Callers are threads that wait; the calls run on one event loop, so nothing here needs a lock.
"""

import asyncio
import os
import random
import threading
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from graph_builder.errors import ModelError, ModelRefused, ModelThrottled, ModelUnavailable, NotRecorded, SettingsError
from graph_builder.llm import Prompt, Provider, Reply, Usage
from graph_builder.llm.budget import Budget
from graph_builder.llm.journal import FILE, Journal, Recording, key_of, open_recording
from graph_builder.llm.pacing import Pacer
from graph_builder.llm.prices import Prices
from graph_builder.llm.secrets import redacted
from graph_builder.llm.tokens import tokens_of
from graph_builder.settings import Settings

ATTEMPTS = 4
FIRST_PAUSE = 0.5
"""Seconds before the second attempt; doubled for each further one, and blurred so that callers do not knock in step."""
LONGEST_PAUSE = 60.0
"""Seconds. A server that asks for more (`Retry-After`) is not waited for: its message says how long."""
PATIENCE = 600.0
"""Seconds for which a call that comes too soon (HTTP 429) is put off again and again before it fails."""
DRAIN = 20.0
"""Seconds for which `Gateway.stop` waits for the calls under way, which are being paid for."""
_LOOK_AGAIN = 0.2
"""Seconds between looks at a call that another process is making."""

_Result = TypeVar("_Result")


class Gateway:
    """A model with a count of what it was asked."""

    def __init__(self, line: "_Line", budget: Budget) -> None:
        self.name = line.name
        self._line = line
        self._budget = budget
        self._under_way: set[asyncio.Task[Reply]] = set()

    def __repr__(self) -> str:
        return f"Gateway({self.name!r})"

    @classmethod
    def open(cls, settings: Settings, *, replay: Path | None = None, silent: bool = False) -> "Gateway":
        """The model of the settings, with the journal in their home folder; or a journal alone, as `open_model` says.

        Raises
        ------
        SettingsError
            There is no such provider, its package is not installed, or its key is not set.
        InputError
            ``replay`` is no journal.
        """
        prices = Prices.of(settings)
        if replay:
            return cls(_Line(settings, None, open_recording(replay)), Budget(prices))
        journal = Journal(Path(settings.home).expanduser() / FILE)
        line = _Line(settings, None if silent else _provider(settings), journal)
        return cls(line, Budget(prices, longest=journal.longest(settings.llm_model)))

    @property
    def at_once(self) -> int:
        """How many prompts it is worth to put side by side."""
        return self._line.pacer.at_once

    @property
    def usage(self) -> Usage:
        """What was asked through this object and those metered from it."""
        return self._budget.usage

    def metered(self, *, most_dollars: float | None = None) -> "Gateway":
        """As `LanguageModel.metered`; this one counts on."""
        return Gateway(self._line, self._budget.part(most_dollars))

    def reply(self, prompt: Prompt) -> Reply:
        """As `LanguageModel.reply`."""
        return _on_loop(self._reply(prompt))

    def recorded(self, prompt: Prompt) -> bool:
        """Whether the journal holds the answer."""
        return self._line.recording.recall(self._line.key(prompt)) is not None

    def stop(self) -> None:
        """No more calls; those under way have `DRAIN` seconds to come back, so that what they cost is not lost."""
        self._budget.stopped = True
        try:
            _on_loop(self._drained(DRAIN))
        except BaseException:  # Ctrl-C once more: whoever waits for an answer must not keep the program from ending
            _on_loop(self._drained(0.0))
            raise

    async def _reply(self, prompt: Prompt) -> Reply:
        task = asyncio.create_task(self._line.reply(prompt, self._budget))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return await task

    async def _drained(self, seconds: float) -> None:
        asked = [task for task in self._under_way if not task.done()]
        if asked:
            _, late = await asyncio.wait(asked, timeout=seconds)
            for task in late:
                task.cancel()


class _Line:
    """What all gateways of one model share."""

    def __init__(self, settings: Settings, provider: Provider | None, recording: Recording) -> None:
        self.name = settings.llm_model
        self.recording = recording
        self._provider = provider
        self._max_tokens = settings.llm_max_tokens
        self._asking: dict[str, asyncio.Future[Reply]] = {}
        at_once = 1 if self.name.startswith(_LOCAL) else settings.llm_at_once
        self.pacer = Pacer(
            at_once,
            requests_per_minute=settings.llm_requests_per_minute,
            tokens_per_minute=settings.llm_tokens_per_minute,
        )

    def key(self, prompt: Prompt) -> str:
        """The name of a call in the journal."""
        return key_of(self.name, prompt, max_tokens=self._max_tokens)

    async def reply(self, prompt: Prompt, budget: Budget) -> Reply:
        """The answer from the journal, from whoever is asking the same just now, or from the model."""
        key = self.key(prompt)
        while running := self._asking.get(key):
            await asyncio.wait([running])
        self._asking[key] = asyncio.get_running_loop().create_future()
        try:
            return await self._reply(key, prompt, budget)
        finally:
            self._asking.pop(key).cancel()

    async def _reply(self, key: str, prompt: Prompt, budget: Budget) -> Reply:
        journal = self.recording if isinstance(self.recording, Journal) and self._provider else None
        while journal and journal.asked_elsewhere(key):
            await asyncio.sleep(_LOOK_AGAIN)
        found = self.recording.recall(key)
        if found is not None:
            budget.recalled()
            return found
        if self._provider is None or journal is None:
            raise NotRecorded(
                f"the journal holds no answer of {self.name} to this prompt ({prompt.purpose}): it was recorded with other "
                "documents, settings or another version"
            )
        return await self._ask(key, prompt, self._provider, journal, budget)

    async def _ask(self, key: str, prompt: Prompt, provider: Provider, journal: Journal, budget: Budget) -> Reply:
        tokens = tokens_of(prompt)
        async with budget.held(tokens, most_written=self._max_tokens) as bill:
            try:
                said = await self._patiently(prompt, provider, tokens, partial(self._send, key, prompt, journal, budget))
            except BaseException as error:  # a call that timed out, broke off or was cancelled may yet be billed
                lasting = isinstance(error, ModelError) and not isinstance(error, ModelUnavailable)
                journal.failed(key, free=lasting or isinstance(error, ModelThrottled))
                raise
            reply = bill(replace(said, text=_clean(said.text)))
            journal.answer(key, self.name, prompt, reply)
        return reply

    def _send(self, key: str, prompt: Prompt, journal: Journal, budget: Budget) -> None:
        """Note that a call goes out now, unless all is to be stopped."""
        if budget.stopped:
            raise ModelRefused(f"{self.name} is asked no more: the work was stopped")
        journal.sent(key, self.name, prompt)

    async def _patiently(self, prompt: Prompt, provider: Provider, tokens: int, send: Callable[[], None]) -> Reply:
        """Ask again when the failure may pass: 5xx, a broken connection, no answer in time, and longest for 429."""
        clock = asyncio.get_running_loop().time
        began, failures = clock(), 0
        while True:
            async with self.pacer.turn(tokens):
                send()
                sent = clock()
                try:
                    said = await provider.ask(prompt)
                except ModelUnavailable as error:
                    failures += 1
                    throttled = isinstance(error, ModelThrottled)
                    pause = _pause(failures, error.retry_after)
                    over = clock() + pause - began > PATIENCE if throttled else failures >= ATTEMPTS
                    if over or pause > LONGEST_PAUSE:
                        raise _lasting(error, failures) from None
                    if throttled:
                        self.pacer.throttled(error.retry_after or 0.0, began=sent)
                else:
                    self.pacer.passed()
                    return said
            await asyncio.sleep(pause)


_LOCAL = "transformers:"


def _provider(settings: Settings) -> Provider:
    if settings.llm_model.startswith(_LOCAL):
        from graph_builder.llm import transformers  # noqa: PLC0415  # heavy

        return transformers.open_provider(settings, settings.llm_model.removeprefix(_LOCAL))
    try:
        from graph_builder.llm import hosted  # noqa: PLC0415  # heavy, and an optional extra
    except ImportError as error:
        raise SettingsError(f'LLM_MODEL is set, but {error.name} is not installed: pip install "hoptrace[llm]"') from error
    return hosted.open_provider(settings)


def _pause(failures: int, asked: float | None) -> float:
    """Seconds to wait after so many failures: doubling, blurred, and never less than the server asks."""
    doubled = min(FIRST_PAUSE * 2.0 ** (failures - 1), LONGEST_PAUSE / 2)
    return max(doubled * random.uniform(0.5, 1.5), asked or 0.0)


def _lasting(error: ModelUnavailable, failures: int) -> ModelUnavailable:
    asked = f"; it asks to wait {error.retry_after:g} s" if error.retry_after else ""
    often = f", {failures} times" if failures > 1 else ""
    return type(error)(f"{error}{often}{asked}", error.retry_after)


def _clean(text: str) -> str:
    """An answer that can be kept: without halves of surrogate pairs, and without keys that a server sent back to us."""
    return redacted(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


class _Loop:
    """The one loop on which all calls run: connections that are kept alive belong to the loop that opened them."""

    made: asyncio.AbstractEventLoop | None = None
    making = threading.Lock()

    @classmethod
    def get(cls) -> asyncio.AbstractEventLoop:
        with cls.making:
            if cls.made is None:
                cls.made = asyncio.new_event_loop()
                threading.Thread(target=cls.made.run_forever, name="language model", daemon=True).start()
            return cls.made

    @classmethod
    def forget(cls) -> None:
        """Begin anew in a forked process, which has the loop but not its thread."""
        cls.made, cls.making = None, threading.Lock()


os.register_at_fork(after_in_child=_Loop.forget)


def _on_loop(work: Coroutine[Any, Any, _Result]) -> _Result:
    future = asyncio.run_coroutine_threadsafe(work, _Loop.get())
    try:
        return future.result()
    except BaseException:  # Ctrl-C while waiting: the call need not go on; this does nothing to one that is done
        future.cancel()
        raise
