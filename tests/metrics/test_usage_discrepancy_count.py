"""Worked examples of one metric."""

from __future__ import annotations

from math import nan

from aiperf.metrics.usage_discrepancy_count import UsageDiscrepancyCountMetric


def test_a_request_is_counted_once(make_run):
    """The second is more than 10 % off in both counts, the last in the one that it has."""
    run = make_run(
        columns={
            "usage_prompt_tokens_diff_pct": [10.0, 10.1, 0.0, nan],
            "usage_completion_tokens_diff_pct": [0.0, 50.0, 0.0, 20.0],
        }
    )
    assert UsageDiscrepancyCountMetric().compute(run) == 2


def test_it_needs_counts_of_the_server(make_run):
    """Without them there is nothing to compare."""
    assert UsageDiscrepancyCountMetric().compute(make_run()) is None
