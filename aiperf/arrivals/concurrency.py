"""A closed loop: the next conversation starts when one of those under way has ended."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, ClassVar, Literal

from aiperf.common.concurrency_ramp import ConcurrencyRamp
from aiperf.common.errors import ConfigError

if TYPE_CHECKING:
    import random

    from aiperf.common.config import LoadConfig


class ConcurrencyArrival:
    """Keeps ``config.concurrency`` conversations under way.

    Who asks first after a release gets the slot, even if others have waited for longer: a caller
    that releases and acquires again at once never waits. With a ``concurrency_ramp_duration``
    there is one slot when the first asks, and a further one in even steps.

    Raises:
        ConfigError: ``config.concurrency`` is less than 1.
    """

    shares: ClassVar[Literal["slots", "times"]] = "slots"

    def __init__(self, *, config: LoadConfig, rng: random.Random) -> None:
        del rng  # nothing here is left to chance
        if config.concurrency < 1:
            raise ConfigError(
                f"--concurrency must be at least 1, not {config.concurrency}",
                option="--concurrency",
            )
        duration = config.concurrency_ramp_duration
        self._ramp = ConcurrencyRamp(config.concurrency, duration, self._add, config.share)
        self._free = self._ramp.limit
        self._has_begun = not duration
        self._waiters: deque[asyncio.Future[None]] = deque()
        self._is_waking = False

    async def acquire(self) -> int | None:
        """Wait for a free slot and take it.

        Returns:
            ``None``: a closed loop has no schedule.
        """
        if not self._has_begun:
            self._has_begun = True
            self._ramp.start()
        while not self._free:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            try:
                await waiter
            except asyncio.CancelledError:
                if waiter.done() and not waiter.cancelled():
                    self._wake_later()  # it was this one's turn: somebody else's now
                raise
        self._free -= 1
        return None

    def release(self) -> None:
        """Give a slot back."""
        self._add(1)

    def _add(self, slots: int) -> None:
        """Let so many more start."""
        self._free += slots
        if self._waiters:
            self._wake_later()

    def _wake_later(self) -> None:
        """Look for waiters after everything that is about to run has had its chance."""
        if not self._is_waking:
            self._is_waking = True
            asyncio.get_running_loop().call_soon(self._wake)

    def _wake(self) -> None:
        """Wake as many waiters as there are free slots."""
        self._is_waking = False
        wanted = self._free
        while wanted and self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)
                wanted -= 1
