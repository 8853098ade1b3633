"""Counts that are not the server's are told of, where the server has told its own."""

from __future__ import annotations

import pytest

from aiperf.benchmark.token_doubts import token_doubts
from aiperf.common.models import Statistics


def value(tag, number):
    """Return the one value of a run."""
    return Statistics(tag=tag, header=tag, unit="requests", avg=number)


@pytest.mark.parametrize(("differing", "told"), [(0, False), (4, False), (5, True), (10, True)])
def test_most_requests_must_differ(differing, told):
    """A few odd answers say nothing of the tokenizer."""
    run = [value("request_count", 10), value("usage_discrepancy_count", differing)]
    doubts = token_doubts(run, "builtin")
    assert bool(doubts) is told
    for doubt in doubts:
        assert f"more than 10 % in the tokens of {differing} of 10 requests" in doubt
        assert "--use-server-token-count" in doubt


def test_a_server_that_counts_nothing_is_not_doubted():
    """There is nothing to compare; and without a request neither."""
    assert token_doubts([value("request_count", 10)], "builtin") == ()
    assert token_doubts([], "builtin") == ()
