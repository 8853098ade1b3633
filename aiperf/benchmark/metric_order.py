"""In which order metrics are computed: each after those whose values it reads."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from aiperf.plugins.errors import AIPerfError
from aiperf.plugins.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aiperf.common.protocols import MetricProtocol


class MetricOrderError(AIPerfError):
    """The metrics of a run cannot be computed in any order; ``tag`` is the metric at fault."""

    tag: str = ""


def name_of(metric: MetricProtocol) -> str:
    """Return how messages call ``metric``: its tag, and its class with the module."""
    cls = type(metric)
    return f"metric {metric.tag!r} ({cls.__module__}:{cls.__qualname__})"


def in_order(
    metrics: Sequence[MetricProtocol], requires: Mapping[str, Sequence[str]]
) -> list[MetricProtocol]:
    """Return ``metrics`` with each after those that it requires.

    Args:
        metrics: Instances with different tags.
        requires: For a metric's tag, the tags of the metrics whose values it reads. Tags of
            metrics that are not among ``metrics`` are ignored.

    Raises:
        MetricOrderError: Two metrics have one tag, a required metric is not among ``metrics``, a
            metric of single requests requires one of the whole run, or the requirements go round
            in a circle. The message names the metric and its class.
    """
    by_tag: dict[str, MetricProtocol] = {}
    for metric in metrics:
        if metric.tag in by_tag:
            msg = (
                f"{name_of(metric)} has the tag of another {name_of(by_tag[metric.tag])}. "
                "Give one of them a tag of its own, or select one of them"
            )
            raise MetricOrderError(msg, tag=metric.tag)
        by_tag[metric.tag] = metric
    graph = {tag: tuple(requires.get(tag, ())) for tag in by_tag}
    for tag, required in graph.items():
        _check(by_tag[tag], required, by_tag)
    try:
        return [by_tag[tag] for tag in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        # graphlib lists the circle from requirement to dependant; people read it the other way.
        circle: list[str] = error.args[1][::-1]
        msg = (
            f"{name_of(by_tag[circle[0]])} requires itself: {' requires '.join(circle)}. "
            "Remove one of these from 'requires' in the metadata of its registry entry"
        )
        raise MetricOrderError(msg, tag=circle[0]) from None


def _nearest(tag: str, known: Iterable[str]) -> str:
    """Return the tag that was probably meant, or where all tags are listed."""
    near = nearest(tag, known)
    return f"Did you mean {near!r}?" if near else "aiperf plugins list has all tags."


def _check(
    metric: MetricProtocol, required: Sequence[str], by_tag: Mapping[str, MetricProtocol]
) -> None:
    """Raise unless each of ``required`` is there and can be read by ``metric``."""
    for tag in required:
        if tag not in by_tag:
            msg = (
                f"{name_of(metric)} requires {tag!r}, which is not computed in this run. "
                f"Select {tag!r} too, or correct 'requires' in the metadata of the registry entry "
                f"of {metric.tag!r}. {_nearest(tag, by_tag)}"
            )
            raise MetricOrderError(msg, tag=metric.tag)
        if metric.scope == "record" and by_tag[tag].scope == "run":
            msg = (
                f"{name_of(metric)} has a value for each request, but requires {tag!r}, which is "
                "known only when the run has ended. Remove it from 'requires' in the metadata of "
                f"the registry entry of {metric.tag!r}"
            )
            raise MetricOrderError(msg, tag=metric.tag)
