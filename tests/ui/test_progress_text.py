"""A moment of a run in words and as a fraction."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aiperf.common.models import Progress, Recent
from aiperf.ui.progress_text import fraction_done, in_words, live_in_words


def moment(completed=0, elapsed_s=0.0, request_count=None, duration_s=None):
    """Return a moment with 3 errors and 16 requests in flight."""
    return Progress(
        phase="profiling",
        sent=completed + 16,
        completed=completed,
        errors=3,
        in_flight=16,
        elapsed_s=elapsed_s,
        request_count=request_count,
        duration_s=duration_s,
    )


@pytest.mark.parametrize(
    ("progress", "expected"),
    [
        (moment(50, request_count=200), 0.25),
        (moment(elapsed_s=15, duration_s=60), 0.25),
        (moment(50, elapsed_s=30, request_count=200, duration_s=60), 0.5),
        (moment(150, elapsed_s=30, request_count=200, duration_s=60), 0.75),
        (moment(elapsed_s=70, duration_s=60), 1.0),
        (moment(210, request_count=200), 1.0),
        (moment(50, elapsed_s=30), None),
        (moment(), None),
    ],
)
def test_the_fraction_is_that_of_the_nearer_end(progress, expected):
    """Requests or time, whichever comes first; the grace period is not more than all."""
    assert fraction_done(progress) == expected


@pytest.mark.parametrize(
    ("progress", "expected"),
    [
        (moment(50, 3.4, 2000), "50/2,000 requests, 3 errors, 16 in flight, 3 s"),
        (moment(1500, 15, None, 60.0), "1,500 requests, 3 errors, 16 in flight, 15 s of 60 s"),
        (moment(5, 0.2, 10, 0.5), "5/10 requests, 3 errors, 16 in flight, 0 s of 0.5 s"),
    ],
)
def test_the_words(progress, expected):
    """What is done, what failed, what is under way and since when."""
    assert in_words(progress) == expected


def test_the_latest_requests_are_their_rate_and_latencies():
    recent = Recent(1234.56, None, {"Request Latency": (10.04, 11.0, 1200.0)})
    progress = replace(moment(), recent=recent)
    assert live_in_words(progress) == "1,234.6 requests/s, Request Latency 10.0 ms (p99 1,200.0)"
    assert live_in_words(moment()) == ""
