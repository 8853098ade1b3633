"""A metric that lacks something is told of by name before a run."""

from __future__ import annotations

import pytest

from aiperf.benchmark.metric_shape import (
    NEEDS,
    MetricShapeError,
    refuse_misshapen,
    refuse_unknown_needs,
)
from aiperf.devtools.check_values import CHOICES


class Metric:
    """A whole one."""

    scope = "record"
    tag = "mine"
    header = "Mine"
    unit = ""


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("tag", None, "has no attribute 'tag'"),
        ("unit", 3, "has 3 as its 'unit'"),
        ("scope", "recrd", "has 'recrd' as its 'scope'"),
        ("scope", None, "has None as its 'scope'"),
    ],
)
def test_a_metric_that_lacks_something(name, value, said):
    """The message names its class type, its class and the attribute."""
    refuse_misshapen("mine", Metric())
    lacking = type("Lacking", (Metric,), {name: value, "__module__": "acme"})
    with pytest.raises(MetricShapeError) as caught:
        refuse_misshapen("mine", lacking())
    assert str(caught.value).startswith(f"metric 'mine' (acme:Lacking) {said}. Give the class ")
    assert caught.value.class_type == "mine"


def test_a_need_that_no_run_meets():
    """The metric would be in no result, and nobody would know why."""
    assert CHOICES["metric", "needs"] == NEEDS
    refuse_unknown_needs({"a": {}, "b": {"needs": sorted(NEEDS)}})
    with pytest.raises(MetricShapeError, match=r"metric 'c' needs 'gpu'.*streaming"):
        refuse_unknown_needs({"c": {"needs": ["gpu"]}})
