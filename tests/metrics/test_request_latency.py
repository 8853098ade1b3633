"""Worked examples of one metric."""

from __future__ import annotations

from aiperf.metrics.request_latency import RequestLatencyMetric


def test_it_ends_with_the_last_content(make_record):
    """Content after 100, 150 and 210 ms, the connection done 5 ms later: 210 ms."""
    assert RequestLatencyMetric().compute(make_record([100, 150, 210])) == 210.0


def test_a_response_that_was_not_streamed_has_one_arrival(make_record):
    """Everything after 42.5 ms: 42.5 ms."""
    assert RequestLatencyMetric().compute(make_record([42.5])) == 42.5


def test_a_response_without_content_has_none(make_record):
    """Without content there is no last content."""
    assert RequestLatencyMetric().compute(make_record()) is None
