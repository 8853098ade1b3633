"""The order in which metrics are computed, and the orders that do not exist."""

from __future__ import annotations

import itertools
import pickle

import pytest

from aiperf.benchmark.metric_order import MetricOrderError, in_order
from aiperf.plugins.errors import AIPerfError


class Metric:
    """A metric that is only ordered."""

    header = "Header"
    unit = "ms"

    def __init__(self, tag, scope="record"):
        self.tag = tag
        self.scope = scope

    def compute(self, _):
        return None


def tags(metrics):
    """Return the tags of ``metrics`` in order."""
    return [metric.tag for metric in metrics]


@pytest.mark.parametrize("given", list(itertools.permutations("abcd")))
def test_each_metric_comes_after_those_it_requires(given):
    """Whatever the order given: d requires b and c, which require a."""
    ordered = tags(
        in_order([Metric(tag) for tag in given], {"b": ["a"], "c": ["a"], "d": ["b", "c"]})
    )
    assert sorted(ordered) == ["a", "b", "c", "d"]
    assert ordered.index("a") < min(ordered.index("b"), ordered.index("c"))
    assert ordered[-1] == "d"


def test_metrics_without_requirements_keep_their_order():
    """Nothing is moved without a reason."""
    assert tags(in_order([Metric("z"), Metric("a"), Metric("m")], {})) == ["z", "a", "m"]


def test_requirements_of_metrics_that_are_not_computed_do_not_matter():
    """A registry knows more metrics than one run computes."""
    assert tags(in_order([Metric("a")], {"other": ["missing"]})) == ["a"]


def test_an_unknown_requirement_names_the_metric_and_its_class():
    """The message says who requires what, and what there is."""
    with pytest.raises(MetricOrderError) as caught:
        in_order([Metric("a"), Metric("b")], {"b": ["missing"]})
    assert caught.value.tag == "b"
    assert str(caught.value) == (
        f"metric 'b' ({__name__}:Metric) requires 'missing', which is not computed in this run. "
        "Select 'missing' too, or correct 'requires' in the metadata of the registry entry of 'b'. "
        "aiperf plugins list has all tags."
    )
    with pytest.raises(MetricOrderError, match=r"Did you mean 'latency'\?"):
        in_order([Metric("latency"), Metric("b")], {"b": ["latncy"]})


def test_a_circle_is_shown_in_reading_order():
    """The message goes from each metric to the one that it requires."""
    with pytest.raises(MetricOrderError) as caught:
        in_order([Metric(t) for t in "abc"], {"a": ["b"], "b": ["c"], "c": ["a"]})
    shown = str(caught.value)
    assert shown.startswith(f"metric '{caught.value.tag}' ({__name__}:Metric) requires itself: ")
    circle = shown.partition(": ")[2].partition(".")[0].split(" requires ")
    assert circle[0] == circle[-1] == caught.value.tag
    assert all(
        (one, other) in {("a", "b"), ("b", "c"), ("c", "a")}
        for one, other in itertools.pairwise(circle)
    )
    assert len(circle) == 4


def test_a_metric_cannot_require_itself():
    """The smallest circle is one too."""
    with pytest.raises(MetricOrderError, match="requires itself: a requires a"):
        in_order([Metric("a")], {"a": ["a"]})


def test_a_metric_of_requests_cannot_require_one_of_the_run():
    """The run's value is known only when every request has ended."""
    with pytest.raises(MetricOrderError, match="requires 'r', which is known only when the run"):
        in_order([Metric("a"), Metric("r", "run")], {"a": ["r"]})


def test_a_metric_of_the_run_may_require_one_of_requests():
    """It reads the total when the run has ended."""
    ordered = in_order([Metric("r", "run"), Metric("a")], {"r": ["a"]})
    assert tags(ordered) == ["a", "r"]


def test_two_metrics_with_one_tag_are_an_error():
    """One would silently take the other's place."""
    with pytest.raises(MetricOrderError, match=r"metric 'a' .* has the tag of another metric 'a'"):
        in_order([Metric("a"), Metric("a")], {})


def test_the_error_is_one_of_ours_and_survives_pickling():
    """A worker can hand it to its parent."""
    with pytest.raises(AIPerfError) as caught:
        in_order([Metric("a")], {"a": ["missing"]})
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (type(copy), str(copy), copy.tag) == (MetricOrderError, str(caught.value), "a")
