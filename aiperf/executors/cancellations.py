"""Cancels a share of the requests on purpose, as clients do that lose their patience."""

from __future__ import annotations

import asyncio
import random
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiperf.common.models import RawRecord

_POLL_S = 0.001
_NS = 1e9


class Cancellations:
    """Draws which requests are to be cancelled.

    Args:
        percentage: How many of 100, on average.
        delay: How many seconds after its last byte was sent.
        seed: Makes the draw reproducible; ``None``: it differs from run to run.
    """

    def __init__(self, percentage: float, delay: float, seed: int | None) -> None:
        self._share = percentage / 100
        self._rng = random.Random(None if seed is None else f"{seed} cancellation")  # noqa: S311 - a load pattern
        self.delay = delay

    def draw(self, record: RawRecord) -> Cancellation | None:
        """Return how the request of the running task ends early, ``None`` if it does not.

        It is asked once for each request, in the order of their starts.
        """
        if self._rng.random() >= self._share:
            return None
        return Cancellation(record, self.delay)


class Cancellation:
    """Cancels the task that made it, some time after its request was sent.

    A request that takes long to be sent, as for want of a connection, is looked at again and
    again: only a transport knows the moment, and it has nobody to tell.
    """

    def __init__(self, record: RawRecord, delay: float) -> None:
        self._record = record
        self._delay_ns = round(delay * _NS)
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._timer: asyncio.Handle = self._loop.call_soon(self._look)
        self.has_come = False
        self.why = f"--request-cancellation-rate chose it, {delay:g} s after it was sent"

    def withdraw(self) -> bool:
        """Say that the request has ended.

        Returns:
            Whether it was cancelled by this, and the task has nothing else to end for.
        """
        self._timer.cancel()
        if not self.has_come or self._task is None:
            return False
        return self._task.uncancel() == 0

    def _look(self) -> None:
        sent_ns = self._record.sent_ns
        if not sent_ns:
            self._timer = self._loop.call_later(_POLL_S, self._look)
            return
        left_ns = sent_ns + self._delay_ns - time.perf_counter_ns()
        if left_ns > 0:
            self._timer = self._loop.call_later(max(left_ns / _NS, _POLL_S), self._look)
        elif self._task is not None:
            self.has_come = True
            self._task.cancel()


def is_cancellation(error: BaseException) -> bool:
    """Return whether ``error`` ends the task, rather than being the transport's own doing."""
    if isinstance(error, asyncio.CancelledError):
        task = asyncio.current_task()
        return task is None or task.cancelling() > 0
    return isinstance(error, KeyboardInterrupt | GeneratorExit)
