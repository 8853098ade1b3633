"""Order statistics of values that are read several times and never held."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiperf.benchmark import quantiles
from aiperf.benchmark.quantiles import at_ranks

FINITE = st.floats(allow_nan=False, allow_infinity=False)


@pytest.fixture(scope="module", autouse=True)
def _sort_nothing_at_once():
    """Let there be too many values to sort them all, however few there are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quantiles, "SORTED", 2)
        yield


@given(st.lists(FINITE | st.sampled_from([0.0, 1.0, 1.0000000000000002]), min_size=1), st.data())
def test_a_value_at_a_rank_is_that_of_the_sorted_values(values, data):
    """In every order of the ranks, and with the same rank twice."""
    ranks = data.draw(st.lists(st.integers(0, len(values) - 1), min_size=1))
    cut = [np.array(values[at : at + 3]) for at in range(0, len(values), 3)]
    assert at_ranks(lambda: cut, ranks, len(values)) == [sorted(values)[rank] for rank in ranks]


@pytest.mark.parametrize("most", [0, 1, 500])
def test_it_is_exact_however_few_values_may_be_sorted(monkeypatch, most):
    """With many equal values and with some that differ in the last bit alone."""
    monkeypatch.setattr(quantiles, "SORTED", most)
    rng = np.random.default_rng(1)
    values = np.concatenate(
        [np.full(400, 10.0), 10 + rng.integers(0, 9, 400) * 2**-49, rng.normal(0, 1e9, 400)]
    )
    ranks = [0, 1, 599, 600, 777, 1198, 1199]
    found = at_ranks(lambda: np.array_split(values, 7), ranks, len(values))
    assert found == np.sort(values)[ranks].tolist()


def test_the_values_are_left_as_they_were():
    """Chunks may be views of somebody's data."""
    values = np.array([3.0, -1.0, 2.0])
    values.flags.writeable = False
    assert at_ranks(lambda: [values], [0, 2], 3) == [-1.0, 3.0]


def test_few_values_are_sorted(monkeypatch):
    """Of chunks that share one buffer, as those that are read from a file do."""
    monkeypatch.setattr(quantiles, "SORTED", 3)

    def chunks():
        buffer = np.empty(1)
        for value in (3.0, -1.0, 2.0):
            buffer[0] = value
            yield buffer

    assert at_ranks(chunks, [0, 2], 3) == [-1.0, 3.0]
