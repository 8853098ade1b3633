"""What ``--goodput`` asks of a request, checked against the metrics that a run has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiperf.common.errors import ConfigError
from aiperf.common.objectives import Objective
from aiperf.plugins.nearest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

OPTION = "--goodput"


def objectives(
    asked: Mapping[str, float],
    offered: Mapping[str, Mapping[str, Any]],
    computed: Collection[str],
) -> tuple[Objective, ...]:
    """Return what a good request must meet.

    Args:
        asked: The values by the tags of their metrics.
        offered: The metadata of every metric that there is.
        computed: The tags of those that this run has.

    Raises:
        ConfigError: A metric does not exist, is not one of requests, or is not in this run.
    """
    found = []
    for tag, value in asked.items():
        if tag not in offered:
            usable = [name for name, data in offered.items() if data.get("scope") == "record"]
            raise ConfigError(
                f"{OPTION}: there is no metric {tag!r}. {did_you_mean(tag, usable)}", option=OPTION
            )
        metadata = offered[tag]
        if metadata.get("scope") == "run" or metadata.get("several"):
            has = "one value for the run" if metadata.get("scope") == "run" else "several values"
            raise ConfigError(
                f"{OPTION}: the metric {tag!r} has {has}, and an objective needs one for each "
                "request. Take another metric, such as request_latency.",
                option=OPTION,
            )
        if tag not in computed:
            raise ConfigError(
                f"{OPTION}: the metric {tag!r} has no values in this run. {_why(metadata)}Without "
                "values, no request could be good.",
                option=OPTION,
            )
        found.append(Objective(tag, value, bool(metadata.get("larger_is_better"))))
    return tuple(found)


def _why(metadata: Mapping[str, Any]) -> str:
    """Return a sentence that says what the metric, or one that it reads, needs."""
    needs = metadata.get("needs", ())
    if "tokens" in needs:
        return "It needs an endpoint that gives tokens" + (
            ", and --streaming. " if "streaming" in needs else ". "
        )
    if "streaming" in needs:
        return "It needs an endpoint that streams, and --streaming. "
    return "Take another metric. "
