"""What a metric of the whole run is told."""

from __future__ import annotations

from array import array

from aiperf.benchmark.run_totals import ColumnTotals

TOTALS = ColumnTotals(
    duration_s=2.0,
    request_count=3,
    error_count=1,
    columns={"tokens": array("d", [0.1] * 10), "none": array("d")},
)


def test_a_total_is_the_exact_sum():
    """Ten tenths are one; adding them one after the other is not."""
    assert TOTALS.total("tokens") == 1.0


def test_a_metric_without_values_has_no_total():
    """Nothing was measured, which is not zero."""
    assert TOTALS.total("none") is None


def test_an_unknown_metric_has_no_total():
    """A metric that is not computed in this run has no total."""
    assert TOTALS.total("unknown") is None
