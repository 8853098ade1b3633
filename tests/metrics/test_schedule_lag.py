"""Worked examples of one metric."""

from __future__ import annotations

from aiperf.metrics.schedule_lag import ScheduleLagMetric


def test_it_is_actual_minus_scheduled_start(make_record):
    """Scheduled 3 ms before it started: 3 ms."""
    assert ScheduleLagMetric().compute(make_record([10], scheduled_ms=-3)) == 3.0


def test_a_request_that_started_when_it_should_has_no_lag(make_record):
    """Scheduled for the moment it started: 0 ms, which is a value."""
    assert ScheduleLagMetric().compute(make_record([10], scheduled_ms=0)) == 0.0


def test_a_request_without_a_schedule_has_none(make_record):
    """Closed-loop modes have no schedule to lag behind."""
    assert ScheduleLagMetric().compute(make_record([10])) is None
