"""What a metric of the whole run is told."""

from __future__ import annotations

from array import array

from aiperf.benchmark.record_table import VALID, Table
from aiperf.benchmark.run_totals import TableTotals

RECORDS = Table()
for _ in range(10):
    RECORDS.begin(1, 2, VALID)
    RECORDS.put("tokens", 0.1)
RECORDS.put_list("gaps", array("d", [0.5, 0.25]))
TOTALS = TableTotals(duration_s=2.0, request_count=3, error_count=1, records=RECORDS)


def test_a_total_is_the_exact_sum():
    """Ten tenths are one; adding them one after the other is not."""
    assert TOTALS.total("tokens") == 1.0


def test_a_total_of_lists():
    """All values of all requests."""
    assert TOTALS.total("gaps") == 0.75


def test_a_column_has_a_row_for_each_request():
    """A metric of several values, or of none, has no column."""
    assert TOTALS.column("tokens").tolist() == [0.1] * 10
    assert TOTALS.column("gaps") is None
    assert TOTALS.column("unknown") is None


def test_an_unknown_metric_has_no_total():
    """A metric that is not computed in this run has no total."""
    assert TOTALS.total("unknown") is None
