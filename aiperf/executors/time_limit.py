"""Ends a phase that has lasted long enough."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiperf.common.config import LoadConfig


class TimeLimit:
    """Lets nothing start after a phase's duration, and cancels later what is still under way.

    Args:
        load: The duration, and the grace period after it.
        close: Starts nothing more.
        cancel: Cancels what is under way.
    """

    def __init__(
        self, load: LoadConfig, *, close: Callable[[], None], cancel: Callable[[], None]
    ) -> None:
        self._duration = load.benchmark_duration
        self._grace_period = load.grace_period
        self._close_phase = close
        self._cancel_phase = cancel
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin to count, on the running event loop."""
        if self._duration is not None:
            self._timer = asyncio.get_running_loop().call_later(self._duration, self._end)

    def stop(self) -> None:
        """End nothing any more."""
        if self._timer is not None:
            self._timer.cancel()

    def _end(self) -> None:
        """Start nothing more."""
        self._close_phase()
        if self._grace_period != math.inf:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._grace_period, self._cancel_phase)
