"""Worked examples of one metric."""

from __future__ import annotations

import pytest

from aiperf.metrics.inter_token_latency import InterTokenLatencyMetric


def computed(tokens):
    """Return metrics of a request of 210 ms whose first token came after 100 ms."""
    return {
        "request_latency": 210.0,
        "time_to_first_token": 100.0,
        "output_sequence_length": tokens,
    }


def test_it_is_the_mean_over_the_tokens_after_the_first(make_record):
    """(210 - 100) / (12 - 1) = 10 ms, however many chunks the 12 tokens came in."""
    assert InterTokenLatencyMetric().compute(make_record((100, 210), metrics=computed(12))) == 10.0


def test_two_tokens_have_one_gap(make_record):
    """(210 - 100) / (2 - 1) = 110 ms."""
    assert InterTokenLatencyMetric().compute(make_record((100, 210), metrics=computed(2))) == 110.0


@pytest.mark.parametrize("tokens", [0, 1])
def test_it_needs_two_tokens(make_record, tokens):
    """Fewer than two tokens have nothing between them."""
    assert (
        InterTokenLatencyMetric().compute(make_record((100, 210), metrics=computed(tokens))) is None
    )


def test_a_response_that_came_whole_has_no_gap(make_record):
    """All tokens in one chunk say nothing of the time between tokens, least of all that it is 0."""
    whole = make_record((210,), metrics=computed(12) | {"time_to_first_token": 210.0})
    assert InterTokenLatencyMetric().compute(whole) is None
