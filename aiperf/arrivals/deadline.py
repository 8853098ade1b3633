"""A timer for one moment at a time."""

from __future__ import annotations

import asyncio
import os
import time
import weakref
from contextlib import suppress
from typing import TYPE_CHECKING

from aiperf.arrivals import timer_fd

if TYPE_CHECKING:
    from collections.abc import Callable

_NS = 1e9
_TICK_S = 0.001
"""Event loops count time in milliseconds; a shorter wait than this may be none at all."""


class Deadline:
    """Calls a method as soon as a moment has come, never before it.

    It is late by less than a tenth of a millisecond where the operating system has such timers and
    the event loop is idle, and otherwise by up to one more millisecond. It belongs to the event
    loop that runs when it is made, and does not keep the method's object alive.
    """

    def __init__(self, method: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._method = weakref.WeakMethod(method)
        self._due_ns = 0
        self._timer: asyncio.TimerHandle | None = None
        self._fd = timer_fd.create()
        if self._fd is not None:
            fire = weakref.WeakMethod(self._fire)
            try:
                self._loop.add_reader(self._fd, _call, fire)
            except NotImplementedError:  # not every event loop has readers
                os.close(self._fd)
                self._fd = None
            else:
                weakref.finalize(self, _close, self._loop, self._fd)

    def set(self, due_ns: int) -> None:
        """Call at ``due_ns``, a reading of ``perf_counter_ns``, and at no moment set before."""
        self._due_ns = due_ns
        if self._fd is not None:
            timer_fd.set_time(self._fd, due_ns)
            return
        if self._timer is not None:
            self._timer.cancel()
        left_s = (due_ns - time.perf_counter_ns()) / _NS
        self._timer = self._loop.call_later(max(left_s, _TICK_S), self._fire)

    def _fire(self) -> None:
        self._timer = None
        if self._fd is not None:
            with suppress(BlockingIOError):  # it was set anew between the two
                os.read(self._fd, 8)
        if time.perf_counter_ns() < self._due_ns:
            self.set(self._due_ns)
        else:
            _call(self._method)


def _call(method: weakref.WeakMethod[Callable[[], None]]) -> None:
    found = method()
    if found is not None:
        found()


def _close(loop: asyncio.AbstractEventLoop, fd: int) -> None:
    if not loop.is_closed():
        loop.remove_reader(fd)
    os.close(fd)
