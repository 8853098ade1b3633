"""What an event loop and its process could add to the times that are taken on it."""

from __future__ import annotations

import asyncio
import time
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_INTERVAL_S = 0.01
_NS_PER_MS = 1e6


@dataclass(frozen=True, slots=True)
class LoopReading:
    """What was measured in one process: each lag of its loop, its time, and its processor time."""

    lags_ms: array[float]
    wall_ns: int
    cpu_ns: int

    @property
    def cpu_share(self) -> float:
        """The share of one core that the process used."""
        return self.cpu_ns / self.wall_ns if self.wall_ns else 0.0

    def stalled_share(self, limit_ms: float) -> float:
        """Return for which share of the time the loop was late by more than ``limit_ms``."""
        stalled_ms = sum(lag for lag in self.lags_ms if lag > limit_ms)
        return stalled_ms * _NS_PER_MS / self.wall_ns if self.wall_ns else 0.0


class LoopWatch:
    """Measures how late the running loop calls back, and the processor time of its process.

    Args:
        has_begun: whether a request has been sent; what happens before that, such as rendering
            all payloads, is in no latency.
        aside_ns: the processor time of threads that the loop does not wait for.
    """

    def __init__(
        self,
        has_begun: Callable[[], bool] = lambda: True,
        aside_ns: Callable[[], int] = lambda: 0,
    ) -> None:
        self._has_begun = has_begun
        self._aside_ns = aside_ns
        self._counts = False
        self._lags_ms: array[float] = array("d")
        self._handle: asyncio.TimerHandle | None = None
        self._due_ns = 0
        self._wall_ns = 0
        self._cpu_ns = 0

    def start(self) -> None:
        """Begin to measure on the running loop, as soon as the run has begun."""
        self._schedule(asyncio.get_running_loop())

    def stop(self) -> None:
        """Measure no more."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        if self._counts:
            self._counts = False
            self._wall_ns = time.perf_counter_ns() - self._wall_ns
            self._cpu_ns = self._used_ns() - self._cpu_ns

    def reading(self) -> LoopReading:
        """Return what was measured until :meth:`stop`."""
        return LoopReading(self._lags_ms, self._wall_ns, self._cpu_ns)

    def _used_ns(self) -> int:
        return time.process_time_ns() - self._aside_ns()

    def _schedule(self, loop: asyncio.AbstractEventLoop) -> None:
        if not self._counts and self._has_begun():
            self._counts = True
            self._wall_ns = time.perf_counter_ns()
            self._cpu_ns = self._used_ns()
        self._due_ns = time.perf_counter_ns() + int(_INTERVAL_S * 1e9)
        self._handle = loop.call_later(_INTERVAL_S, self._tick, loop)

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._counts:
            self._lags_ms.append(max(0, time.perf_counter_ns() - self._due_ns) / _NS_PER_MS)
        self._schedule(loop)
