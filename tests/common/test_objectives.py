"""Good requests: which meet every objective."""

from __future__ import annotations

from array import array

from aiperf.benchmark.record_table import CANCELLED, FAILED, VALID, Table
from aiperf.common.objectives import Objective, good_rows


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
