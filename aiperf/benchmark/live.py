"""How a run goes right now: the rate of the last seconds, and the latest requests' latencies."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from aiperf.common.models import Recent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiperf.benchmark.metrics_engine import MetricsEngine

LATENCIES = {
    "time_to_first_token": "Time to First Token",
    "inter_token_latency": "Inter Token Latency",
    "request_latency": "Request Latency",
}
"""What is shown, by its tag, the most telling first."""

_TOKENS = "output_sequence_length"
_WINDOW_NS = 3_000_000_000
_LATEST = 500
_NS = 1e9


class Live:
    """Looks at what the engine has, a few times a second; costs nothing in between."""

    def __init__(self, engine: MetricsEngine) -> None:
        self._engine = engine
        self._marks: deque[tuple[int, int, float]] = deque()
        self._rows = 0
        self._tokens = 0.0
        self._has_tokens = False

    def recent(self, now_ns: int) -> Recent | None:
        """Return the state at ``now_ns``; ``None`` before the first valid request."""
        engine, table = self._engine, self._engine.records
        tokens = table.since(self._rows, _TOKENS)
        self._rows = len(table)
        self._tokens += sum(tokens)
        self._has_tokens |= bool(tokens)
        self._marks.append((now_ns, engine.request_count, self._tokens))
        while len(self._marks) > 1 and now_ns - self._marks[1][0] >= _WINDOW_NS:
            self._marks.popleft()
        if not engine.request_count:
            return None
        since_ns, count, tokens_then = self._marks[0]
        seconds = max(now_ns - since_ns, 1) / _NS
        first = max(0, self._rows - _LATEST)
        return Recent(
            requests_per_s=(engine.request_count - count) / seconds,
            output_tokens_per_s=(self._tokens - tokens_then) / seconds
            if self._has_tokens
            else None,
            latencies_ms={
                name: _percentiles(values)
                for tag, name in LATENCIES.items()
                if (values := table.since(first, tag))
            },
        )


def _percentiles(values: Sequence[float]) -> tuple[float, float, float]:
    """Return percentiles 50, 90 and 99, each the value at the nearest place."""
    ordered = sorted(values)
    last = len(ordered) - 1
    return ordered[last // 2], ordered[round(last * 0.9)], ordered[round(last * 0.99)]
