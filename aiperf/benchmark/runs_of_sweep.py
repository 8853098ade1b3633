"""The runs of a sweep, found again in its directory."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiperf.benchmark.comparison_run import SUMMARY

if TYPE_CHECKING:
    from pathlib import Path

_SUMMARIES = (
    "sweep_aggregate/profile_export_aiperf_sweep.json",
    "aggregate/sweep_aggregate/profile_export_aiperf_sweep.json",
    "aggregate/profile_export_aiperf_aggregate.json",
)
_NUMBER = re.compile(r"(\d+(?:\.\d+)?)")


def runs_of(path: Path) -> list[Path]:
    """Return the directories of the runs that a sweep's directory has, in order of their values.

    Anything else stands for itself.
    """
    if not any((path / each).is_file() for each in _SUMMARIES):
        return [path]
    return sorted((each.parent for each in path.rglob(SUMMARY)), key=_in_order) or [path]


def _in_order(path: Path) -> list[tuple[float, str]]:
    """Return a key that has 8 before 16."""
    parts = _NUMBER.split(str(path))
    return [(float(each), "") if index % 2 else (0.0, each) for index, each in enumerate(parts)]
