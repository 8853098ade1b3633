"""How the benchmarks measure: medians of runs that take turns, so that ratios hold on any day."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what, how much, and beside what.

    ``target`` is the ratio that we aim for (``None``: only reported); nothing is asserted.
    """

    what: str
    value: str
    beside: str = ""
    ratio: float | None = None
    target: float | None = None


def whole_process_ms(
    snippets: Mapping[str, str], *, runs: int = 15, path: Sequence[str] = ()
) -> dict[str, float]:
    """Return the median time, in ms, of a fresh interpreter that runs each snippet.

    The snippets take turns, after one round that is not counted.
    """
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("AIPERF_", "PYTHON"))}
    if path:
        environment["PYTHONPATH"] = os.pathsep.join(path)
    times: dict[str, list[float]] = {name: [] for name in snippets}
    for turn in range(runs + 1):
        for name, code in snippets.items():
            started = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True, env=environment)
            if turn:
                times[name].append((time.perf_counter() - started) * 1e3)
    return {name: statistics.median(each) for name, each in times.items()}


def per_call_ns(
    calls: Mapping[str, Callable[[int], None]], *, number: int = 100_000, runs: int = 15
) -> dict[str, float]:
    """Return the median time, in ns, of one pass through each loop ``call(number)``."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(runs + 1):
        for name, call in calls.items():
            started = time.perf_counter_ns()
            call(number)
            if turn:
                times[name].append((time.perf_counter_ns() - started) / number)
    return {name: statistics.median(each) for name, each in times.items()}


def render(title: str, rows: Sequence[Row]) -> str:
    """Return a section of the report as text."""
    lines = [title, "-" * len(title)]
    width = max(len(row.what) for row in rows)
    value_width = max(len(row.value) for row in rows)
    for row in rows:
        line = f"{row.what:<{width}}  {row.value:>{value_width}}"
        if row.ratio is not None:
            line += f"  {row.ratio:6.2f} x {row.beside}"
        if row.target is not None:
            line += f"  (aim: {row.target:g} x)"
        lines.append(line)
    return "\n".join(lines)
