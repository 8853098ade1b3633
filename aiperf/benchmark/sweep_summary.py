"""What a sweep came to, for programs: JSON and CSV, with the keys of NVIDIA AIPerf's files.

``runs`` is AIPerf's own: each run with its parameters, artifacts, failures, warnings and metrics.
"""

from __future__ import annotations

import csv
import io
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from aiperf._version import __version__
from aiperf.benchmark.sweep_statistics import OverRuns, statistics_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aiperf.benchmark.sweep import SweptRun
    from aiperf.benchmark.sweep_plan import SweepPlan

SCHEMA_VERSION = "1.0"
THROUGHPUT, GOODPUT = "request_throughput_avg", "goodput_avg"
LATENCIES = ("time_to_first_token_p99", "request_latency_p99")
"""What the best configuration and the frontier are of: the first that all have."""
_COLUMNS = ("mean", "std", "min", "max", "cv")


@dataclass(frozen=True, slots=True)
class Combination:
    """What the runs with the same parameters came to.

    The ``statistics`` are of whole runs; if there is none, of those that have results, until they
    were stopped or until something failed.
    """

    parameters: Mapping[str, float]
    runs: tuple[SweptRun, ...]
    statistics: Mapping[str, OverRuns]

    @property
    def is_whole(self) -> bool:
        """Whether a run ended as it should."""
        return any(run.is_whole for run in self.runs)


def combinations(runs: Sequence[SweptRun], confidence: float) -> list[Combination]:
    """Return the runs by their parameters, in order."""
    grouped: dict[tuple[float, ...], list[SweptRun]] = {}
    for run in runs:
        grouped.setdefault(tuple(run.planned.parameters.values()), []).append(run)
    found = []
    for group in grouped.values():
        usable = [run for run in group if run.is_whole] or [run for run in group if run.has_results]
        statistics = statistics_of(usable, confidence) if usable else {}
        found.append(Combination(group[0].planned.parameters, tuple(group), statistics))
    return found


def document(plan: SweepPlan, runs: Sequence[SweptRun]) -> dict[str, Any]:
    """Return the summary, JSON-ready, of what has run until now."""
    confidence = plan.config.confidence_level
    found = combinations(runs, confidence)
    kind = "sweep" if plan.is_sweep else "confidence"
    failed = [
        {"label": plan.name_of(run.planned), "error": _error(run)}
        for run in runs
        if not run.is_whole
    ]
    counts = {
        "aggregation_type": kind,
        "num_profile_runs": len(runs),
        "num_successful_runs": len(runs) - len(failed),
        "failed_runs": failed,
    }
    ours = {
        "was_cancelled": any(run.stopped_by is not None for run in runs),
        "num_planned_runs": len(plan.runs),
        "aiperf_version": __version__,
        "schema_version": SCHEMA_VERSION,
        "command": ["aiperf", *sys.argv[1:]],
        "runs": [_run(run) for run in runs],
    }
    if not plan.is_sweep:
        metadata = counts | {"confidence_level": confidence}
        return {"metadata": metadata, "metrics": _statistics(found[0]), **ours}
    metadata = {
        "aggregation_type": kind,
        "sweep_parameters": plan.parameters,
        "num_combinations": len({tuple(run.parameters.values()) for run in plan.runs}),
        "confidence_level": confidence,
    }
    return {
        **counts,
        "metadata": metadata,
        "per_combination_metrics": [
            {"parameters": each.parameters, "metrics": _statistics(each)} for each in found
        ],
        "best_configurations": best(found),
        "pareto_optimal": [each.parameters for each in frontier(found)],
        **ours,
    }


def csv_text(plan: SweepPlan, runs: Sequence[SweptRun]) -> str:
    """Return a table with a row for each combination of parameters, and its header."""
    found = combinations(runs, plan.config.confidence_level)
    names = [each["name"] for each in plan.parameters]
    keys = sorted({key for each in found for key in each.statistics})
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([*names, *(f"{key}_{column}" for key in keys for column in _COLUMNS)])
    for each in found:
        values = (asdict(each.statistics[key]) if key in each.statistics else {} for key in keys)
        cells = (value.get(column) for value in values for column in _COLUMNS)
        writer.writerow([*each.parameters.values(), *cells])
    return text.getvalue()


def best(found: Iterable[Combination]) -> dict[str, Any]:
    """Return the parameters with the highest throughput and goodput, and the lowest latency.

    Those of runs that were stopped or failed are not among them; so in :func:`frontier`.
    """
    ran = [each for each in found if each.is_whole]
    latency = latency_of(ran)
    most: dict[str, Any] = {}
    if ran and all(THROUGHPUT in each.statistics for each in ran):
        highest = max(ran, key=lambda each: each.statistics[THROUGHPUT].mean)
        most["best_throughput"] = _is_best(highest, THROUGHPUT)
    if ran and all(GOODPUT in each.statistics for each in ran):
        highest = max(ran, key=lambda each: each.statistics[GOODPUT].mean)
        most["best_goodput"] = _is_best(highest, GOODPUT)
    if latency is not None:
        lowest = min(ran, key=lambda each: each.statistics[latency].mean)
        most["best_latency_p99"] = _is_best(lowest, latency)
    return most


def frontier(found: Iterable[Combination]) -> list[Combination]:
    """Return those that no other beats in throughput and latency at once."""
    ran = [each for each in found if each.is_whole and THROUGHPUT in each.statistics]
    latency = latency_of(ran)
    if latency is None:
        return []
    points = [(each.statistics[THROUGHPUT].mean, -each.statistics[latency].mean) for each in ran]
    return [
        each
        for each, point in zip(ran, points, strict=True)
        if not any(
            other != point and all(a >= b for a, b in zip(other, point, strict=True))
            for other in points
        )
    ]


def latency_of(ran: Sequence[Combination]) -> str | None:
    """Return the latency that stands for all: the first one that every combination has."""
    usable = (each for each in LATENCIES if all(each in one.statistics for one in ran))
    return next(usable, None) if ran else None


def _is_best(each: Combination, key: str) -> dict[str, Any]:
    value = each.statistics[key]
    return {"parameters": each.parameters, "metric": value.mean, "unit": value.unit}


def _statistics(each: Combination) -> dict[str, Any]:
    return {
        key: {name: number for name, number in asdict(value).items() if number is not None}
        for key, value in each.statistics.items()
    }


def _run(run: SweptRun) -> dict[str, Any]:
    return {
        "parameters": run.planned.parameters,
        "trial": run.planned.trial,
        "artifact_dir": str(run.planned.config.output.artifact_dir),
        "random_seed": run.planned.config.dataset.random_seed,
        "is_complete": run.is_whole,
        "stopped_by": run.stopped_by,
        "failures": run.failures,
        "warnings": run.warnings,
        "metrics": run.metrics,
    }


def _error(run: SweptRun) -> str:
    if run.failures:
        return "; ".join(run.failures)
    return f"stopped by signal {run.stopped_by}"
