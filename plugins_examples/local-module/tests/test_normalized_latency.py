"""The metric, on single requests."""

from __future__ import annotations

from array import array

import pytest
from team_report.normalized_latency import NormalizedLatencyMetric

from aiperf.common.factories import MetricFactory, PluginDiscovery
from aiperf.common.models import RequestRecord


def record(tokens: float) -> RequestRecord:
    """Return a request that took 100 ms and gave this many tokens."""
    return RequestRecord(
        session_num=0,
        x_request_id="",
        x_correlation_id="session",
        conversation_id="",
        turn_index=0,
        phase="profiling",
        start_ns=0,
        ack_ns=0,
        end_ns=100_000_000,
        scheduled_ns=None,
        content_ns=array("q", [100_000_000]),
        metrics={"request_latency": 100.0, "output_sequence_length": tokens},
    )


@pytest.mark.parametrize(("tokens", "expected"), [(1, 100.0), (40, 2.5), (0, None)])
def test_the_value(tokens: float, expected: float | None) -> None:
    """It is the request latency divided by the tokens; without tokens there is none."""
    assert NormalizedLatencyMetric().compute(record(tokens)) == expected


def test_the_registry_says_what_the_class_says() -> None:
    """AIPerf reads the entry before it imports the class, so the two must agree."""
    PluginDiscovery.discover_all()
    (entry,) = MetricFactory.list_implementations("normalized_latency")
    metric = MetricFactory.create_instance("normalized_latency")
    said = {name: getattr(metric, name) for name in ("scope", "unit", "header")}
    assert said.items() <= entry.metadata.items()
    assert metric.tag == entry.class_type
