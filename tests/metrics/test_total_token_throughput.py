"""Worked examples of one metric."""

from __future__ import annotations

import pytest

from aiperf.metrics.total_token_throughput import TotalTokenThroughputMetric

TOTALS = {"input_sequence_length": 5500.0, "output_sequence_length": 1280.0}


def test_it_is_input_and_output_tokens_by_duration(make_run):
    """(5,500 + 1,280) tokens in 4 s: 1,695 tokens a second."""
    run = make_run(duration_s=4.0, totals=TOTALS)
    assert TotalTokenThroughputMetric().compute(run) == 1695.0


@pytest.mark.parametrize("missing", TOTALS)
def test_half_of_the_tokens_is_no_total(make_run, missing):
    """Where one kind of token was not counted, the sum would be wrong."""
    totals = {tag: value for tag, value in TOTALS.items() if tag != missing}
    assert TotalTokenThroughputMetric().compute(make_run(duration_s=4.0, totals=totals)) is None


def test_a_run_without_duration_has_none(make_run):
    """A run without a valid response has no duration to divide by."""
    assert TotalTokenThroughputMetric().compute(make_run(totals=TOTALS)) is None
