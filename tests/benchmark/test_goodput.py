"""Which objectives of good requests can be met at all."""

from __future__ import annotations

import pytest

from aiperf.benchmark.goodput import objectives
from aiperf.common.errors import ConfigError
from aiperf.common.factories import MetricFactory
from aiperf.common.objectives import Objective

OFFERED = {each.class_type: each.metadata for each in MetricFactory.list_implementations()}


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
