"""Ends a call whose server says nothing for too long."""

from __future__ import annotations

import asyncio
import math
import time
from typing import Any

_NS = 1e9
_TICK = 0.001
"""Seconds by which the timers of some event loops are early."""


class Silence:
    """Cancels ``rpc`` when ``seconds`` have passed since :meth:`break_` was last called.

    Before its first call, that is ``first`` seconds, if those are fewer.

    The timer is not moved when a message comes, but looks at where things stand when it goes off.
    """

    __slots__ = ("_first", "_heard_ns", "_rpc", "_seconds", "_timer", "is_over", "is_unbroken")

    def __init__(self, rpc: Any, seconds: float, first: float) -> None:
        self._rpc = rpc
        self._seconds = seconds
        self._first = min(first, seconds)
        self.is_unbroken = True
        """Whether nothing was heard yet."""
        self._heard_ns = time.perf_counter_ns()
        self._timer: asyncio.TimerHandle | None = None
        self.is_over = False
        """Whether the call was cancelled."""
        self._wait(self._first)

    def break_(self) -> None:
        """Note that something was heard."""
        self._heard_ns = time.perf_counter_ns()
        if self.is_unbroken:
            self.is_unbroken = False
            if self._timer is None:
                self._wait(self._seconds)

    def stop(self) -> None:
        """Let the call be."""
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        self._timer = None
        seconds = self._first if self.is_unbroken else self._seconds
        left = seconds - (time.perf_counter_ns() - self._heard_ns) / _NS
        if left > 0:
            self._wait(left)
        else:
            self.is_over = True
            self._rpc.cancel()

    def _wait(self, seconds: float) -> None:
        """Look again in ``seconds``; never, if there is no limit."""
        if seconds < math.inf:
            self._timer = asyncio.get_running_loop().call_later(seconds + _TICK, self._look)
