"""Whether the client was the bottleneck: its loops' lag, their share of a core, late starts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiperf.common.loop_watch import LoopWatch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aiperf.common.loop_watch import LoopReading
    from aiperf.common.models import Statistics

_BUSY_SHARE = 0.8
_LEAST_NS = 50_000_000
"""In a shorter run the share of a core is that of its beginning and its end, not of a load."""
_LAG_SHARE = 0.05
_LEAST_LAG_MS = 2.0
"""Below this, lag is the granularity of the loop's own timers."""
_STALLED_SHARE = 0.01
"""So much of a run may be held up: from more, percentile 99 of a latency may be the client's."""


class ClientHealth(LoopWatch):
    """Measures, while a run goes on, what the client's own processes could add to the numbers.

    Args:
        has_begun: whether a request has been sent; what the client does before that, such as
            rendering all payloads, is in no latency.
        aside_ns: the processor time of threads that no time waits for.
    """

    def __init__(
        self,
        has_begun: Callable[[], bool] = lambda: True,
        aside_ns: Callable[[], int] = lambda: 0,
    ) -> None:
        super().__init__(has_begun, aside_ns)
        self.elsewhere: tuple[LoopReading, ...] = ()
        """What was measured where the load was generated, if that was not this process.

        The worst of them counts then, and not what this process did, which took no times.
        """

    def summary(self) -> dict[str, Any]:
        """Return the evidence, JSON-ready: lag in milliseconds, CPU as a share of one core."""
        readings = self._readings()
        lags = sorted(max(readings, key=lambda each: each.stalled_share(_LEAST_LAG_MS)).lags_ms)
        return {
            "cpu_share": max(each.cpu_share for each in readings),
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
        found = []
        readings = self._readings()
        one = f"One of the client's {len(readings)} processes" if self.elsewhere else "The client"
        share = max(each.cpu_share for each in readings)
        if share >= _BUSY_SHARE and max(each.wall_ns for each in readings) >= _LEAST_NS:
            found.append(
                f"{one} used {share:.0%} of a core: throughput may be limited by the client, "
                f"and latencies may contain its own delays. {self._remedy()}"
            )
        fastest = _shortest_latency(statistics)
        if fastest is None:
            return tuple(found)
        limit = max(_LEAST_LAG_MS, _LAG_SHARE * fastest.avg)
        worst = max(readings, key=lambda each: each.stalled_share(limit))
        stalled = worst.stalled_share(limit)
        if stalled > _STALLED_SHARE:
            found.append(
                f"The client's event loop was late by more than {limit:.1f} ms for {stalled:.1%} "
                f"of the run (at most {max(worst.lags_ms):.1f} ms at a time), beside a mean "
                f"{fastest.header} of {fastest.avg:.1f} ms: that share of the latencies, and so "
                "their highest percentiles, may contain the client's own delays. Lower the load, "
                "or give the client a core of its own."
            )
        late = next((each for each in statistics if each.tag == "schedule_lag"), None)
        if late is not None and late.percentiles.get(99, 0.0) > limit:
            found.append(
                f"Requests started late: {late.percentiles[99]:.1f} ms after their scheduled time "
                "at p99, so the load was not quite the one that was asked for. Lower the rate, or "
                "raise --concurrency or --prefill-concurrency if it holds requests back."
            )
        return tuple(found)

    def _readings(self) -> tuple[LoopReading, ...]:
        return self.elsewhere or (self.reading(),)

    def _remedy(self) -> str:
        if self.elsewhere:
            return "Lower the load, or raise --workers-max if there are cores for more."
        return "Lower the load, give it a core of its own, or use several: --executor processes."


def _shortest_latency(statistics: Sequence[Statistics]) -> Statistics | None:
    """Return the shortest latency that the run reports, which lag would distort the most."""
    latencies = [
        each
        for each in statistics
        if each.tag in ("time_to_first_token", "request_latency") and each.avg > 0
    ]
    return min(latencies, key=lambda each: each.avg, default=None)
