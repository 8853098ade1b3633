"""Worked examples of one metric."""

from __future__ import annotations

import math

import pytest

from aiperf.metrics.osl_mismatch_count import OslMismatchCountMetric


@pytest.mark.parametrize(
    ("asked", "got", "count"),
    [
        (100, 100, 0),
        (100, 105, 0),
        (100, 95, 0),
        (100, 106, 1),
        (100, 94, 1),
        (100, 0, 1),
        (1000, 1050, 0),
        (1000, 950, 0),
        (2000, 2050, 0),
        (2000, 2051, 1),
        (2000, 1949, 1),
        (7, 7, 0),
    ],
)
def test_it_counts_what_is_more_than_5_percent_or_50_tokens_off(make_run, asked, got, count):
    """A request that has no length, or was asked for none, is not counted."""
    run = make_run(
        columns={
            "osl_mismatch_diff_pct": [100 * (got - asked) / asked, math.nan],
            "output_sequence_length": [got, 5],
        }
    )
    assert OslMismatchCountMetric().compute(run) == count


def test_it_needs_a_length_that_was_asked_for(make_run):
    """Without one, there is nothing to count."""
    assert OslMismatchCountMetric().compute(make_run()) is None
