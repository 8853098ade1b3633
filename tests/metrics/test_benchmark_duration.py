"""Worked examples of one metric."""

from __future__ import annotations

from aiperf.metrics.benchmark_duration import BenchmarkDurationMetric


def test_it_is_the_duration_in_seconds(make_run):
    """A run of 4.25 s: 4.25."""
    assert BenchmarkDurationMetric().compute(make_run(duration_s=4.25)) == 4.25


def test_a_run_without_a_valid_response_has_none(make_run):
    """Nothing was measured, so nothing lasted."""
    assert BenchmarkDurationMetric().compute(make_run()) is None
