"""Worked examples of one metric."""

from __future__ import annotations

import pytest

from aiperf.metrics.time_to_second_token import TimeToSecondTokenMetric


def test_it_is_the_first_gap(make_record):
    """Content after 100, 150 and 210 ms: 150 - 100 = 50 ms."""
    assert TimeToSecondTokenMetric().compute(make_record([100, 150, 210])) == 50.0


@pytest.mark.parametrize("content_ms", [[], [100]])
def test_it_needs_two_chunks(make_record, content_ms):
    """With fewer than two content chunks there is no second one."""
    assert TimeToSecondTokenMetric().compute(make_record(content_ms)) is None
