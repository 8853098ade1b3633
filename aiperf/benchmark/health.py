"""Whether the client was the bottleneck: its loop's lag, its share of a core, late starts."""

from __future__ import annotations

import asyncio
import time
from array import array
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aiperf.common.models import Statistics

_INTERVAL_S = 0.01
_BUSY_SHARE = 0.8
_LAG_SHARE = 0.05
_LEAST_LAG_MS = 2.0
"""Below this, lag is the granularity of the loop's own timers."""
_STALLED_SHARE = 0.01
"""So much of a run may be held up: from more, percentile 99 of a latency may be the client's."""


class ClientHealth:
    """Measures, while a run goes on, what the client's own process could add to the numbers.

    Args:
        has_begun: whether a request has been sent; what the client does before that, such as
            rendering all payloads, is in no latency.
    """

    def __init__(self, has_begun: Callable[[], bool] = lambda: True) -> None:
        self._has_begun = has_begun
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
            self._cpu_ns = time.process_time_ns() - self._cpu_ns

    def summary(self) -> dict[str, Any]:
        """Return the evidence, JSON-ready: lag in milliseconds, CPU as a share of one core."""
        lags = sorted(self._lags_ms)
        return {
            "cpu_share": self._cpu_ns / self._wall_ns if self._wall_ns else 0.0,
            "loop_lag_ms": {
                "p50": lags[len(lags) // 2],
                "p99": lags[min(len(lags) - 1, int(len(lags) * 0.99))],
                "max": lags[-1],
                "count": len(lags),
            }
            if lags
            else None,
        }

    def warnings(self, statistics: Sequence[Statistics]) -> tuple[str, ...]:
        """Return a sentence for each way in which the client could have moved the numbers."""
        summary = self.summary()
        found = []
        share = summary["cpu_share"]
        if share >= _BUSY_SHARE:
            found.append(
                f"The client used {share:.0%} of a core: throughput may be limited by the client, "
                "and latencies may contain its own delays. Lower the load, or give it a core of "
                "its own."
            )
        fastest = _shortest_latency(statistics)
        if fastest is None:
            return tuple(found)
        limit = max(_LEAST_LAG_MS, _LAG_SHARE * fastest.avg)
        stalled = self._stalled_share(limit)
        if stalled > _STALLED_SHARE:
            found.append(
                f"The client's event loop was late by more than {limit:.1f} ms for {stalled:.1%} "
                f"of the run (at most {max(self._lags_ms):.1f} ms at a time), beside a mean "
                f"{fastest.header} of {fastest.avg:.1f} ms: that share of the latencies, and so "
                "their highest percentiles, may contain the client's own delays. Lower the load, "
                "or give the client a core of its own."
            )
        late = next((each for each in statistics if each.tag == "schedule_lag"), None)
        if late is not None and late.percentiles.get(99, 0.0) > limit:
            found.append(
                f"Requests started late: {late.percentiles[99]:.1f} ms after their scheduled time "
                "at p99, so the load was not quite the one that was asked for. Lower the rate, or "
                "raise --concurrency if it holds requests back."
            )
        return tuple(found)

    def _stalled_share(self, limit_ms: float) -> float:
        """Return for which share of the run the loop was late by more than ``limit_ms``."""
        stalled_ms = sum(lag for lag in self._lags_ms if lag > limit_ms)
        return stalled_ms * 1e6 / self._wall_ns if self._wall_ns else 0.0

    def _schedule(self, loop: asyncio.AbstractEventLoop) -> None:
        if not self._counts and self._has_begun():
            self._counts = True
            self._wall_ns = time.perf_counter_ns()
            self._cpu_ns = time.process_time_ns()
        self._due_ns = time.perf_counter_ns() + int(_INTERVAL_S * 1e9)
        self._handle = loop.call_later(_INTERVAL_S, self._tick, loop)

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._counts:
            self._lags_ms.append(max(0, time.perf_counter_ns() - self._due_ns) / 1e6)
        self._schedule(loop)


def _shortest_latency(statistics: Sequence[Statistics]) -> Statistics | None:
    """Return the shortest latency that the run reports, which lag would distort the most."""
    latencies = [
        each
        for each in statistics
        if each.tag in ("time_to_first_token", "request_latency") and each.avg > 0
    ]
    return min(latencies, key=lambda each: each.avg, default=None)
