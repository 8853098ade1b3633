"""Statistics of values with weights."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiperf.benchmark.weighted import Weighted

VALUE = st.integers(0, 3).map(float) | st.floats(0, 1e9)


@given(st.lists(st.tuples(VALUE, st.floats(0.001, 1e6)), min_size=1, max_size=40))
def test_it_is_as_if_all_values_were_sorted_at_once(pairs):
    """Also where they come in several parts, and where one of them is all."""
    values, weights = map(np.array, zip(*pairs, strict=True))
    made = Weighted()
    for reading in range(Weighted.READINGS):
        for start in range(0, len(values), 7):
            made.read(reading, values[start : start + 7], weights[start : start + 7])
    found = made.over_time()
    mean = np.average(values, weights=weights)
    assert found.avg == pytest.approx(mean)
    assert found.std == pytest.approx(np.sqrt(np.average((values - mean) ** 2, weights=weights)))
    assert (found.min, found.max) == (values.min(), values.max())
    for percent, value in found.percentiles.items():
        share = percent / 100 * weights.sum()
        assert value in values
        assert weights[values <= value].sum() >= share * (1 - 1e-9)
        assert weights[values < value].sum() <= share * (1 + 1e-9)


def test_nothing_was_read():
    """There is nothing to say then."""
    made = Weighted()
    made.read(0, np.array([]), np.array([]))
    assert not made.has_any
