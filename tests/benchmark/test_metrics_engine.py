"""Metrics over the records of a run: what is computed, what is counted and what is dropped."""

from __future__ import annotations

import math
from array import array

import pytest

from aiperf.benchmark.metric_order import MetricOrderError
from aiperf.benchmark.metrics_engine import CANCELLED, MetricsEngine
from aiperf.common.models import PROFILING, WARMUP, ErrorCount, ErrorDetails, RequestRecord
from aiperf.metrics.benchmark_duration import BenchmarkDurationMetric
from aiperf.metrics.error_request_count import ErrorRequestCountMetric
from aiperf.metrics.input_sequence_length import InputSequenceLengthMetric
from aiperf.metrics.inter_chunk_latency import InterChunkLatencyMetric
from aiperf.metrics.inter_token_latency import InterTokenLatencyMetric
from aiperf.metrics.output_sequence_length import OutputSequenceLengthMetric
from aiperf.metrics.output_token_throughput import OutputTokenThroughputMetric
from aiperf.metrics.output_token_throughput_per_user import OutputTokenThroughputPerUserMetric
from aiperf.metrics.request_count import RequestCountMetric
from aiperf.metrics.request_latency import RequestLatencyMetric
from aiperf.metrics.request_throughput import RequestThroughputMetric
from aiperf.metrics.time_to_first_token import TimeToFirstTokenMetric

MS = 1_000_000
SECOND = 1_000_000_000

REQUIRES = {
    "inter_token_latency": ["request_latency", "time_to_first_token", "output_sequence_length"],
    "output_token_throughput_per_user": ["inter_token_latency"],
    "output_token_throughput": ["output_sequence_length"],
}


def make_record(start_s=1.0, content_ms=(100, 150, 210), *, phase=PROFILING, **more):
    """Return a record that started at ``start_s`` and ended with its last content."""
    start = round(start_s * SECOND)
    content = array("q", [start + each * MS for each in content_ms])
    return RequestRecord(
        session_num=7,
        x_request_id="request-7",
        x_correlation_id="session-7",
        conversation_id="session_000007",
        turn_index=0,
        phase=phase,
        start_ns=start,
        ack_ns=start + MS,
        end_ns=content[-1] if content else start + MS,
        scheduled_ns=None,
        content_ns=content,
        **more,
    )


class Latest:
    """A metric that computes what its function says."""

    scope = "record"
    header = "Latest"
    unit = "ms"

    def __init__(self, function, tag="latest"):
        self.function = function
        self.tag = tag

    def compute(self, record):
        return self.function(record)


class WholeRun(Latest):
    """The same for the run as a whole."""

    scope = "run"


def raising(error):
    """Return a function that raises ``error``."""

    def raise_it(_):
        raise error

    return raise_it


def by_tag(engine):
    """Return the results of ``engine`` by their tags."""
    return {each.tag: each for each in engine.finish()}


def test_a_whole_run_by_hand():
    """Two valid requests, one failed, one warm-up; every expected value is worked out below.

    A: starts at 1.0 s, content after 100, 150, 210 ms, 12 tokens. ITL (210-100)/11 = 10 ms.
    B: starts at 1.5 s, content after 200, 500 ms, 4 tokens.       ITL (500-200)/3 = 100 ms.
    The run goes from 1.0 s to 1.5 + 0.5 = 2.0 s: 1 s. 16 tokens in 1 s; 2 requests in 1 s.
    """
    engine = MetricsEngine(
        [
            TimeToFirstTokenMetric(),
            InterTokenLatencyMetric(),
            OutputTokenThroughputPerUserMetric(),
            RequestLatencyMetric(),
            InterChunkLatencyMetric(),
            OutputSequenceLengthMetric(),
            OutputTokenThroughputMetric(),
            RequestThroughputMetric(),
            RequestCountMetric(),
            ErrorRequestCountMetric(),
            BenchmarkDurationMetric(),
        ],
        REQUIRES,
    )
    first = make_record(1.0, output_tokens=12)
    engine.add(make_record(0.2, phase=WARMUP, output_tokens=1000))
    engine.add(first)
    engine.add(make_record(1.5, (200, 500), output_tokens=4))
    engine.add(make_record(1.6, (), error=ErrorDetails("ConnectError", "refused")))
    found = by_tag(engine)
    assert first.metrics == {
        "time_to_first_token": 100.0,
        "request_latency": 210.0,
        "inter_chunk_latency": [50.0, 60.0],
        "output_sequence_length": 12,
        "inter_token_latency": 10.0,
        "output_token_throughput_per_user": 100.0,
    }
    assert {tag: each.avg for tag, each in found.items()} == {
        "time_to_first_token": 150.0,
        "inter_token_latency": 55.0,
        "output_token_throughput_per_user": 55.0,
        "request_latency": 355.0,
        "inter_chunk_latency": pytest.approx((50 + 60 + 300) / 3),
        "output_sequence_length": 8.0,
        "output_token_throughput": 16.0,
        "request_throughput": 2.0,
        "request_count": 2.0,
        "error_request_count": 1.0,
        "benchmark_duration": 1.0,
    }
    assert found["inter_chunk_latency"].count == 3
    assert found["request_latency"].count == 2
    assert found["request_count"].min is None
    assert engine.warnings == ()


def test_results_are_in_the_order_in_which_metrics_were_given():
    """However they have to be computed: ITL is shown before what it reads."""
    shown = ["inter_token_latency", "request_latency", "time_to_first_token"]
    engine = MetricsEngine(
        [
            InterTokenLatencyMetric(),
            RequestLatencyMetric(),
            TimeToFirstTokenMetric(),
            OutputSequenceLengthMetric(),
        ],
        REQUIRES,
    )
    engine.add(make_record(output_tokens=12))
    assert [each.tag for each in engine.finish()] == [*shown, "output_sequence_length"]


def test_a_metric_is_skipped_for_a_record_that_lacks_what_it_requires():
    """Where nothing counted tokens there is a TTFT and no ITL, and that is no failure."""
    engine = MetricsEngine(
        [
            RequestLatencyMetric(),
            TimeToFirstTokenMetric(),
            OutputSequenceLengthMetric(),
            InterTokenLatencyMetric(),
        ],
        REQUIRES,
    )
    engine.add(make_record())
    engine.add(make_record(output_tokens=12))
    found = by_tag(engine)
    assert found["time_to_first_token"].count == 2
    assert found["inter_token_latency"].count == 1
    assert engine.warnings == ()


def test_a_metric_without_values_is_not_in_the_results():
    """No value is not zero."""
    engine = MetricsEngine([InputSequenceLengthMetric(), RequestLatencyMetric()])
    engine.add(make_record())
    assert list(by_tag(engine)) == ["request_latency"]


def test_an_empty_list_is_no_value():
    """A metric with several values for each request may have none for one."""
    engine = MetricsEngine([Latest(lambda _: [])])
    record = make_record()
    engine.add(record)
    assert record.metrics == {}
    assert engine.finish() == ()


def test_a_run_without_a_valid_request():
    """Counts are said; nothing is divided by the duration that there is not."""
    engine = MetricsEngine(
        [
            RequestLatencyMetric(),
            RequestThroughputMetric(),
            BenchmarkDurationMetric(),
            RequestCountMetric(),
            ErrorRequestCountMetric(),
        ]
    )
    engine.add(make_record(error=ErrorDetails("ConnectError", "refused")))
    found = by_tag(engine)
    assert {tag: each.avg for tag, each in found.items()} == {
        "request_count": 0.0,
        "error_request_count": 1.0,
    }
    assert engine.warnings == ()


def test_nothing_at_all():
    """A run in which no request ended has its counts and no more."""
    engine = MetricsEngine([RequestLatencyMetric(), RequestCountMetric()])
    assert {tag: each.avg for tag, each in by_tag(engine).items()} == {"request_count": 0.0}
    assert (engine.errors, engine.duration_s) == ((), 0.0)


def test_requests_that_fail_are_part_of_the_run():
    """The time that a server spends failing counts: throughput must not look better for it."""
    engine = MetricsEngine([BenchmarkDurationMetric()])
    engine.add(make_record(1.0, (500,), error=ErrorDetails("HTTPStatusError", "500", 500)))
    engine.add(make_record(3.0, (500,)))
    engine.add(make_record(4.0, (6000,), error=ErrorDetails("ReadTimeout", "too slow")))
    assert by_tag(engine)["benchmark_duration"].avg == 9.0


def test_a_cancelled_request_does_not_lengthen_the_run():
    """It ended when somebody ended it, not when the server did."""
    engine = MetricsEngine([BenchmarkDurationMetric()])
    engine.add(make_record(1.0, (500,)))
    engine.add(make_record(2.0, (6000,), was_cancelled=True))
    assert by_tag(engine)["benchmark_duration"].avg == 0.5


def test_a_request_that_never_started_does_not_begin_the_run():
    """A start of 0 is a moment that was not reached."""
    engine = MetricsEngine([BenchmarkDurationMetric()])
    engine.add(make_record(0, (), was_cancelled=True))
    engine.add(make_record(2.0, (500,)))
    assert by_tag(engine)["benchmark_duration"].avg == 0.5


def test_errors_are_grouped_and_the_most_frequent_comes_first():
    """Type, code and message together make a kind."""
    engine = MetricsEngine([RequestLatencyMetric()])
    refused = ErrorDetails("ConnectError", "refused")
    busy = ErrorDetails("HTTPStatusError", "busy", 503)
    other = ErrorDetails("HTTPStatusError", "busy", 429)
    for error in (refused, busy, busy, other, busy, refused):
        record = make_record(error=error)
        engine.add(record)
        assert record.metrics == {}
    assert engine.errors == (ErrorCount(busy, 3), ErrorCount(refused, 2), ErrorCount(other, 1))
    assert (engine.request_count, engine.error_count) == (0, 6)
    assert engine.finish() == ()


def test_errors_that_are_all_different_are_bounded():
    """A server that numbers its errors fills neither memory nor artifacts; none is lost."""
    engine = MetricsEngine([ErrorRequestCountMetric()])
    for number in range(2500):
        error = ErrorDetails("HTTPStatusError", f"request {number} failed", 500 + number % 2)
        engine.add(make_record(error=error))
    assert len(engine.errors) == 1000 + 2
    assert sum(each.count for each in engine.errors) == engine.error_count == 2500
    assert {(each.error.code, each.count) for each in engine.errors[:2]} == {(500, 750), (501, 750)}
    assert engine.errors_by_type == {"HTTPStatusError": 2500}


def test_a_cancelled_request_is_an_error_and_says_so():
    """What was measured of it is not in the results; an error of its own is kept."""
    engine = MetricsEngine([RequestLatencyMetric()])
    cancelled = make_record(was_cancelled=True)
    known = make_record(was_cancelled=True, error=ErrorDetails("ReadTimeout", "too slow"))
    engine.add(cancelled)
    engine.add(known)
    assert cancelled.error == CANCELLED
    assert {each.error.type for each in engine.errors} == {
        "RequestCancellationError",
        "ReadTimeout",
    }
    assert engine.error_count == 2
    assert engine.finish() == ()


def test_warm_up_is_in_no_result():
    """Neither its values nor its errors nor its times."""
    engine = MetricsEngine([RequestLatencyMetric(), RequestCountMetric()])
    engine.add(make_record(0.1, phase=WARMUP))
    engine.add(make_record(0.1, phase=WARMUP, error=ErrorDetails("ConnectError", "refused")))
    engine.add(make_record(1.0))
    found = by_tag(engine)
    assert (found["request_latency"].count, found["request_count"].avg) == (1, 1.0)
    assert (engine.errors, engine.error_count) == ((), 0)
    assert engine.duration_s == pytest.approx(0.21)


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (ValueError("no good"), "ValueError: no good"),
        (KeyError("missing"), "KeyError: 'missing'"),
        (SystemExit(3), "SystemExit: 3"),
        (BaseException("bare"), "BaseException: bare"),
    ],
)
def test_a_metric_that_raises_is_dropped_and_named_once(error, shown):
    """It had a value before and would have one after; half of the values would be wrong."""
    records = [make_record(), make_record(), make_record()]
    outcomes = iter([lambda _: 1.0, raising(error), lambda _: 3.0])

    def compute(record):
        return next(outcomes)(record)

    engine = MetricsEngine([Latest(compute), RequestLatencyMetric()])
    for record in records:
        engine.add(record)
    assert list(by_tag(engine)) == ["request_latency"]
    assert by_tag(engine)["request_latency"].count == 3
    assert "latest" not in records[1].metrics
    (warning,) = engine.warnings
    assert warning == (
        f"metric 'latest' ({__name__}:Latest) failed on request 7 (request-7): {shown}. It is left "
        "out of the results. Correct the metric, or select another implementation of it"
    )


def test_an_interrupt_is_not_the_metrics_failure():
    """Ctrl-C while a metric computes is Ctrl-C."""
    engine = MetricsEngine([Latest(raising(KeyboardInterrupt()))])
    with pytest.raises(KeyboardInterrupt):
        engine.add(make_record())
    engine = MetricsEngine([WholeRun(raising(KeyboardInterrupt()))])
    with pytest.raises(KeyboardInterrupt):
        engine.finish()


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, -math.inf, [1.0, math.nan], "12", [1.0, "2"], (1.0, 2.0), {}]
)
def test_what_is_not_a_finite_number_is_a_failure(value):
    """Neither NaN nor infinity nor anything else gets into the results."""
    engine = MetricsEngine([Latest(lambda _: value)])
    record = make_record()
    engine.add(record)
    assert record.metrics == {}
    assert engine.finish() == ()
    assert len(engine.warnings) == 1
    assert f"metric 'latest' ({__name__}:Latest) failed on request 7" in engine.warnings[0]


def test_what_reads_a_failed_metric_is_dropped_with_it():
    """ITL, what follows from it, and the run's total: all of them would be half-computed."""
    outcomes = iter([12, None])
    broken = Latest(lambda _: next(outcomes) / 1, tag="output_sequence_length")
    engine = MetricsEngine(
        [
            OutputTokenThroughputMetric(),
            OutputTokenThroughputPerUserMetric(),
            InterTokenLatencyMetric(),
            TimeToFirstTokenMetric(),
            RequestLatencyMetric(),
            broken,
        ],
        REQUIRES,
    )
    engine.add(make_record())
    engine.add(make_record())
    assert list(by_tag(engine)) == ["time_to_first_token", "request_latency"]
    (warning,) = engine.warnings
    assert (
        "It is left out of the results, and so are output_token_throughput, "
        "output_token_throughput_per_user, inter_token_latency, which read it." in warning
    )


def test_a_failed_metric_has_no_total():
    """Not even for a metric of the run that does not say what it reads."""
    outcomes = iter([1.0, math.nan])
    totals = []
    engine = MetricsEngine(
        [
            Latest(lambda _: next(outcomes)),
            WholeRun(lambda run: totals.append(run.total("latest")), tag="whole"),
        ]
    )
    engine.add(make_record())
    engine.add(make_record())
    assert engine.finish() == ()
    assert totals == [None]


@pytest.mark.parametrize("function", [raising(ZeroDivisionError("by zero")), lambda _: math.inf])
def test_a_metric_of_the_run_that_fails_is_dropped_and_named_once(function):
    """Asking for the results twice does not say it twice."""
    engine = MetricsEngine([WholeRun(function), RequestCountMetric()])
    engine.add(make_record())
    engine.finish()
    assert list(by_tag(engine)) == ["request_count"]
    (warning,) = engine.warnings
    assert warning.startswith(
        f"metric 'latest' ({__name__}:WholeRun) failed on the run as a whole: "
    )


def test_values_that_do_not_add_up_to_a_number_are_dropped():
    """Two finite values can have an infinite sum; what reads the metric goes with it."""
    engine = MetricsEngine(
        [Latest(lambda _: 1.0, "reader"), Latest(lambda _: 1e308), RequestCountMetric()],
        {"reader": ["latest"]},
    )
    engine.add(make_record())
    engine.add(make_record())
    assert list(by_tag(engine)) == ["request_count"]
    assert "FloatingPointError" in engine.warnings[0]


def test_records_get_plain_numbers():
    """Whatever number type a metric uses, an exporter sees int, float and lists of float."""
    import numpy as np  # noqa: PLC0415 - a metric of a plugin would

    values = [Latest(lambda _: np.float64(1.5), "a"), Latest(lambda _: [np.int64(2), 3], "b")]
    record = make_record()
    MetricsEngine([*values, Latest(lambda _: 4, "c"), Latest(lambda _: True, "d")]).add(record)
    assert record.metrics == {"a": 1.5, "b": [2.0, 3.0], "c": 4, "d": 1.0}
    assert [type(record.metrics[tag]) for tag in "abcd"] == [float, list, int, float]
    assert {type(each) for each in record.metrics["b"]} == {float}


def test_requirements_are_checked_before_the_run():
    """A set of metrics that cannot be computed is refused at once."""
    with pytest.raises(MetricOrderError, match="requires 'inter_token_latency'"):
        MetricsEngine([OutputTokenThroughputPerUserMetric()], REQUIRES)
