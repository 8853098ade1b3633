"""Worked examples of one metric."""

from __future__ import annotations

from aiperf.metrics.output_token_throughput_per_user import OutputTokenThroughputPerUserMetric


def test_it_is_the_inverse_of_the_inter_token_latency(make_record):
    """One token each 20 ms is 1 / 0.020 s = 50 tokens a second."""
    record = make_record(metrics={"inter_token_latency": 20.0})
    assert OutputTokenThroughputPerUserMetric().compute(record) == 50.0


def test_tokens_that_all_came_at_once_have_none(make_record):
    """Without time between tokens the speed has no bound, and infinity is no result."""
    record = make_record(metrics={"inter_token_latency": 0.0})
    assert OutputTokenThroughputPerUserMetric().compute(record) is None
