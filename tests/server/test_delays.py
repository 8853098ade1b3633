from __future__ import annotations

from itertools import pairwise
from statistics import mean, stdev

import pytest

from aiperf.server.delays import Delays
from aiperf.server.settings import ServerSettings

MS = 1_000_000


def plan(number=0, tokens=5, start=0, **settings):
    return list(Delays(ServerSettings(**settings)).plan(number, tokens, start))


def test_tokens_are_due_at_even_times():
    """Token ``i`` is due ``ttft + i * itl`` after the request, from whatever clock reading."""
    assert plan(start=100, ttft=20, itl=5) == [100 + at * MS for at in (20, 25, 30, 35, 40)]
    assert plan(tokens=2, ttft=0.5, itl=0.001) == [500_000, 501_000]


def test_without_delays_there_is_no_plan():
    """Nothing to wait for is no times at all, with jitter or without."""
    assert plan(ttft=0, itl=0) == []
    assert plan(ttft=0, itl=0, jitter=1) == []


def test_a_response_without_tokens_is_due_like_a_first_token():
    """Embeddings wait for the time to first token."""
    assert plan(tokens=0, ttft=20) == [20 * MS]


def test_jitter_keeps_the_mean_and_has_its_deviation():
    """Every delay varies by the fraction that was asked for, around the same mean."""
    times = plan(tokens=8000, ttft=50, itl=10, jitter=0.3)
    gaps = [(later - earlier) / MS for earlier, later in pairwise(times)]
    assert mean(gaps) == pytest.approx(10, rel=0.02)
    assert stdev(gaps) == pytest.approx(3, rel=0.05)
    firsts = [plan(number, 1, ttft=50, jitter=0.3)[0] / MS for number in range(200)]
    assert mean(firsts) == pytest.approx(50, rel=0.1)
    assert stdev(firsts) == pytest.approx(15, rel=0.2)


def test_jitter_never_goes_back_in_time():
    """Times ascend even where the deviation is as large as the delay."""
    times = plan(tokens=20_000, ttft=1, itl=1, jitter=1)
    assert len(times) == 20_000
    assert times == sorted(times)
    assert times[0] >= 0


def test_jitter_follows_from_seed_and_number():
    """The same seed and number give the same delays; another of either gives others."""
    times = plan(3, jitter=0.5, seed=7)
    assert plan(3, jitter=0.5, seed=7) == times
    assert plan(4, jitter=0.5, seed=7) != times
    assert plan(3, jitter=0.5, seed=8) != times
