"""Limits and paces of the load hold at the server, as its own log has it."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from statistics import median

import pytest

pytestmark = pytest.mark.once

MS = 1_000_000
CHAT = ("--model", "m", "--streaming", "--isl", "20", "--osl", "12")


def most(spans):
    """Return how many of the spans have a moment in common."""
    steps = sorted([(start, 1) for start, _ in spans] + [(end, -1) for _, end in spans])
    under_way = highest = 0
    for _, step in steps:
        under_way += step
        highest = max(highest, under_way)
    return highest


@pytest.mark.parametrize(
    "load",
    [
        ["--concurrency", "12"],
        ["--request-rate", "400", "--workers-max", "2"],
        ["--user-centric-rate", "400", "--num-users", "40"],
    ],
)
def test_no_more_requests_wait_for_their_first_token_than_may(profile, mock_server, load):
    """While many more are under way: those that have it make room at once."""
    with mock_server("--ttft", "20", "--itl", "10") as server:
        run = profile(
            "--url", server.url, *CHAT, *load, "--prefill-concurrency", "2",
            "--request-count", "60",
        )  # fmt: skip
    assert (run.code, run.stderr) == (0, "")
    entries = server.entries
    assert len(entries) == 60
    assert most([(each["received_ns"], each["send_ns"][0]) for each in entries]) == 2
    assert most([(each["received_ns"], each["end_ns"]) for each in entries]) > 4
    if "--concurrency" not in load:  # two in 20 ms, though one was due in each 2.5 ms
        assert run.summary["schedule_lag"]["max"] > 200


@pytest.mark.parametrize("workers", ["1", "2"])
def test_users_come_back_after_the_same_time(profile, mock_server, workers):
    """The turns of each are as far apart as asked for, and all send the rate together."""
    with mock_server("--ttft", "5", "--itl", "1") as server:
        run = profile(
            "--url", server.url, *CHAT, "--user-centric-rate", "40", "--num-users", "8",
            "--session-turns-mean", "4", "--request-count", "48", "--workers-max", workers,
        )  # fmt: skip
    assert (run.code, run.stderr) == (0, "")
    received = {each["x_request_id"]: each["received_ns"] for each in server.entries}
    sessions = defaultdict(list)
    for line in run.lines:
        about = line["metadata"]
        sessions[about["x_correlation_id"]].append(
            (about["turn_index"], line["metrics"]["schedule_lag"]["value"], about["x_request_id"])
        )
    turns = [sorted(each) for each in sessions.values()]
    assert {len(each) for each in turns} == {1, 2, 3, 4}
    gaps = [
        (received[after] - received[before]) / MS - later_lag + lag
        for each in turns
        for (_, lag, before), (_, later_lag, after) in pairwise(each)
    ]
    assert median(gaps) == pytest.approx(200, abs=10)
    span = max(received.values()) - min(received.values())
    assert 47 / span * 1e9 == pytest.approx(40, rel=0.2)
