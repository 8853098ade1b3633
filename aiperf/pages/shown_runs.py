"""Runs as a page shows them: what is known of each, and which belong together."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiperf.pages.charts import ACCENT, BAD, SECOND, SOFT, THIRD

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

COLOURS = (ACCENT, SECOND, THIRD, BAD, SOFT)


@dataclass(frozen=True, slots=True)
class ShownRun:
    """A run, or the mean of equal ones, as a page shows it.

    ``metrics`` has the statistics of each metric by tag, with its ``unit``. Runs of one ``group``
    are joined by a line in order of their ``load``, if all of them have one and none the same.
    """

    name: str
    metrics: Mapping[str, Mapping[str, Any]]
    group: str = ""
    load: float | None = None

    def value(self, tag: str, statistic: str = "avg") -> float:
        """Return a statistic, NaN if the run has none."""
        found = self.metrics.get(tag, {}).get(statistic)
        return float(found) if isinstance(found, int | float) else float("nan")

    def has(self, tag: str, statistic: str = "avg") -> bool:
        """Return whether the run has a statistic."""
        return math.isfinite(self.value(tag, statistic))


@dataclass(frozen=True, slots=True)
class Group:
    """Runs that are drawn alike; ``place`` is where their labels are."""

    name: str
    colour: str
    place: str
    runs: list[ShownRun] = field(default_factory=list)

    @property
    def is_line(self) -> bool:
        """Whether a line joins the runs."""
        loads = [run.load for run in self.runs]
        return None not in loads and len(set(loads)) == len(loads) > 1

    def ordered(self) -> list[ShownRun]:
        """Return the runs as the line goes."""
        if not self.is_line:
            return self.runs
        return sorted(self.runs, key=lambda run: run.load or 0.0)


def groups_of(runs: Iterable[ShownRun]) -> list[Group]:
    """Return the groups in the order in which they come, each with a colour of its own."""
    found: dict[str, Group] = {}
    for run in runs:
        if run.group not in found:
            colour = COLOURS[len(found) % len(COLOURS)]
            place = "bottom center" if len(found) % 2 else "top center"  # of the labels
            found[run.group] = Group(run.group, colour, place)
        found[run.group].runs.append(run)
    return list(found.values())
