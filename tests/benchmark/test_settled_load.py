"""What the dataset decides: whether its times are followed, and when the run ends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aiperf.benchmark.settled_load import follows_trace, settled
from aiperf.common.config import LoadConfig
from aiperf.common.models import Conversation, Turn

PLAIN = [Conversation("a", (Turn(("a",)),))]
TRACE = [
    Conversation("b", (Turn(("b",), timestamp_ms=9.0), Turn(("c",)))),
    Conversation("a", (Turn(("a",), timestamp_ms=5.0),)),
]


@pytest.mark.parametrize(
    ("load", "count"),
    [
        ({}, 10),
        ({"concurrency": 5}, 10),
        ({"concurrency": 6}, 12),
        ({"benchmark_duration": 1.0}, None),
        ({"session_count": 3}, None),
        ({"benchmark_duration": 1.0, "request_count": 3}, 3),
    ],
)
def test_a_run_has_an_end(config, load, count):
    """Ten requests, or two for each that is in flight, unless something else ends it."""
    after, conversations = settled(replace(config, load=LoadConfig(**load)), PLAIN)
    assert after.load.request_count == count
    assert conversations is PLAIN


@pytest.mark.parametrize(("asked", "count"), [(None, 3), (2, 2), (9, 3)])
def test_a_trace_is_followed_if_nothing_else_is_asked_for(config, asked, count):
    """In the order of its times, to its end at most."""
    config = replace(config, follow_timestamps=True, load=LoadConfig(request_count=asked))
    after, conversations = settled(config, TRACE)
    assert after.types.arrival == "fixed_schedule"
    assert after.load.request_count == count
    assert [each.conversation_id for each in conversations] == ["a", "b"]
    again, _ = settled(after, TRACE)
    assert again == after


def test_each_request_of_a_trace_is_sent_once(config):
    """Also where it has no times, or another pattern than those is asked for."""
    types = replace(config.types, dataset="mooncake_trace")
    config = replace(config, types=types, load=LoadConfig())
    assert settled(config, TRACE)[0].load.request_count == 3
    assert settled(config, PLAIN)[0].load.request_count == 1


def test_a_trace_is_like_any_dataset_otherwise(config):
    after, conversations = settled(config, TRACE)
    assert (after.types.arrival, conversations) == ("concurrency", TRACE)
    config = replace(config, follow_timestamps=True)
    assert settled(config, PLAIN)[0].types.arrival == "concurrency"


def test_the_load_has_the_seed_of_the_dataset(config):
    """So that everything that is left to chance comes again."""
    assert settled(config, PLAIN)[0].load.random_seed == config.dataset.random_seed


def test_a_pattern_says_whether_it_follows_a_trace():
    assert follows_trace("fixed_schedule")
    assert not follows_trace("poisson")
