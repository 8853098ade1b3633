"""From a rate to times: even, random, bursty, and rising."""

from __future__ import annotations

import asyncio
import itertools
import random
from statistics import fmean, pstdev

import pytest

from aiperf.arrivals.constant import ConstantArrival
from aiperf.arrivals.gamma import GammaArrival
from aiperf.arrivals.poisson import PoissonArrival
from aiperf.arrivals.rate import at_rate
from aiperf.common.config import LoadConfig
from aiperf.common.errors import ConfigError

RATE = 20_000.0


def times_of(kind, count, seed=1, **load):
    """Return the first times of a schedule, in periods of its rate after the first."""

    async def main():
        config = LoadConfig(**{"request_rate": RATE, **load})
        arrival = kind(config=config, rng=random.Random(seed))  # noqa: S311 - a load pattern
        return [await arrival.acquire() for _ in range(count)]

    times = asyncio.run(main())
    return [(each - times[0]) * RATE / 1e9 for each in times]


def gaps_of(kind, **load):
    return [later - earlier for earlier, later in itertools.pairwise(times_of(kind, 4000, **load))]


def test_a_constant_rate_is_even_and_does_not_drift():
    """Each time is a multiple of the period, also after a million of them."""
    assert times_of(ConstantArrival, 500) == pytest.approx(range(500), abs=2e-4)
    offsets = at_rate(LoadConfig(request_rate=3.0), lambda: 1.0)
    assert next(itertools.islice(offsets, 3_000_000, None)) == 1_000_000_000_000_000


@pytest.mark.parametrize(
    ("kind", "load", "spread"),
    [
        (PoissonArrival, {}, 1.0),
        (GammaArrival, {}, 1.0),
        (GammaArrival, {"arrival_smoothness": 0.25}, 2.0),
        (GammaArrival, {"arrival_smoothness": 4.0}, 0.5),
    ],
)
def test_random_gaps_have_the_distribution_that_is_asked_for(kind, load, spread):
    """Their mean is that of the rate; the deviation of a gamma distribution is 1/√shape of it."""
    gaps = gaps_of(kind, **load)
    assert fmean(gaps) == pytest.approx(1.0, rel=0.1)
    assert pstdev(gaps) == pytest.approx(spread, rel=0.15)
    assert min(gaps) >= 0


def test_poisson_counts_are_poisson():
    """In windows of equal length their variance is their mean, and they are independent."""
    counts = [0] * 300
    for time in times_of(PoissonArrival, 4000):
        if time < 3000:
            counts[int(time // 10)] += 1
    mean = fmean(counts)
    assert mean == pytest.approx(10, rel=0.05)
    assert pstdev(counts) ** 2 == pytest.approx(mean, rel=0.25)
    pairs = itertools.pairwise(counts)
    covariance = fmean((first - mean) * (second - mean) for first, second in pairs)
    assert abs(covariance) < 0.2 * mean


@pytest.mark.parametrize("kind", [PoissonArrival, GammaArrival])
def test_the_seed_makes_the_schedule(kind):
    assert times_of(kind, 50, seed=7) == times_of(kind, 50, seed=7) != times_of(kind, 50, seed=8)


@pytest.mark.parametrize("kind", [ConstantArrival, PoissonArrival])
def test_a_ramp_takes_the_rate_from_nothing_to_all_of_it(kind):
    """In its first half a quarter of its requests start; after it, the rate is that asked for."""
    ramp = 0.1
    times = times_of(kind, 4000, request_rate_ramp_duration=ramp)
    whole = RATE * ramp
    in_halves = [sum(each < whole / 2 for each in times), sum(each < whole for each in times)]
    assert in_halves == pytest.approx([whole / 8, whole / 2], rel=0.15)
    assert sum(whole <= each < 1.5 * whole for each in times) == pytest.approx(whole / 2, rel=0.1)


@pytest.mark.parametrize("rate", [None, 0.0, -1.0, float("inf"), float("nan")])
def test_a_rate_is_needed(rate):
    """The error names the option."""
    with pytest.raises(ConfigError, match="needs a --request-rate") as caught:
        ConstantArrival(config=LoadConfig(request_rate=rate), rng=random.Random(1))  # noqa: S311 - as above
    assert caught.value.option == "--request-rate"


@pytest.mark.parametrize("smoothness", [0.0, -2.0, float("nan")])
def test_the_smoothness_is_greater_than_nothing(smoothness):
    with pytest.raises(ConfigError, match="--arrival-smoothness must be greater") as caught:
        times_of(GammaArrival, 1, arrival_smoothness=smoothness)
    assert caught.value.option == "--arrival-smoothness"
