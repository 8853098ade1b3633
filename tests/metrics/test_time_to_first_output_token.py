"""Worked examples of one metric."""

from __future__ import annotations

import pytest

from aiperf.metrics.time_to_first_output_token import TimeToFirstOutputTokenMetric


@pytest.mark.parametrize(("reasoning_chunks", "expected"), [(0, 100.0), (2, 210.0), (3, None)])
def test_it_is_the_first_chunk_after_the_reasoning(make_record, reasoning_chunks, expected):
    """Content after 100, 150 and 210 ms; without reasoning it is the time to first token."""
    record = make_record([100, 150, 210], reasoning_chunks=reasoning_chunks)
    assert TimeToFirstOutputTokenMetric().compute(record) == expected
