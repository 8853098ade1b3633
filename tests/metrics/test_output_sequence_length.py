"""Worked examples of one metric."""

from __future__ import annotations

import pytest

from aiperf.metrics.output_sequence_length import OutputSequenceLengthMetric


@pytest.mark.parametrize(
    ("output", "reasoning", "expected"),
    [(30, 12, 42), (30, None, 30), (None, 12, 12), (0, 0, 0), (None, None, None)],
)
def test_it_is_the_sum_of_what_was_counted(make_record, output, reasoning, expected):
    """Output and reasoning tokens together; nothing if neither was counted."""
    record = make_record(output_tokens=output, reasoning_tokens=reasoning)
    assert OutputSequenceLengthMetric().compute(record) == expected
