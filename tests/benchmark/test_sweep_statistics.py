"""Statistics over equal runs."""

from __future__ import annotations

import pytest

from aiperf.benchmark.sweep_statistics import over_runs, student_t


@pytest.mark.parametrize(
    ("confidence", "freedom", "value"),
    [
        (0.95, 1, 12.7062),
        (0.95, 2, 4.30265),
        (0.99, 3, 5.84091),
        (0.9, 9, 1.83311),
        (0.95, 30, 2.04227),
        (0.95, 1000, 1.96234),
    ],
)
def test_critical_values_are_those_of_the_tables(confidence, freedom, value):
    assert student_t(confidence, freedom) == pytest.approx(value, abs=1e-5)


def test_the_interval_of_a_mean():
    found = over_runs([1.0, 2.0, 3.0], "ms", 0.95)
    assert (found.mean, found.std, found.min, found.max, found.cv) == (2.0, 1.0, 1.0, 3.0, 0.5)
    assert found.ci_high - found.mean == pytest.approx(4.30265 / 3**0.5, abs=1e-5)


def test_one_run_says_nothing_of_the_spread():
    found = over_runs([5.0], "ms", 0.95)
    assert (found.mean, found.std, found.ci_low) == (5.0, None, None)
