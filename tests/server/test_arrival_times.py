"""When a request's bytes arrived, as the server stamps it where it reads them."""

from __future__ import annotations

import time

from aiperf.server.arrival_times import arrival_ns


def test_it_is_now_where_nothing_was_stamped():
    """Under another server, and for a body that is not complete."""
    before = time.perf_counter_ns()
    bare = arrival_ns({}, "first")
    unfinished = arrival_ns({"extensions": {"aiperf.arrival_ns": {"first": 5, "last": 0}}}, "last")
    assert before <= bare <= unfinished <= time.perf_counter_ns()


def test_it_is_what_was_stamped():
    """Each of the two moments."""
    scope = {"extensions": {"aiperf.arrival_ns": {"first": 5, "last": 7}}}
    assert (arrival_ns(scope, "first"), arrival_ns(scope, "last")) == (5, 7)
