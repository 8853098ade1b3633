"""An open loop: who waits may start when the schedule says so, whatever the server does."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import deque
from typing import TYPE_CHECKING, ClassVar, Literal

from aiperf.arrivals.deadline import Deadline
from aiperf.common.share import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiperf.common.share import Share

NEVER = sys.maxsize
"""A time that does not come."""


class ScheduledArrival:
    """Lets one caller start at each time of a schedule, which begins with the first call.

    The schedule never waits. All times that have passed meanwhile let somebody start at once, each
    with the time at which it should have been. One timer serves everybody who waits. When the
    schedule has ended, nobody starts any more.

    Args:
        offsets_ns: The schedule: nanoseconds since its beginning, in order.
        share: Which of its times are for callers of this one.
    """

    shares: ClassVar[Literal["slots", "times"]] = "times"

    def __init__(self, offsets_ns: Iterator[int], share: Share = WHOLE) -> None:
        self._offsets_ns = share.take(offsets_ns)
        self.begin_ns = 0
        """When the schedule begins, if not with the first call."""
        self._due_ns = NEVER
        self._returned: deque[int] = deque()
        self._waiters: deque[asyncio.Future[int]] = deque()
        self._deadline: Deadline | None = None

    async def acquire(self) -> int | None:
        """Wait for the next time of the schedule, and return it.

        Raises:
            StopAsyncIteration: The schedule has ended.
        """
        if self._deadline is None:
            self._deadline = Deadline(self._wake)
            self.begin_ns = self.begin_ns or time.perf_counter_ns()
            self._advance()
        if not self._waiters and self._is_due(time.perf_counter_ns()):
            return self._take()
        if self._is_over():
            raise StopAsyncIteration
        waiter: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        if len(self._waiters) == 1:
            self._wait()
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self._returned.append(waiter.result())  # it was this one's turn: somebody else's
                self._wake()
            raise

    def release(self) -> None:
        """Do nothing: a schedule does not wait for what has started to end."""

    def _is_due(self, now_ns: int) -> bool:
        """Return whether somebody may start."""
        return self._due_ns <= now_ns or bool(self._returned)

    def _is_over(self) -> bool:
        """Return whether the schedule has ended."""
        return self._due_ns == NEVER and not self._returned

    def _take(self) -> int:
        """Return the time that is due."""
        if self._returned:
            return self._returned.popleft()
        taken = self._due_ns
        self._advance()
        return taken

    def _advance(self) -> None:
        """Go on to the next time of the schedule."""
        offset_ns = next(self._offsets_ns, None)
        self._due_ns = NEVER if offset_ns is None else self.begin_ns + offset_ns

    def _wake(self) -> None:
        """Let start who may by now, and wait again for the others."""
        now_ns = time.perf_counter_ns()
        waiters = self._waiters
        while waiters:
            if waiters[0].done():  # cancelled
                waiters.popleft()
            elif self._is_due(now_ns):
                waiters.popleft().set_result(self._take())
            elif self._is_over():
                waiters.popleft().set_exception(StopAsyncIteration())
            else:
                self._wait()
                return

    def _wait(self) -> None:
        """Set the timer to the next time of the schedule."""
        if self._deadline is not None and self._due_ns != NEVER:
            self._deadline.set(self._due_ns)
