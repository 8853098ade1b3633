"""Wakes coroutines at exact times.

An event loop's own timers are a millisecond coarse: epoll takes whole milliseconds, and libuv
counts in them. One interval timer of the operating system serves every waiter instead, and is
exact to some tens of microseconds. Where it cannot be had (outside the main thread, or on
Windows) the loop's timers do the work, and waiters wake up to a millisecond late.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from heapq import heappop, heappush
from itertools import count
from time import perf_counter_ns

_SHORTEST = 1e-6  # seconds; zero would disarm the timer


class Pacer:
    """One timer for all that wait. Belongs to the running loop; close it before the loop ends."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._heap: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = count()
        self._armed: int | None = None
        self._handle: asyncio.TimerHandle | None = None
        self._exact = (
            sys.platform != "win32" and threading.current_thread() is threading.main_thread()
        )
        self.stopped = False
        """Whether :meth:`stop` was called; nothing waits any more."""
        if self._exact:
            self._loop.add_signal_handler(signal.SIGALRM, self._fire)

    def at(self, due_ns: int) -> asyncio.Future[None]:
        """Return a future that is done at ``due_ns`` (``perf_counter_ns``), never before.

        It may be completed earlier by its owner, and :meth:`stop` completes it at once.
        """
        future = self._loop.create_future()
        if self.stopped:
            future.set_result(None)
            return future
        heappush(self._heap, (due_ns, next(self._order), future))
        if self._armed is None or due_ns < self._armed:
            self._arm(due_ns)
        return future

    def stop(self) -> None:
        """Wake everything that waits, now and from now on."""
        self.stopped = True
        for _, _, future in self._heap:
            if not future.done():
                future.set_result(None)
        self._heap.clear()

    def close(self) -> None:
        """Stop, and give the timer back."""
        self.stop()
        if self._exact:
            signal.setitimer(signal.ITIMER_REAL, 0)
            self._loop.remove_signal_handler(signal.SIGALRM)
        elif self._handle is not None:
            self._handle.cancel()

    def _arm(self, due_ns: int) -> None:
        self._armed = due_ns
        delay = max((due_ns - perf_counter_ns()) / 1e9, _SHORTEST)
        if self._exact:
            signal.setitimer(signal.ITIMER_REAL, delay)
            return
        if self._handle is not None:
            self._handle.cancel()
        self._handle = self._loop.call_later(delay, self._fire)

    def _fire(self) -> None:
        now = perf_counter_ns()
        heap = self._heap
        while heap and heap[0][0] <= now:
            future = heappop(heap)[2]
            if not future.done():
                future.set_result(None)
        self._armed = None
        if heap:
            self._arm(heap[0][0])
