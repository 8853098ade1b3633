"""Users who come and go, each with a pace of their own."""

from __future__ import annotations

import asyncio
import itertools
import random

import pytest

from aiperf.arrivals.user_centric import UserCentricArrival, turns_left
from aiperf.common.config import LoadConfig
from aiperf.common.errors import ConfigError
from aiperf.common.share import WHOLE, Share

RATE = 10_000.0


def made(**load):
    config = LoadConfig(**{"user_centric_rate": RATE, "num_users": 15, "mean_turns": 20, **load})
    return UserCentricArrival(config=config, rng=random.Random(1))  # noqa: S311 - a load pattern


def sent_by(lengths, until, share=WHOLE, **load):
    """Return when requests are due before ``until``, in periods of the rate, and each session's."""

    async def main():
        arrival = made(share=share, **load)
        sessions = []
        while True:
            at = await arrival.acquire()
            turns = arrival.hold(at, lengths[len(sessions) % len(lengths)])
            times = [at + turn * arrival.turn_gap_ns - arrival.begin_ns for turn in range(turns)]
            if (at - arrival.begin_ns) * RATE / 1e9 >= until:
                return sessions
            sessions.append([round(each * RATE / 1e9) for each in times])

    sessions = asyncio.run(asyncio.wait_for(main(), 20))
    return sorted(each for times in sessions for each in times if each < until), sessions


def test_users_are_spread_as_with_nvidias_aiperf():
    """The example of its documentation: 15 users, 20 turns."""
    assert turns_left(15, 20) == [None, 6, 11, 16, 2, 7, 12, 17, 3, 8, 13, 18, 4, 9, 14]


@pytest.mark.parametrize("users", range(1, 25))
def test_every_user_has_a_place_and_a_turn(users):
    """Also where there are as many users as turns, or one of them only."""
    for turns in range(1, 25):
        left = turns_left(users, turns)
        assert left[0] is None
        assert all(1 <= each <= max(1, turns - 1) for each in left[1:])
        assert sum(each or 0 for each in left) == sum(
            -(-each * max(1, turns - 1) // users) for each in range(1, users)
        )


@pytest.mark.parametrize("lengths", [[20], [1], [3, 30, 7]])
def test_all_users_together_keep_the_rate_and_each_keeps_the_gap(lengths):
    """Whoever leaves is followed at once; a request is due in each period of the rate."""
    due, sessions = sent_by(lengths, 300)
    assert due == list(range(300))
    for times in sessions:
        assert [after - before for before, after in itertools.pairwise(times)] == [15] * (
            len(times) - 1
        )


def test_a_user_does_not_wait_for_another_to_have_answers():
    """The next session starts at the time that is due, though nothing else was said of the last."""
    due, _ = sent_by([4], 60, num_users=1, mean_turns=4)
    assert due == list(range(60))


def test_shares_are_users():
    """Each place has its own, who are followed by others in the same place."""
    parts = [sent_by([5], 120, Share(index, 2), num_users=4, mean_turns=5)[0] for index in range(2)]
    assert [{each % 4 for each in part} for part in parts] == [{0, 2}, {1, 3}]
    assert sorted(parts[0] + parts[1]) == list(range(120))


@pytest.mark.parametrize(
    ("load", "option"),
    [
        ({"user_centric_rate": None}, "--user-centric-rate"),
        ({"user_centric_rate": 0.0}, "--user-centric-rate"),
        ({"num_users": None}, "--num-users"),
        ({"num_users": 0}, "--num-users"),
    ],
)
def test_what_is_missing_is_said(load, option):
    """By the name of its option."""
    with pytest.raises(ConfigError, match=option):
        made(**load)
