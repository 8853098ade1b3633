"""A sweep as text: one table with a line for each combination of parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiperf.benchmark.sweep_summary import best, combinations, frontier
from aiperf.cli.table import right_aligned

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aiperf.benchmark.sweep import SweptRun
    from aiperf.benchmark.sweep_plan import SweepPlan
    from aiperf.benchmark.sweep_summary import Combination

_COLUMNS = {
    "request_throughput_avg": "req/s",
    "output_token_throughput_avg": "tokens/s",
    "goodput_avg": "goodput",
    "time_to_first_token_p50": "TTFT p50",
    "time_to_first_token_p99": "TTFT p99",
    "inter_token_latency_p50": "ITL p50",
    "inter_token_latency_p99": "ITL p99",
    "request_latency_p50": "latency p50",
    "request_latency_p99": "latency p99",
}
_BEST = {
    "best_throughput": "Highest throughput",
    "best_goodput": "Highest goodput",
    "best_latency_p99": "Lowest p99",
}


def sweep_text(plan: SweepPlan, runs: Sequence[SweptRun]) -> str:
    """Return the table, what is best of it, what to doubt, and where the artifacts are."""
    lines = [right_aligned(*sweep_table(plan, runs)), ""]
    lines += sentences(plan, runs)
    lines += [f"Warning: {each}" for each in sweep_warnings(plan, runs)]
    lines.append(f"Artifacts: {plan.directory}; summary: {plan.summary_file('.json')}")
    return "\n".join((*lines, ""))


def sweep_table(plan: SweepPlan, runs: Sequence[SweptRun]) -> tuple[list[str], list[list[str]]]:
    """Return the header, and a row for each combination of parameters."""
    found = combinations(runs, plan.config.confidence_level)
    keys = [key for key in _COLUMNS if any(key in each.statistics for each in found)]
    names = [each["name"] for each in plan.parameters]
    header = [*names, *(_COLUMNS[key] for key in keys), "requests", "errors", ""]
    return header, [_row(each, keys) for each in found]


def sentences(plan: SweepPlan, runs: Sequence[SweptRun]) -> Iterator[str]:
    """Yield what the table means, and what is best of it."""
    found = combinations(runs, plan.config.confidence_level)
    has_goodput = any("goodput_avg" in each.statistics for each in found)
    yield f"Latencies are in ms{', goodput in requests/s' if has_goodput else ''}."
    if plan.config.num_profile_runs > 1:
        yield (
            f"Means over the runs with the same values; after \N{PLUS-MINUS SIGN} is half their "
            f"{100 * plan.config.confidence_level:g} % interval."
        )
    if plan.is_sweep:
        yield from _choice(found)
    if len(runs) < len(plan.runs):
        yield f"The sweep was stopped after {len(runs)} of {len(plan.runs)} runs."


def sweep_warnings(plan: SweepPlan, runs: Sequence[SweptRun]) -> list[str]:
    """Return what the runs warn of, each with the run's name."""
    return [
        f"{plan.name_of(run.planned)}: {warning}"
        for run in runs
        for warning in run.warnings
        if warning not in run.failures
    ]


def _row(each: Combination, keys: Sequence[str]) -> list[str]:
    failed = sum(bool(run.failures) for run in each.runs)
    note = ""
    if failed:
        note = f"{failed} failed" if len(each.runs) > 1 else "failed"
    elif any(run.was_cancelled for run in each.runs):
        note = "cut short"
    counts = ("request_count", "error_request_count")
    return [
        *(f"{value:g}" for value in each.parameters.values()),
        *(_cell(each, key) for key in keys),
        *(f"{sum(_count(run, tag) for run in each.runs):,.0f}" for tag in counts),
        note,
    ]


def _cell(each: Combination, key: str) -> str:
    value = each.statistics.get(key)
    if value is None:
        return "-"
    if value.ci_high is None:
        return _number(value.mean)
    return f"{_number(value.mean)} \N{PLUS-MINUS SIGN}{_number(value.ci_high - value.mean)}"


def _choice(found: Sequence[Combination]) -> Iterator[str]:
    """Yield which parameters are best at something."""
    most = best(found)
    for name, words in _BEST.items():
        if name in most:
            yield f"{words}: {_in_words(most[name]['parameters'])}."
    optimal = frontier(found)
    if 1 < len(optimal) < len(found):
        parameters = "; ".join(_in_words(dict(each.parameters)) for each in optimal)
        yield f"Best trade-offs of throughput and p99: {parameters}."


def _in_words(parameters: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in parameters.items())


def _count(run: SweptRun, tag: str) -> float:
    return float(run.metrics.get(tag, {}).get("avg", 0.0))


def _number(value: float) -> str:
    """Return a number with about four significant digits."""
    digits = len(f"{abs(value):.0f}") if abs(value) >= 1 else 0
    return f"{value:,.{max(0, 4 - digits)}f}" if value else "0"
