"""Worked examples of one metric."""

from __future__ import annotations

from aiperf.metrics.time_to_first_token import TimeToFirstTokenMetric


def test_it_ends_with_the_first_content(make_record):
    """Content after 100, 150 and 210 ms: 100 ms."""
    assert TimeToFirstTokenMetric().compute(make_record([100, 150, 210])) == 100.0


def test_a_nanosecond_counts(make_record):
    """Content after 1,000,001 ns: 1.000001 ms."""
    assert TimeToFirstTokenMetric().compute(make_record([1.000001])) == 1.000001


def test_a_response_without_content_has_none(make_record):
    """Without content there is no first content."""
    assert TimeToFirstTokenMetric().compute(make_record()) is None
