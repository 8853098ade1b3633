"""A run's context, its records and its result, as exporters get them."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import Any

import pytest

from aiperf.common.config import OutputConfig
from aiperf.common.models import (
    PROFILING,
    ClockAnchor,
    ErrorCount,
    ErrorDetails,
    RequestRecord,
    RunResult,
    Statistics,
)

ANCHOR = ClockAnchor(wall_ns=1_700_000_000_000_000_000, perf_ns=5_000_000_000)
PROVENANCE = {
    "command": ["aiperf", "profile", "--model", "a, b"],
    "implementations": [{"factory": "endpoint", "identifier": "openai_chat", "sha256": "00ff"}],
    "overrides": {"endpoint.chat": "openai_chat"},
    "disabled": [],
    "nothing": None,
}
UNITS = {"request_latency": "ms", "inter_chunk_latency": "ms", "output_token_count": "tokens"}


@dataclass
class Context:
    """What is known before the first request."""

    config: dict[str, Any] = field(default_factory=lambda: {"model": "m"})
    provenance: dict[str, Any] = field(default_factory=lambda: PROVENANCE)

    @property
    def description(self):
        """What the run computes: nothing."""
        return {"metrics": [], "objectives": []}

    def to_wall(self, perf_ns):
        return ANCHOR.to_wall(perf_ns)

    def unit_of(self, tag):
        return UNITS[tag]


LATENCY = Statistics(
    tag="request_latency",
    header="Request Latency",
    unit="ms",
    avg=12.5,
    count=4,
    min=10.0,
    max=1234.5678912,
    std=0.25,
    sum=50.0,
    percentiles={
        1: 1.5,
        5: 5.5,
        10: 10.5,
        25: 25.5,
        50: 50.5,
        75: 75.5,
        90: 90.5,
        95: 95.5,
        99: 99,
    },
)
THROUGHPUT = Statistics(
    tag="request_throughput", header="Request Throughput", unit="requests/sec", avg=2.25
)
COUNT = Statistics(tag="request_count", header="Request Count", unit="requests", avg=4.0)
ERRORS = (
    ErrorCount(ErrorDetails("HTTPStatusError", "503 Service Unavailable", 503), 2),
    ErrorCount(ErrorDetails("ConnectError", "refused"), 1),
)


@pytest.fixture
def context():
    """Give the context of a run."""
    return Context()


@pytest.fixture
def output(tmp_path):
    """Give the configuration of a directory that does not exist yet."""
    return OutputConfig(tmp_path / "artifacts" / "run")


@pytest.fixture
def make_result():
    """Give the function that makes a run's result, with some fields changed."""

    def make(**changes):
        fields = {
            "statistics": (LATENCY, THROUGHPUT, COUNT),
            "errors": ERRORS,
            "anchor": ANCHOR,
            "start_ns": 5_000_000_000,
            "end_ns": 6_500_000_000,
            "was_cancelled": False,
            "config": {"model": "m"},
            "provenance": PROVENANCE,
            "client_health": {"event_loop_lag_ms": {"p99": 0.5}},
            "warnings": ("the client was busy",),
        }
        return RunResult(**(fields | changes))

    return make


@pytest.fixture
def make_record():
    """Give the function that makes a valid record, with some fields changed."""

    def make(**changes):
        fields = {
            "session_num": 3,
            "x_request_id": "request-3",
            "x_correlation_id": "session-3",
            "conversation_id": "session_000003",
            "turn_index": 0,
            "phase": PROFILING,
            "start_ns": 5_000_000_100,
            "ack_ns": 5_000_000_200,
            "end_ns": 5_000_000_300,
            "scheduled_ns": None,
            "content_ns": array("q"),
            "metrics": {"request_latency": 12.5, "inter_chunk_latency": [1.5, 2.5]},
        }
        return RequestRecord(**(fields | changes))

    return make
