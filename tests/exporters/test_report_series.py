"""Series over time, compared with the plain way to compute them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from aiperf.exporters.report_series import (
    counts,
    in_flight,
    in_flight_bins,
    percentile_curve,
    quantiles,
    rates,
    spread_rates,
    time_edges,
    value_edges,
)


@pytest.fixture(scope="module")
def requests():
    """Give the starts, ends and values of 300 requests within 10 s."""
    rng = np.random.default_rng(11)
    starts = rng.uniform(0, 9, 300)
    return starts, starts + rng.gamma(2, 0.2, 300).clip(0, 1), rng.gamma(3, 10, 300)


@pytest.mark.parametrize(
    ("duration_s", "count"), [(1e-4, 1), (0.7, 10), (3.37, 40), (59.9, 5000), (86_400.0, 10**7)]
)
def test_time_bins_are_few_and_of_a_round_width(duration_s, count):
    """From the begin to the end without a gap; only the last one has another width."""
    edges = time_edges(duration_s, count)
    assert (edges[0], edges[-1]) == (0, duration_s)
    widths = np.diff(edges)
    assert (widths > 0).all()
    assert 2 <= len(widths) <= 101
    mantissa = widths[0] / 10 ** np.floor(np.log10(widths[0]) + 1e-9)
    assert np.isclose(mantissa, (1, 2, 5)).any()
    assert np.allclose(widths[:-1], widths[0])
    assert 0.49 * widths[0] < widths[-1] < 1.51 * widths[0]


def test_a_run_of_no_length_has_a_bin():
    """One request that failed at once is in it."""
    edges = time_edges(0.0, 1)
    assert rates(np.array([0.0]), edges).sum() > 0


def test_rates_and_counts_add_up(requests):
    """Every request is in one bin, the last moment included."""
    _, ends, _ = requests
    edges = time_edges(float(ends.max()), len(ends))
    assert counts(ends, edges).sum() == 300
    assert (rates(ends, edges) * np.diff(edges)).sum() == pytest.approx(300)


def test_amounts_are_spread_evenly():
    """Six tokens from 1 s to 3 s are three a second; one that arrives at once is in its bin."""
    edges = np.arange(0.0, 5.0)
    spread = spread_rates(np.array([1.0, 3.5]), np.array([3.0, 3.5]), np.array([6.0, 2.0]), edges)
    assert spread.tolist() == pytest.approx([0, 3, 3, 2])


def test_the_mean_in_flight_is_weighted_by_time(requests):
    """As from a fine sampling; the highest number is that of the moments themselves."""
    starts, ends, _ = requests
    edges = np.linspace(0, 10, 8)
    mean, highest = in_flight_bins(starts, ends, edges)
    moments, levels = in_flight(starts, ends)
    assert levels[-1] == 0
    for index, (low, high) in enumerate(pairwise(edges)):
        inside = np.clip(ends, low, high) - np.clip(starts, low, high)
        assert mean[index] == pytest.approx(inside.sum() / (high - low))
        before = ((starts < low) & (ends >= low)).sum()
        within = levels[(moments >= low) & (moments < high)]
        assert highest[index] == max([before, *within])


def test_an_end_and_a_start_at_once_are_not_two_in_flight():
    """A closed loop of one has never two."""
    _, levels = in_flight(np.array([0.0, 1.0]), np.array([1.0, 2.0]))
    assert levels.max() == 1


def test_quantiles_of_each_bin_are_exact(requests):
    """Those of numpy, bin by bin; an empty bin has none."""
    times, _, values = requests
    edges = np.array([0.0, 2.0, 4.0, 9.0, 9.5, 10.0])
    found = quantiles(times, values, edges, (0.5, 0.99))
    for low, high, p50, p99 in zip(edges[:-1], edges[1:], *found, strict=True):
        own = values[(times >= low) & (times < high)]
        if len(own):
            assert [p50, p99] == pytest.approx(np.quantile(own, (0.5, 0.99)).tolist())
        else:
            assert np.isnan([p50, p99]).all()


@pytest.mark.parametrize(
    "values",
    [[5.0], [0.0] * 9, [1.0, 1.0, 1.0, 2.0], list(range(1000)), [*range(200), 1e9], [1e-9, 3e7]],
)
def test_a_histogram_has_every_value_or_says_that_not(values):
    """Those beyond its last bin are counted, so that nothing is left out in silence."""
    values = np.array(values, dtype=np.float64)
    edges, beyond = value_edges(values)
    assert (np.diff(edges) > 0).all()
    assert len(edges) <= 61
    assert np.histogram(values, edges)[0].sum() + beyond == len(values)


def test_the_percentile_curve_is_exact(requests):
    """It begins at the minimum, rises, and ends where one request is left."""
    _, _, values = requests
    shares, curve = percentile_curve(values)
    assert (shares[0], curve[0]) == (0, values.min())
    assert shares[-1] == pytest.approx(1 - 1 / 300)
    assert (np.diff(curve) >= 0).all()
    assert curve.tolist() == np.quantile(values, shares).tolist()
