"""Which requests are good: those that meet every objective of ``--goodput``.

As in DistServe (https://arxiv.org/abs/2401.09670), where goodput is the rate of such requests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiperf.common.errors import ConfigError
from aiperf.plugins.nearest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from aiperf.common.record_table import RecordTable

OPTION = "--goodput"


@dataclass(frozen=True, slots=True)
class Objective:
    """The value of a metric, in its unit, that is still good."""

    tag: str
    value: float
    larger_is_better: bool = False


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


def good_rows(records: RecordTable, asked: Sequence[Objective]) -> NDArray[np.bool_]:
    """Return which requests are valid and meet every objective; one without the value does not."""
    import numpy as np  # noqa: PLC0415 - heavy: no run pays for it before it has results

    is_good: NDArray[np.bool_] = records.outcome == 0
    for objective in asked:
        if objective.tag not in records.tags:
            return np.zeros(len(records), dtype=np.bool_)
        values = records.column(objective.tag)  # a comparison with NaN is false
        meets = np.greater_equal if objective.larger_is_better else np.less_equal
        is_good &= meets(values, objective.value)
    return is_good


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
