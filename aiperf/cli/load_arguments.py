"""From the options that say how much load there is to its configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiperf.common.config import LoadConfig

if TYPE_CHECKING:
    from collections.abc import Mapping

_LEAST_REQUESTS = 10


def load_config(chosen: Mapping[str, Any]) -> LoadConfig:
    """Return how much load there is to be, and for how long."""
    count = chosen["request_count"]
    if count is None and chosen["benchmark_duration"] is None:
        count = max(_LEAST_REQUESTS, 2 * chosen["concurrency"])
    return LoadConfig(
        concurrency=chosen["concurrency"],
        request_count=count,
        benchmark_duration=chosen["benchmark_duration"],
        grace_period=chosen["benchmark_grace_period"],
        warmup_request_count=chosen["warmup_request_count"],
    )
