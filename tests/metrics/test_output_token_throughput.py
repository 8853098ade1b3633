"""Worked examples of one metric."""

from __future__ import annotations

from aiperf.metrics.output_token_throughput import OutputTokenThroughputMetric


def test_it_is_tokens_by_duration(make_run):
    """1,280 output tokens in 4 s: 320 tokens a second."""
    run = make_run(duration_s=4.0, totals={"output_sequence_length": 1280.0})
    assert OutputTokenThroughputMetric().compute(run) == 320.0


def test_a_run_without_output_tokens_has_none(make_run):
    """Nothing was counted, so there is nothing to divide."""
    assert OutputTokenThroughputMetric().compute(make_run(duration_s=4.0)) is None


def test_a_run_without_duration_has_none(make_run):
    """A run without a valid response has no duration to divide by."""
    run = make_run(totals={"output_sequence_length": 1280.0})
    assert OutputTokenThroughputMetric().compute(run) is None
