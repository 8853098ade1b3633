"""Worked examples of one metric."""

from __future__ import annotations

from aiperf.metrics.prefill_throughput_per_user import PrefillThroughputPerUserMetric


def test_it_is_input_tokens_by_time_to_first_token(make_record):
    """550 tokens in 250 ms is 550 / 0.250 s = 2,200 tokens a second."""
    record = make_record(metrics={"input_sequence_length": 550, "time_to_first_token": 250.0})
    assert PrefillThroughputPerUserMetric().compute(record) == 2200.0


def test_a_first_token_without_delay_has_none(make_record):
    """Without time the speed has no bound, and infinity is no result."""
    record = make_record(metrics={"input_sequence_length": 550, "time_to_first_token": 0.0})
    assert PrefillThroughputPerUserMetric().compute(record) is None
