"""A run cut into slices: which requests are in which, and the metrics of each."""

from __future__ import annotations

from array import array

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiperf.benchmark.record_table import CANCELLED, FAILED, VALID, Table
from aiperf.benchmark.time_slices import Slicer
from aiperf.common.factories import MetricFactory
from aiperf.common.objectives import Objective

SECOND = 10**9


def slicer(*tags, objectives=(), secondary=()):
    """Return a slicer for builtin metrics."""
    metrics = [MetricFactory.create_instance(tag) for tag in tags]
    return Slicer(metrics, objectives, secondary)


def values(part):
    """Return the means of a slice by tag."""
    return {each.tag: each.avg for each in part.statistics}


def test_a_run_by_hand():
    """From 10 s to 12.5 s in slices of one second; a request counts where it started.

    First: two valid requests with 100 and 300 ms, one failed. Second: none. Third, half as long:
    one valid with 400 ms, and one that was cancelled. One that never started is in no slice.
    """
    records = Table()
    for start, end, outcome, latency in [
        (10.0, 10.1, VALID, 100.0),
        (10.1, 11.9, FAILED, None),
        (12.0, 12.5, VALID, 400.0),
        (10.9, 11.2, VALID, 300.0),
        (0, 0.5, CANCELLED, None),
        (12.1, 12.2, CANCELLED, None),
    ]:
        records.begin(round(start * SECOND), round(end * SECOND), outcome)
        if latency is not None:
            records.put("request_latency", latency)
            records.put_list("inter_chunk_latency", array("d", [latency, latency + 1]))
    cut = slicer(
        *("request_latency", "inter_chunk_latency", "request_throughput", "goodput"),
        *("request_count", "error_request_count", "benchmark_duration"),
        objectives=[Objective("request_latency", 200.0)],
    )
    first, second, third = cut.slices(records, 1.0)
    assert [(each.start_ns / SECOND, each.end_ns / SECOND) for each in (first, second, third)] == [
        (10, 11),
        (11, 12),
        (12, 12.5),
    ]
    assert [each.is_complete for each in (first, second, third)] == [True, True, False]
    assert values(first) == {
        "request_latency": 200.0,
        "inter_chunk_latency": 200.5,
        "request_throughput": 2.0,
        "goodput": 1.0,
        "request_count": 2,
        "error_request_count": 1,
        "benchmark_duration": 1.0,
    }
    assert first.statistics[0].percentiles[50] == 200.0
    assert values(second) == {
        "request_throughput": 0.0,
        "goodput": 0.0,
        "request_count": 0,
        "error_request_count": 0,
        "benchmark_duration": 1.0,
    }
    assert values(third)["request_throughput"] == 2.0
    assert values(third)["error_request_count"] == 1
    assert values(third)["inter_chunk_latency"] == 400.5
    assert cut.warnings == []


@given(
    st.lists(st.tuples(st.integers(1, 10**10), st.integers(0, 10**9)), min_size=1),
    st.floats(0.05, 20),
)
def test_every_request_is_in_one_slice(requests, seconds):
    """The counts add up to the run's, and each slice has the values of its own requests."""
    records = Table()
    for start, took in requests:
        records.begin(start, start + took, VALID)
        records.put("request_latency", start)
    cut = slicer("request_latency", "request_count").slices(records, seconds)
    assert sum(values(each)["request_count"] for each in cut) == len(requests)
    assert all(each.is_complete for each in cut[:-1])
    edges = [each.start_ns for each in cut] + [cut[-1].end_ns + 1]
    starts = np.array([start for start, _ in requests])
    for part, begin, end in zip(cut, edges[:-1], edges[1:], strict=True):
        inside = starts[(starts >= begin) & (starts < end)]
        assert values(part)["request_count"] == len(inside)
        if len(inside):
            assert values(part)["request_latency"] == pytest.approx(inside.mean())


def test_a_run_without_a_started_request_has_no_slice():
    records = Table()
    assert slicer("request_count").slices(records, 1.0) == ()
    records.begin(0, 5, CANCELLED)
    assert slicer("request_count").slices(records, 1.0) == ()


def test_too_many_slices_are_refused_in_words():
    """Rather than fill the disk with them."""
    records = Table()
    records.begin(1, 100 * SECOND, VALID)
    cut = slicer("request_count")
    assert cut.slices(records, 0.001) == ()
    assert cut.warnings[0].startswith("There are no time slices: 0.001 s would make 100000 of them")


class Failing:
    scope, tag, header, unit = "run", "failing", "Failing", ""

    def compute(self, run):
        return 1 / run.request_count


class Endless(Failing):
    def compute(self, run):
        return 1.0 if run.request_count else float("inf")


@pytest.mark.parametrize(
    ("metric", "why"), [(Failing(), "ZeroDivisionError"), (Endless(), "not a finite number")]
)
def test_a_metric_that_fails_on_a_slice_is_named_once(metric, why):
    """The others are there."""
    records = Table()
    for start in (1, 9):
        records.begin(start * SECOND, start * SECOND + 5, VALID)
    cut = Slicer([metric, MetricFactory.create_instance("request_count")], (), ())
    found = [values(each) for each in cut.slices(records, 1.0)]
    assert found[0] == {"failing": 1.0, "request_count": 1}
    assert set(map(tuple, found[1:])) == {("request_count",)}
    (warning,) = cut.warnings
    assert "'failing'" in warning
    assert why in warning
