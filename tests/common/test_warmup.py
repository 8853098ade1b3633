"""The warm-up has the benchmark's load, but for what is said of it."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from aiperf.common.config import LoadConfig
from aiperf.common.warmup import warmup_load

BENCHMARK = LoadConfig(
    concurrency=8,
    concurrency_limit=8,
    concurrency_ramp_duration=1.0,
    request_rate=9.0,
    request_rate_ramp_duration=2.0,
    request_count=100,
    session_count=50,
    benchmark_duration=60.0,
    request_cancellation_rate=5.0,
)


def test_without_an_end_there_is_none():
    assert warmup_load(replace(BENCHMARK, warmup_concurrency=3)) is None


def test_it_is_like_the_benchmark():
    """But it ends by itself, waits for its last response, and cancels nothing on purpose."""
    assert warmup_load(replace(BENCHMARK, warmup_request_count=4)) == replace(
        BENCHMARK,
        request_count=4,
        session_count=None,
        benchmark_duration=None,
        grace_period=math.inf,
        request_cancellation_rate=0.0,
        warmup_request_count=4,
    )


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ({"warmup_session_count": 3}, {"session_count": 3}),
        ({"warmup_duration": 3.0}, {"benchmark_duration": 3.0}),
        ({"warmup_grace_period": 0.0}, {"grace_period": 0.0}),
        ({"warmup_concurrency": 2}, {"concurrency": 2, "concurrency_limit": 2}),
        ({"warmup_concurrency_ramp_duration": 3.0}, {"concurrency_ramp_duration": 3.0}),
        ({"warmup_request_rate": 3.0}, {"request_rate": 3.0}),
        ({"warmup_request_rate_ramp_duration": 3.0}, {"request_rate_ramp_duration": 3.0}),
    ],
)
def test_what_is_said_of_it_goes(said, meant):
    load = warmup_load(replace(BENCHMARK, warmup_request_count=4, **said))
    assert load is not None
    assert {name: getattr(load, name) for name in meant} == meant
