"""Intervals of a difference: right as often as they say, also where requests depend on others."""

from __future__ import annotations

import numpy as np
import pytest

from aiperf.benchmark.comparison_intervals import (
    batch_estimates,
    difference_interval,
    slice_rates,
    student_t,
)

PAIRS, COUNT = 300, 2000


@pytest.mark.parametrize(
    ("confidence", "freedom", "expected"),
    [
        (0.95, 9, 2.2622),
        (0.95, 19, 2.0930),
        (0.95, 38, 2.0244),
        (0.99, 9, 3.2498),
        (0.9, 19, 1.7291),
    ],
)
def test_the_critical_values_are_those_of_the_tables(confidence, freedom, expected):
    """https://www.itl.nist.gov/div898/handbook/eda/section3/eda3672.htm."""
    assert student_t(confidence, freedom) == pytest.approx(expected, abs=1e-3)


def waiting(rng, count=COUNT):
    """Return latencies of which each has half of what the one before it was late by."""
    values = rng.exponential(10, count)
    for index in range(1, count):
        values[index] += 0.5 * values[index - 1]
    return values


def covers(values, percentile, shift=0.0):
    """Return how often the interval of two equal runs, one of them shifted, has 0 in it."""
    inside = 0
    statistic = np.mean if percentile is None else lambda each: np.percentile(each, percentile)
    for base, other in zip(values[::2], values[1::2], strict=True):
        moved = other + shift
        low, high = difference_interval(
            float(statistic(moved) - statistic(base)),
            batch_estimates(base, percentile),
            batch_estimates(moved, percentile),
            0.95,
        )
        inside += low <= 0 <= high
    return inside / (len(values) // 2)


@pytest.fixture(scope="module")
def runs():
    """Give the latencies of 600 runs in which each request waits for the one before it."""
    rng = np.random.default_rng(5)
    return [waiting(rng) for _ in range(2 * PAIRS)]


@pytest.mark.once
@pytest.mark.parametrize("percentile", [None, 50, 99])
def test_two_equal_runs_are_within_noise_about_as_often_as_stated(runs, percentile):
    """Nineteen times of twenty; values taken one by one would miss it far more often."""
    assert 0.9 <= covers(runs, percentile) <= 0.99


@pytest.mark.once
def test_values_one_by_one_would_be_too_sure(runs):
    """This is why there are batches: Welch's method on single requests is wrong far more often."""
    inside = 0
    for base, other in zip(runs[::2], runs[1::2], strict=True):
        low, high = difference_interval(float(other.mean() - base.mean()), base, other, 0.95)
        inside += low <= 0 <= high
    assert inside / PAIRS < 0.85


def test_a_real_difference_is_found(runs):
    """Of a tenth of the mean."""
    assert covers(runs[:60], None, shift=2.0) < 0.2


@pytest.mark.parametrize(
    ("count", "percentile", "batches"),
    [
        (9, None, None),
        (10, None, 10),
        (500, None, 20),
        (49, 50, None),
        (60, 50, 12),
        (999, 99, None),
        (1000, 99, 10),
        (1000, 1, 10),
        (10_000, 99, 20),
    ],
)
def test_too_few_requests_have_no_interval(count, percentile, batches):
    """Of a 99th percentile, each batch has at least one beyond it."""
    found = batch_estimates(np.arange(count, dtype=np.float64), percentile)
    assert (None if found is None else len(found)) == batches


def test_two_runs_without_variation():
    """The difference is what it is."""
    same = np.ones(10)
    assert difference_interval(2.5, same, same + 2.5, 0.95) == (2.5, 2.5)


def test_slices_of_a_rate_add_up_and_know_no_waves():
    """A closed loop of ten in step gives the same rate in every slice."""
    starts = np.repeat(np.arange(30) * 0.125, 10)
    rates = slice_rates(starts, starts + 0.125, np.full(300, 2.0), 3.75)
    assert len(rates) == 15
    assert rates.tolist() == pytest.approx([160.0] * 15)


def test_slices_are_not_shorter_than_requests():
    """A run of a few requests one after the other has no slices to compare."""
    starts = np.arange(100) * 0.1
    assert slice_rates(starts, starts + 5, np.ones(100), 15.0) is None
    assert slice_rates(starts[:40], starts[:40] + 0.1, np.ones(40), 4.0) is None
