"""Compares finished runs with the first of them: what differs, by how much, and how surely."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from aiperf.benchmark.comparison_intervals import (
    batch_estimates,
    difference_interval,
    slice_rates,
)
from aiperf.benchmark.comparison_origins import doubts, own_doubts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from aiperf.benchmark.comparison_run import Requests, Run

    Floats = NDArray[np.float64]

_RATES: Mapping[str, tuple[str, ...]] = {
    "request_throughput": (),
    "output_token_throughput": ("output_sequence_length",),
    "input_token_throughput": ("input_sequence_length",),
    "total_token_throughput": ("input_sequence_length", "output_sequence_length"),
}
"""For a metric of the run that is a rate, the metrics of requests that it adds up."""
_LOWER_IS_BETTER = ("ms", "sec", "s", "us", "ns")
_HIGHER_IS_BETTER = ("/sec", "/s")
_FEWER_IS_BETTER = frozenset({"error_request_count", "request_error_rate"})
_MORE_IS_BETTER = frozenset({"good_request_count", "good_request_fraction"})
_NEUTRAL = frozenset({"benchmark_duration"})


class Verdict(StrEnum):
    """What a difference comes to."""

    SAME = "equal"
    """The very same value."""
    BETTER = "better"
    WORSE = "worse"
    DIFFERENT = "different"
    """Surely different, but for this metric neither is better."""
    NOISE = "within noise"
    """The interval has 0 in it: the runs do not show that there is a difference."""
    UNSURE = "no interval"
    """Too few requests, or no file of them, to say how sure it is."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How one run's value differs from the first run's; ``interval`` is of the difference."""

    absolute: float
    relative: float | None
    interval: tuple[float, float] | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Row:
    """One statistic of one metric: its value in each run, and the differences from the first.

    ``values`` has ``None`` where a run lacks it; ``differences`` has an item for each run but the
    first, ``None`` where one of the two values is missing.
    """

    tag: str
    statistic: str
    unit: str
    values: tuple[float | None, ...]
    differences: tuple[Difference | None, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What comparing came to; ``warnings`` are sentences about what makes it doubtful."""

    runs: tuple[Run, ...]
    confidence: float
    rows: tuple[Row, ...]
    warnings: tuple[str, ...]


def compare(runs: Sequence[Run], statistics: Sequence[str], confidence: float) -> Comparison:
    """Compare ``runs``, at least two, with the first of them.

    Args:
        runs: Each with a name of its own.
        statistics: Which of a distribution's to compare: ``avg``, ``min``, ``max``, ``std``, ``p1``
            to ``p99``. A metric of the run as a whole has its value alone.
        confidence: Of the intervals; between 0 and 1.
    """
    base, *others = runs
    tags = dict.fromkeys(tag for run in runs for tag in run.metrics)
    rows = tuple(
        _row(runs, tag, statistic, confidence)
        for tag in tags
        for statistic in _statistics_of(runs, tag, statistics)
    )
    warnings = [sentence for run in runs for sentence in own_doubts(run)]
    warnings += [sentence for other in others for sentence in doubts(base, other)]
    warnings += _without_requests(runs)
    return Comparison(tuple(runs), confidence, rows, tuple(warnings))


def _statistics_of(runs: Sequence[Run], tag: str, wanted: Sequence[str]) -> Iterator[str]:
    is_distribution = any(len(run.metrics.get(tag, {})) > len(("unit", "avg")) for run in runs)
    for each in wanted if is_distribution else ("avg",):
        if any(run.metrics.get(tag, {}).get(each) is not None for run in runs):
            yield each


def _row(runs: Sequence[Run], tag: str, statistic: str, confidence: float) -> Row:
    values = tuple(_value(run, tag, statistic) for run in runs)
    unit = next(str(run.metrics[tag]["unit"]) for run in runs if tag in run.metrics)
    base = _estimates(runs[0], tag, statistic)
    return Row(
        tag=tag,
        statistic=statistic,
        unit=unit,
        values=values,
        differences=tuple(
            _difference(
                (tag, unit),
                values[0],
                value,
                (base, _estimates(run, tag, statistic)),
                confidence,
            )
            for run, value in zip(runs[1:], values[1:], strict=True)
        ),
    )


def _value(run: Run, tag: str, statistic: str) -> float | None:
    found = run.metrics.get(tag, {}).get(statistic)
    return float(found) if isinstance(found, int | float) else None


def _difference(
    metric: tuple[str, str],
    base: float | None,
    value: float | None,
    estimates: tuple[Floats | None, Floats | None],
    confidence: float,
) -> Difference | None:
    if base is None or value is None:
        return None
    absolute = value - base
    first, second = estimates
    interval = None
    if first is not None and second is not None:
        interval = difference_interval(absolute, first, second, confidence)
    return Difference(
        absolute=absolute,
        relative=absolute / abs(base) if base else None,
        interval=interval,
        verdict=_verdict(*metric, absolute, interval),
    )


def _verdict(tag: str, unit: str, absolute: float, interval: tuple[float, float] | None) -> Verdict:
    if absolute == 0:
        return Verdict.SAME
    if interval is None:
        return Verdict.UNSURE
    low, high = interval
    if low <= 0 <= high:
        return Verdict.NOISE
    sign = better_sign(tag, unit)
    if not sign:
        return Verdict.DIFFERENT
    return Verdict.BETTER if absolute * sign > 0 else Verdict.WORSE


def better_sign(tag: str, unit: str) -> int:
    """Return 1 if more of a metric is better, -1 if less is, 0 if neither can be said."""
    if tag in _NEUTRAL:
        return 0
    if tag in _FEWER_IS_BETTER or unit in _LOWER_IS_BETTER:
        return -1
    is_rate = any(part in unit for part in _HIGHER_IS_BETTER)
    return 1 if is_rate or tag in _MORE_IS_BETTER else 0


def is_worse(row: Row, difference: Difference) -> bool:
    """Say whether a difference is for the worse, unless it is within noise.

    Where there is no interval, the difference alone counts.
    """
    if difference.verdict is Verdict.UNSURE:
        return difference.absolute * better_sign(row.tag, row.unit) < 0
    return difference.verdict is Verdict.WORSE


def _estimates(run: Run, tag: str, statistic: str) -> Floats | None:
    """Return the statistic of each batch of a run's requests, ``None`` if that cannot be had."""
    requests = run.requests
    if requests is None:
        return None
    if tag in _RATES:
        amounts = _amounts(requests, _RATES[tag])
        if amounts is None:
            return None
        return slice_rates(requests.starts_s, requests.ends_s, amounts, requests.duration_s)
    is_percentile = statistic.startswith("p")
    values = requests.values.get(tag)
    if values is None or not (is_percentile or statistic == "avg"):
        return None
    return batch_estimates(values, int(statistic[1:]) if is_percentile else None)


def _amounts(requests: Requests, tags: Sequence[str]) -> Floats | None:
    """Return what each request adds to a rate: the sum of ``tags``, or 1."""
    if not tags:
        return np.ones(len(requests.ends_s))
    amounts = np.zeros(len(requests.ends_s))
    for tag in tags:
        if tag not in requests.rows:
            return None
        np.add.at(amounts, requests.rows[tag], requests.values[tag])
    return amounts


def _without_requests(runs: Sequence[Run]) -> list[str]:
    """Say which runs have no file of single requests: there is then no interval."""
    return [
        f"{run.name}: there is no profile_export.jsonl beside its JSON file, so nothing says how "
        "sure its differences are."
        for run in runs
        if run.requests is None
    ]
