"""Good requests: which meet every objective, and which objectives can be met at all."""

from __future__ import annotations

from array import array

import pytest

from aiperf.benchmark.goodput import Objective, good_rows, objectives
from aiperf.benchmark.record_table import CANCELLED, FAILED, VALID, Table
from aiperf.common.errors import ConfigError
from aiperf.common.factories import MetricFactory

OFFERED = {each.class_type: each.metadata for each in MetricFactory.list_implementations()}


def table(*rows):
    """Return a table of requests that ended as the first of each pair says, with these values."""
    made = Table()
    for outcome, values in rows:
        made.begin(1, 2, outcome)
        for tag, value in values.items():
            made.put(tag, value)
    return made


def test_a_good_request_meets_every_objective():
    """A value equal to the objective's is good; one that is missing is not."""
    records = table(
        (VALID, {"latency": 250.0, "speed": 50.0}),
        (VALID, {"latency": 251.0, "speed": 50.0}),
        (VALID, {"latency": 1.0, "speed": 49.0}),
        (VALID, {"latency": 1.0}),
        (FAILED, {}),
        (CANCELLED, {}),
        (VALID, {"latency": 2.0, "speed": 99.0}),
    )
    asked = (Objective("latency", 250.0), Objective("speed", 50.0, larger_is_better=True))
    found = good_rows(records, asked).tolist()
    assert found == [True, False, False, False, False, False, True]


def test_a_metric_without_any_value_makes_nothing_good():
    """Not an error: no request had, for instance, a second token."""
    records = table((VALID, {"latency": 1.0}))
    records.put_list("gaps", array("d", [1.0]))
    assert good_rows(records, [Objective("other", 1.0)]).tolist() == [False]


def test_in_which_direction_a_value_is_good_is_in_the_metrics_entry():
    """Latencies are at most, speeds at least the value."""
    asked = {"request_latency": 250.0, "output_token_throughput_per_user": 600.0}
    assert objectives(asked, OFFERED, OFFERED) == (
        Objective("request_latency", 250.0),
        Objective("output_token_throughput_per_user", 600.0, larger_is_better=True),
    )


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        (
            "request_latancy",
            "--goodput: there is no metric 'request_latancy'. Did you mean 'request_latency'?",
        ),
        ("request_throughput", "'request_throughput' has one value for the run"),
        ("inter_chunk_latency", "'inter_chunk_latency' has several values"),
        (
            "time_to_second_token",
            "'time_to_second_token' has no values in this run. It needs an endpoint that st",
        ),
        ("output_token_count", "It needs an endpoint that gives tokens. Without"),
        ("inter_token_latency", "It needs an endpoint that gives tokens, and --streaming. With"),
    ],
)
def test_an_objective_that_nothing_can_meet_is_refused(tag, said):
    """Before the run, with the option's name."""
    with pytest.raises(ConfigError) as raised:
        objectives({tag: 1.0}, OFFERED, {"request_latency", "request_throughput"})
    assert said in str(raised.value)
    assert raised.value.option == "--goodput"
