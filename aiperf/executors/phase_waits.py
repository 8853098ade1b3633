"""What the tasks of a phase wait for, no longer than the phase is open."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiperf.executors.waiting_line import WaitingLine

_NS = 1e9
_TICK_S = 0.001
"""Event loops count time in milliseconds; a shorter wait than this may be none at all."""


class PhaseWaits:
    """Lets tasks wait until the phase is closed, which cancels them.

    When it is closed nobody waits, and so whoever comes back from here asks whether it is.
    """

    def __init__(self) -> None:
        self.is_closed = False
        self._tasks: set[asyncio.Task[None]] = set()

    def close(self) -> None:
        """Cancel who waits, and let nobody wait any more."""
        self.is_closed = True
        for task in tuple(self._tasks):
            task.cancel()

    async def until(self, moment_ns: int) -> None:
        """Wait for a ``perf_counter_ns``."""
        me = cast("asyncio.Task[None]", asyncio.current_task())
        while not self.is_closed and (left_ns := moment_ns - time.perf_counter_ns()) > 0:
            self._tasks.add(me)
            try:
                await asyncio.sleep(max(left_ns / _NS, _TICK_S))
            finally:
                self._tasks.discard(me)

    async def in_line(self, line: WaitingLine, may_go_on: Callable[[], bool]) -> None:
        """Wait until something may start, behind everybody who waits for the same already."""
        if self.is_closed or (line.is_empty() and may_go_on()):
            return
        me = cast("asyncio.Task[None]", asyncio.current_task())
        self._tasks.add(me)
        try:
            await line.wait(may_go_on)
        finally:
            self._tasks.discard(me)
