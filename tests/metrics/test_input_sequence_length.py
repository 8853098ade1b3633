"""Worked examples of one metric."""

from __future__ import annotations

import pytest

from aiperf.metrics.input_sequence_length import InputSequenceLengthMetric

COUNTS = {"input_tokens": 550, "output_tokens": 30, "reasoning_tokens": 12}


@pytest.mark.parametrize("count", [0, 1, 77, None])
def test_it_is_the_count_of_its_own_kind(make_record, count):
    """The other kinds of tokens are not in it; what was not counted has no value."""
    record = make_record(**{**COUNTS, "input_tokens": count})
    assert InputSequenceLengthMetric().compute(record) == count
