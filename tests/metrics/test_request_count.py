"""Worked examples of one metric."""

from __future__ import annotations

from aiperf.metrics.request_count import RequestCountMetric


def test_it_counts_valid_requests(make_run):
    """10 valid and 3 failed requests: 10."""
    assert RequestCountMetric().compute(make_run(request_count=10, error_count=3)) == 10
