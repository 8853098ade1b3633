"""A limit of concurrency that grows step by step."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_NS = 1_000_000_000


class ConcurrencyRamp:
    """Takes a limit from 1 to ``target`` in steps of one, evenly over ``duration`` seconds.

    The first step above 1 comes after ``duration / (target - 1)``, the last after ``duration``.

    Args:
        target: What the limit is in the end.
        duration: Seconds from :meth:`start` on; ``None`` or 0: the limit is ``target`` at once.
        on_growth: Called with the number of steps after the limit has grown.
    """

    def __init__(
        self, target: int, duration: float | None, on_growth: Callable[[int], None]
    ) -> None:
        self._target = target
        self._step_ns = round(duration * _NS / (target - 1)) if duration and target > 1 else 0
        self._on_growth = on_growth
        self._begin_ns = 0
        self._timer: asyncio.TimerHandle | None = None
        self.limit = 1 if self._step_ns else target

    def start(self) -> None:
        """Begin to grow, on the running event loop."""
        if self._step_ns:
            self._begin_ns = time.perf_counter_ns()
            self._wait()

    def stop(self) -> None:
        """Grow no more."""
        if self._timer is not None:
            self._timer.cancel()

    def _wait(self) -> None:
        due_ns = self._begin_ns + self.limit * self._step_ns
        left = max(0, due_ns - time.perf_counter_ns()) / _NS
        self._timer = asyncio.get_running_loop().call_later(left, self._grow)

    def _grow(self) -> None:
        """Take all steps whose time has come; a timer may be early, or late by several."""
        passed_ns = time.perf_counter_ns() - self._begin_ns
        steps = min(self._target, 1 + passed_ns // self._step_ns) - self.limit
        if steps > 0:
            self.limit += steps
            self._on_growth(steps)
        if self.limit < self._target:
            self._wait()
