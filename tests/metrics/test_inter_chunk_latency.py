"""Worked examples of one metric."""

from __future__ import annotations

import pytest

from aiperf.metrics.inter_chunk_latency import InterChunkLatencyMetric


def test_it_has_every_gap_in_order(make_record):
    """Content after 100, 150 and 210 ms: gaps of 50 and 60 ms."""
    assert InterChunkLatencyMetric().compute(make_record([100, 150, 210])) == [50.0, 60.0]


def test_chunks_of_one_read_have_no_gap(make_record):
    """Two chunks that arrived together, and a third 8 ms later: 0 and 8 ms."""
    assert InterChunkLatencyMetric().compute(make_record([20, 20, 28])) == [0.0, 8.0]


@pytest.mark.parametrize("content_ms", [[], [100]])
def test_it_needs_two_chunks(make_record, content_ms):
    """Fewer than two chunks have no gap."""
    assert InterChunkLatencyMetric().compute(make_record(content_ms)) is None
