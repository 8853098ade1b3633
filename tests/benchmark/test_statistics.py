"""The statistics of a column of values, against the textbook and against numpy."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aiperf.benchmark.statistics import PERCENTILES, summarize


def of(values):
    """Return the statistics of ``values``."""
    whole = np.array(values, dtype=float)
    cut = [whole[at : at + 7] for at in range(0, len(whole), 7)]
    return summarize(lambda: cut, tag="latency", header="Latency", unit="ms")


def textbook_percentile(values, percent):
    """Return a percentile by definition: linear between the two nearest sorted values."""
    ordered = sorted(values)
    position = percent / 100 * (len(ordered) - 1)
    below = math.floor(position)
    above = math.ceil(position)
    return ordered[below] + (position - below) * (ordered[above] - ordered[below])


def test_a_worked_example():
    """Of 2, 4, 4, 4, 5, 5, 7, 9 the mean is 5 and the standard deviation 2.

    The squared distances from 5 add up to 9+1+1+1+0+0+4+16 = 32, and the root of 32/8 is 2. The
    median lies between the 4th and the 5th: 4.5. Percentile 90 is at index 0.9 x 7 = 6.3: 3/10 of
    the way from 7 to 9, 7.6.
    """
    found = of([9, 4, 5, 2, 4, 7, 5, 4])
    assert (found.avg, found.std, found.min, found.max, found.count) == (5, 2, 2, 9, 8)
    assert found.percentiles[50] == 4.5
    assert found.percentiles[90] == pytest.approx(7.6, rel=1e-15)


def test_the_names_are_kept():
    """Tag, header and unit are those of the metric."""
    found = of([1.0])
    assert (found.tag, found.header, found.unit) == ("latency", "Latency", "ms")


def test_a_single_value_is_every_statistic():
    """One value has no spread."""
    found = of([12.5])
    assert (found.avg, found.min, found.max, found.std, found.count) == (12.5, 12.5, 12.5, 0, 1)
    assert set(found.percentiles.values()) == {12.5}


@given(st.lists(st.floats(allow_nan=False, min_value=-1e150, max_value=1e150), min_size=1))
@example([5e-324, -5e-324, 0.0, -0.0])
@example([1.0] * 30)
def test_percentiles_are_those_of_numpy_to_the_last_bit(values):
    """Of any finite values, however they are cut into chunks."""
    expected = np.percentile(np.array(values), PERCENTILES).tolist()
    assert list(of(values).percentiles.values()) == expected


def test_there_is_every_percentile():
    """1, 5, 10, 25, 50, 75, 90, 95 and 99."""
    assert tuple(of([1.0, 2.0]).percentiles) == (1, 5, 10, 25, 50, 75, 90, 95, 99)


@pytest.mark.parametrize("size", [2, 3, 10, 99, 100, 101, 4096])
def test_random_data_agrees_with_the_definition_and_with_numpy(size):
    """Percentiles are exact at every size, also of values that are far apart."""
    rng = random.Random(size)  # noqa: S311 - data for a test
    values = [rng.lognormvariate(0, 3) for _ in range(size)]
    found = of(values)
    for percent in PERCENTILES:
        assert found.percentiles[percent] == pytest.approx(
            textbook_percentile(values, percent), rel=1e-12
        )
        assert found.percentiles[percent] == np.percentile(np.array(values), percent)
    assert found.avg == pytest.approx(math.fsum(values) / size, rel=1e-12)
    assert found.std == pytest.approx(np.array(values).std(), rel=1e-12)
    assert (found.min, found.max) == (min(values), max(values))


def test_plain_numbers_come_out():
    """Nothing of numpy is left in the result."""
    found = of([1, 2, 3])
    numbers = [found.avg, found.min, found.max, found.std, *found.percentiles.values()]
    assert {type(each) for each in numbers} == {float}


def test_no_values_are_an_error():
    """A column without values has no statistics."""
    with pytest.raises(ValueError, match="metric 'latency' has no values"):
        of([])


def test_a_sum_that_is_no_number_is_an_error():
    """Values whose sum overflows give no infinite mean."""
    with pytest.raises(FloatingPointError):
        of([1e308, 1e308])


def test_numpy_is_not_imported_before_it_is_used(fresh_python):
    """The module is as cheap to import as its standard library."""
    printed = fresh_python("import aiperf.benchmark.statistics, sys; print('numpy' in sys.modules)")
    assert printed == "False\n"
