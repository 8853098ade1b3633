"""The page of a sweep, beside its summary."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, Any

from aiperf.benchmark.sweep_summary import combinations
from aiperf.cli.sweep_text import sentences, sweep_table, sweep_warnings
from aiperf.pages.runs_page import write_runs_page
from aiperf.pages.shown_runs import ShownRun

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from aiperf.benchmark.sweep import SweptRun
    from aiperf.benchmark.sweep_plan import SweepPlan
    from aiperf.benchmark.sweep_summary import Combination

_LOADS = ("concurrency", "request_rate", "num_users")


def write_sweep_page(path: Path, plan: SweepPlan, runs: Sequence[SweptRun]) -> None:
    """Write the page of what has run.

    Raises:
        ExportError: It cannot be written.
    """
    config = plan.runs[0].config
    found = combinations(runs, plan.config.confidence_level)
    failures = [
        f"{plan.name_of(run.planned)}: {failure}" for run in runs for failure in run.failures
    ]
    write_runs_page(
        path,
        f"{config.model} \N{MIDDLE DOT} {config.types.endpoint} \N{MIDDLE DOT} {len(runs)} runs",
        said=sentences(plan, runs),
        warnings=[*failures, *sweep_warnings(plan, runs)],
        runs=[_shown(each) for each in found],
        table_of_runs=sweep_table(plan, runs),
        origins={
            "command": shlex.join(("aiperf", *sys.argv[1:])),
            **{
                plan.name_of(run.planned): str(run.planned.config.output.artifact_dir)
                for run in runs
            },
        },
        documentation="Measure at several loads",
    )


def _shown(each: Combination) -> ShownRun:
    """Return a combination with its load apart, and without intervals."""
    load = _load(each.parameters)
    others = {name: value for name, value in each.parameters.items() if name != load}
    return ShownRun(
        name=_words(each.parameters) or "all runs",
        metrics=_metrics(each),
        group=_words(others),
        load=None if load is None else each.parameters[load],
    )


def _load(parameters: Mapping[str, float]) -> str | None:
    """Return the parameter that a curve goes along: the load, or the first one."""
    names = (*(name for name in _LOADS if name in parameters), *parameters)
    return next(iter(names), None)


def _metrics(each: Combination) -> dict[str, dict[str, Any]]:
    """Return the means by tag and statistic, as a single run has its values."""
    found: dict[str, dict[str, Any]] = {}
    for run in each.runs:
        for tag, statistics in run.metrics.items():
            for name in statistics:
                value = each.statistics.get(f"{tag}_{name}")
                if value is not None:
                    found.setdefault(tag, {"unit": value.unit})[name] = value.mean
    errors = sum(run.metrics.get("error_request_count", {}).get("avg", 0.0) for run in each.runs)
    return {**found, "error_request_count": {"unit": "requests", "avg": errors}}


def _words(parameters: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in parameters.items())
