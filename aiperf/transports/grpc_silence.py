"""Ends a call whose server says nothing for too long."""

from __future__ import annotations

import asyncio
import time
from typing import Any

_NS = 1e9
_TICK = 0.001
"""Seconds by which the timers of some event loops are early."""


class Silence:
    """Cancels ``rpc`` when ``seconds`` have passed since :meth:`break_` was last called.

    The timer is not moved when a message comes, but looks at where things stand when it goes off.
    """

    __slots__ = ("_heard_ns", "_rpc", "_seconds", "_timer", "is_over")

    def __init__(self, rpc: Any, seconds: float) -> None:
        self._rpc = rpc
        self._seconds = seconds
        self._heard_ns = time.perf_counter_ns()
        self._timer = asyncio.get_running_loop().call_later(seconds + _TICK, self._look)
        self.is_over = False
        """Whether the call was cancelled."""

    def break_(self) -> None:
        """Note that something was heard."""
        self._heard_ns = time.perf_counter_ns()

    def stop(self) -> None:
        """Let the call be."""
        self._timer.cancel()

    def _look(self) -> None:
        left = self._seconds - (time.perf_counter_ns() - self._heard_ns) / _NS
        if left > 0:
            self._timer = asyncio.get_running_loop().call_later(left + _TICK, self._look)
        else:
            self.is_over = True
            self._rpc.cancel()
