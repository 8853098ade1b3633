"""A limit of concurrency that grows step by step."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from aiperf.common.share import WHOLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiperf.common.share import Share

_NS = 1_000_000_000


class ConcurrencyRamp:
    """Takes a limit from 1 to ``target`` in steps of one, evenly over ``duration`` seconds.

    The first step above 1 comes after ``duration / (target - 1)``, the last after ``duration``.

    Args:
        target: What the limit is in the end.
        duration: Seconds from :meth:`start` on; ``None`` or 0: the limit is ``target`` at once.
        on_growth: Called with the number of steps after the limit has grown.
        share: Which of the steps are taken, the first one, to 1, included.
    """

    def __init__(
        self,
        target: int,
        duration: float | None,
        on_growth: Callable[[int], None],
        share: Share = WHOLE,
    ) -> None:
        self._target = target
        self._share = share
        self._step_ns = round(duration * _NS / (target - 1)) if duration and target > 1 else 0
        self._on_growth = on_growth
        self._begin_ns = 0
        self._timer: asyncio.TimerHandle | None = None
        self._whole = 1 if self._step_ns else target
        self.limit = share.of(self._whole)

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
        due_ns = self._begin_ns + self._whole * self._step_ns
        left = max(0, due_ns - time.perf_counter_ns()) / _NS
        self._timer = asyncio.get_running_loop().call_later(left, self._grow)

    def _grow(self) -> None:
        """Take all steps whose time has come; a timer may be early, or late by several."""
        passed_ns = time.perf_counter_ns() - self._begin_ns
        self._whole = max(self._whole, min(self._target, 1 + passed_ns // self._step_ns))
        steps = self._share.of(self._whole) - self.limit
        if steps > 0:
            self.limit += steps
            self._on_growth(steps)
        if self._whole < self._target:
            self._wait()
