"""A timer for one moment at a time."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_NS = 1e9
_TICK_S = 0.001
"""Event loops count time in milliseconds; a shorter wait than this may be none at all."""


class Deadline:
    """Calls ``callback`` as soon as a moment has come, never before it.

    Belongs to the event loop that runs when it is made.
    """

    def __init__(self, callback: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._callback = callback
        self._due_ns = 0
        self._timer: asyncio.TimerHandle | None = None

    def set(self, due_ns: int) -> None:
        """Call at ``due_ns``, a reading of ``perf_counter_ns``, and at no moment set before."""
        if self._timer is not None:
            self._timer.cancel()
        self._due_ns = due_ns
        left_s = (due_ns - time.perf_counter_ns()) / _NS
        self._timer = self._loop.call_later(max(left_s, _TICK_S), self._fire)

    def _fire(self) -> None:
        self._timer = None
        if time.perf_counter_ns() < self._due_ns:  # a loop's clock is coarse
            self.set(self._due_ns)
        else:
            self._callback()
