"""Plots of several runs: what is drawn of them, and which are joined."""

from __future__ import annotations

import pytest

from aiperf.pages.run_curves import run_charts
from aiperf.pages.shown_runs import ShownRun


def shown(name, throughput, *, errors=0.0, **more):
    """Return a run; its latencies are 10 times its throughput."""
    metrics = {
        "request_throughput": {"unit": "requests/sec", "avg": throughput},
        "request_latency": {"unit": "ms", "p50": 10 * throughput, "p99": 20 * throughput},
        "error_request_count": {"unit": "requests", "avg": errors},
    }
    return ShownRun(name, {} if throughput is None else metrics, **more)


def curves(*runs):
    (chart,) = run_charts(runs)["Latency against throughput"]
    return [
        (each["name"], each["mode"].partition("+text")[0], list(each["x"]), each["text"])
        for each in chart.traces
    ]


def test_runs_of_a_group_are_joined_in_order_of_their_load():
    """A curve for each group and percentile; labels are loads."""
    runs = [
        shown("a", 9.0, group="isl 1", load=8),
        shown("b", 2.0, group="isl 1", load=1),
        shown("c", 3.0, group="isl 2", load=1),
    ]
    line = ("lines+markers", [2.0, 9.0], ["1", "8"])
    point = ("markers", [3.0], ["c"])
    assert curves(*runs) == [
        ("isl 1 p50", *line),
        ("isl 1 p99", *line),
        ("isl 2 p50", *point),
        ("isl 2 p99", *point),
    ]


@pytest.mark.parametrize("loads", [(1, 1), (1, None)])
def test_runs_that_do_not_differ_in_load_are_points(loads):
    """Nothing is between them; each is named."""
    runs = [shown(f"<{load}", 1.0, load=load) for load in loads]
    assert curves(*runs)[0][1:] == ("markers", [1.0, 1.0], [f"&lt;{load}" for load in loads])


def test_a_run_without_results_has_its_errors_alone():
    """In the plot of errors, which is there for them only."""
    good, bad = shown("good", 1.0), ShownRun("bad", {"error_request_count": {"avg": 5.0}})
    charts = run_charts([good, bad])
    (_, errors) = charts["Throughput"]
    assert errors.rows == [("good", "0"), ("bad", "5.000")]
    (percentiles,) = charts["Latencies by percentile"]
    assert [each["name"] for each in percentiles.traces] == ["good"]
    assert len(run_charts([good])["Throughput"]) == 1
    assert run_charts([bad]) == {}
