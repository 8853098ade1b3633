"""Which plots a run has, and that each draws what its words and its table say."""

from __future__ import annotations

import numpy as np
import pytest

from aiperf.common.objectives import Objective, good_rows
from aiperf.exporters.report_figures import charts_of
from aiperf.testing import samples


@pytest.fixture(scope="module")
def long():
    """Give a run with more requests than are drawn one by one."""
    return samples.long_result(3000)


def by_key(result):
    return {chart.key: chart for group in charts_of(result).values() for chart in group}


def test_the_plots_of_a_streamed_run(long):
    """Three latencies twice, all over time, load, and errors."""
    tags = ("time_to_first_token", "inter_token_latency", "request_latency")
    assert list(by_key(long)) == [
        *(f"{tag}-{kind}" for tag in tags for kind in ("histogram", "percentiles")),
        *(f"{tag}-over-time" for tag in (*tags, "schedule_lag")),
        *("requests-over-time", "tokens-over-time", "concurrency-over-time", "errors-over-time"),
    ]


def test_a_run_without_errors_has_no_plot_of_them():
    """An empty plot says nothing."""
    assert "errors-over-time" not in by_key(samples.long_result(30, fail_every=0))


def test_metrics_that_are_not_there_are_not_drawn():
    """A run that was not streamed has no tokens' times."""
    latency = samples.long_result(30).statistics[1]
    assert latency.tag == "request_latency"
    charts = by_key(samples.long_result(30, statistics=(latency,)))
    assert "request_latency-histogram" in charts
    assert "time_to_first_token-histogram" not in charts
    assert "tokens-over-time" not in charts


def test_requests_that_were_never_sent_have_no_time():
    """They were cancelled while they waited; they are not at the beginning of time."""
    made = [samples.record(), samples.record(start_ns=0, error=samples.TIMEOUT, metrics={})]
    result = samples.result(records=samples.table(made))
    (sent,) = by_key(result)["requests-over-time"].rows[:1]
    assert float(sent[1]) < 1
    assert charts_of(samples.result(records=samples.table(made[1:]))) == {}


def test_a_histogram_shows_each_request_once(long):
    """Those that are not drawn are said to be not."""
    metric = next(each for each in long.statistics if each.tag == "request_latency")
    chart = by_key(long)["request_latency-histogram"]
    drawn = int(chart.traces[0]["y"].sum())
    assert f"How many of {metric.count:,} requests" in chart.note
    beyond = metric.count - drawn
    assert (f" {beyond:,} above " in chart.note) == bool(beyond)
    assert sum(float(row[2].replace(",", "")) for row in chart.rows) == drawn
    marks = [shape["x0"] for shape in chart.layout["shapes"]]
    assert marks == [metric.percentiles[p] for p in (50, 90, 99)]


def test_few_requests_are_dots_and_many_are_percentiles(long):
    """A dot is a request; of many, no single one is picked out."""
    few = by_key(samples.long_result(100, fail_every=0))["request_latency-over-time"]
    assert len(few.traces[0]["x"]) == 100
    many = by_key(long)["request_latency-over-time"]
    assert [each["name"] for each in many.traces] == ["p99", "p90", "p50"]
    p99, p90, p50 = (each["y"] for each in many.traces)
    assert (p50 <= p90).all()
    assert (p90 <= p99).all()


def test_rates_over_time_add_up_to_the_run(long):
    """Requests and tokens are neither lost nor counted twice."""
    charts = by_key(long)
    values = {each.tag: each.avg for each in long.statistics}
    for key, index, tag in (
        ("requests-over-time", 1, "request_throughput"),
        ("tokens-over-time", 0, "output_token_throughput"),
    ):
        trace = charts[key].traces[index]
        widths = np.diff(trace["x"])
        mean = (trace["y"][:-1] * widths).sum() / widths.sum()
        assert mean == pytest.approx(values[tag], rel=1e-3)


def test_goodput_is_drawn_where_it_was_asked_for(long):
    """Beside all answers; in the words is what was asked."""
    asked = [Objective("request_latency", 400.0), Objective("inter_token_latency", 0, True)]  # noqa: FBT003 - its third field
    charts = {each.key: each for each in charts_of(long, asked)["Load over time"]}
    assert list(charts)[:3] == ["requests-over-time", "goodput-over-time", "tokens-over-time"]
    chart = charts["goodput-over-time"]
    assert "request_latency at most 400 and inter_token_latency at least 0." in chart.note
    answered, good = (each["y"][:-1] @ np.diff(each["x"]) for each in chart.traces)
    assert answered == pytest.approx(2850, rel=1e-4)
    assert good == pytest.approx(good_rows(long.records, asked).sum(), rel=1e-4)
    assert 0 < good < answered


def test_concurrency_is_what_was_asked_for(long):
    """Eight in flight, drawn step by step where that is possible."""
    most, mean = (each["y"] for each in by_key(long)["concurrency-over-time"].traces)
    assert most.max() == 8
    assert mean[1:-2] == pytest.approx(8, abs=0.01)
    few = by_key(samples.long_result(40))["concurrency-over-time"].traces[0]["y"]
    assert (few.max(), few[-1]) == (8, 0)


def test_errors_are_counted_where_they_ended(long):
    """Failed and cancelled ones apart."""
    failed, cancelled = (int(each["y"].sum()) for each in by_key(long)["errors-over-time"].traces)
    assert (failed, cancelled) == (75, 75)


def test_plots_have_units_and_words(long):
    """On each axis that has one; and the table has the numbers of what is drawn."""
    for chart in by_key(long).values():
        titles = [chart.layout[each]["title"]["text"] for each in ("xaxis", "yaxis")]
        assert all(any(mark in title for mark in ("(", "Requests")) for title in titles), chart.key
        assert chart.note.endswith(".")
        assert len(chart.rows[0]) == len(chart.columns)
