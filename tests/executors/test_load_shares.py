"""How a load is split: the parts are the whole, in the same order and at the same times."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

import pytest

from aiperf.arrivals.concurrency import ConcurrencyArrival
from aiperf.arrivals.constant import ConstantArrival
from aiperf.arrivals.fixed_schedule import FixedScheduleArrival
from aiperf.arrivals.gamma import GammaArrival
from aiperf.arrivals.poisson import PoissonArrival
from aiperf.common.config import LoadConfig
from aiperf.common.errors import ConfigError
from aiperf.common.models import Conversation, Turn
from aiperf.common.warmup import warmup_load
from aiperf.executors.load_shares import most_workers, shares_of

RATE = {"request_rate": 50.0, "concurrency_limit": None}


@dataclass
class Parts:
    """What a load is split by."""

    arrival: Any
    warmup_arrival: Any
    conversations: Any = (Conversation("a", (Turn(("x",)),)),)

    def order(self):
        return iter(range(len(self.conversations)))


def made(kind, config):
    return kind(config=config, rng=random.Random(7))  # noqa: S311 - a load pattern


def split(load, most, kind=ConcurrencyArrival, warmup=None, **more):
    """Return the parts of a load."""
    parts = Parts(made(kind, load), made(warmup or kind, warmup_load(load) or load), **more)
    return shares_of(load, parts, most)


@pytest.mark.parametrize(
    ("load", "most", "requests"),
    [
        ({"concurrency": 4, "request_count": 10}, 2, [5, 5]),
        ({"concurrency": 3, "request_count": 9}, 2, [6, 3]),
        ({"concurrency": 5, "request_count": 11}, 3, [4, 4, 3]),
        ({"concurrency": 2, "request_count": 100}, 8, [50, 50]),
        ({"concurrency": 8, "request_count": 3}, 4, [1, 1, 1]),
        ({"concurrency": 1, "request_count": 9}, 4, [9]),
        ({"concurrency": 4, "session_count": 2, "request_count": 40}, 4, [20, 20]),
    ],
)
def test_counts_of_a_closed_loop_go_by_its_slots(load, most, requests):
    """No worker is without a slot or a request."""
    parts = split(LoadConfig(**load), most)
    assert [each.request_count for each in parts] == requests
    slots = [each.share.of(each.concurrency) for each in parts]
    assert sum(slots) == load["concurrency"]
    assert min(slots) >= 1


def test_every_small_load_is_split_into_itself():
    """Whatever the numbers are."""
    for slots in range(1, 9):
        for count in range(1, 12):
            for most in range(1, 7):
                load = LoadConfig(
                    concurrency=slots, request_count=count, warmup_request_count=count // 2
                )
                parts = split(load, most)
                assert sum(each.request_count for each in parts) == count
                assert all(each.request_count for each in parts)
                assert sum(each.warmup_request_count for each in parts) == count // 2
                assert len(parts) <= min(most, slots, count)


@pytest.mark.parametrize("kind", [ConstantArrival, PoissonArrival, GammaArrival])
@pytest.mark.parametrize("ramp", [None, 2.0])
def test_a_schedule_is_that_of_one_process(kind, ramp):
    """The workers' starts, taken together, are the very same times."""
    load = LoadConfig(
        request_count=60, arrival_smoothness=0.5, request_rate_ramp_duration=ramp, **RATE
    )
    parts = split(load, 3, kind)
    assert [each.request_count for each in parts] == [20, 20, 20]
    whole = list(islice(made(kind, load)._offsets_ns, 60))
    shares = [list(islice(made(kind, each)._offsets_ns, 20)) for each in parts]
    assert sorted(chain(*shares)) == whole
    assert shares[1] == whole[1::3]


def test_a_trace_goes_by_conversations():
    """Each with its own time and all of its turns."""
    turns = (Turn(("x",)),)
    conversations = [Conversation(str(n), turns * (1 + n % 2)) for n in range(5)]
    load = LoadConfig(request_count=7, timestamps_ms=(0.0, 1.0, 2.0, 3.0, 4.0))
    first, second = split(load, 2, FixedScheduleArrival, conversations=conversations)
    assert (first.request_count, first.session_count) == (3, 3)
    assert (second.request_count, second.session_count) == (4, 2)
    assert list(made(FixedScheduleArrival, second)._offsets_ns) == [1_000_000, 3_000_000]


def test_a_trace_that_cannot_be_cut_where_it_is_asked_for():
    """Nobody knows beforehand which turns are the first five."""
    conversations = [Conversation(str(n), (Turn(("x",)),) * 2) for n in range(5)]
    load = LoadConfig(request_count=5, timestamps_ms=(0.0,) * 5)
    with pytest.raises(ConfigError, match=r"--request-count cannot end.*--executor local"):
        split(load, 2, FixedScheduleArrival, conversations=conversations)
    single = [Conversation(str(n), (Turn(("x",)),)) for n in range(5)]
    load = LoadConfig(request_count=3, timestamps_ms=(0.0,) * 5)
    parts = split(load, 2, FixedScheduleArrival, conversations=single)
    assert [each.request_count for each in parts] == [2, 1]


def test_a_warm_up_may_be_for_some_only():
    """A worker without a slot in it has none."""
    load = LoadConfig(concurrency=4, request_count=8, warmup_request_count=6, warmup_concurrency=1)
    assert [each.warmup_request_count for each in split(load, 4)] == [6, 0, 0, 0]
    load = LoadConfig(concurrency=4, request_count=8, warmup_duration=1.0, warmup_concurrency=2)
    assert [each.warmup_duration for each in split(load, 4)] == [1.0, 1.0, None, None]


def test_a_limit_has_a_place_for_everybody():
    """That of the warm-up, too, where both are open loops."""
    load = LoadConfig(request_count=50, request_rate=9.0, concurrency_limit=3)
    assert len(split(load, 8, PoissonArrival)) == 3
    load = LoadConfig(
        request_count=50, request_rate=9.0, warmup_request_count=9, warmup_concurrency=2
    )
    assert len(split(load, 8, PoissonArrival)) == 2


def test_cancellations_are_not_the_same_in_every_worker():
    """And those of a seed are, from run to run."""
    load = LoadConfig(concurrency=2, request_count=8, random_seed=5)
    seeds = [each.random_seed for each in split(load, 2)]
    assert len(set(seeds)) == 2
    assert seeds == [each.random_seed for each in split(load, 2)]


def test_an_arrival_that_cannot_be_shared_is_refused():
    """Unless there is one worker only."""

    class Own(ConcurrencyArrival):
        shares = None

    load = LoadConfig(concurrency=2, request_count=8)
    with pytest.raises(ConfigError, match=r"Own does not say how.*--workers-max 1"):
        split(load, 2, Own)
    assert split(load, 1, Own) == [load]


def test_how_many_there_may_be():
    """What was asked for, or something of what the machine has."""
    assert most_workers(LoadConfig(workers_max=9)) == 9
    assert most_workers(LoadConfig()) >= 1
