"""How the benchmarks measure: runs that take turns, and the best of each, so that ratios hold.

What else a machine does only ever adds to a time. The least of several interleaved runs is what
comes out again on another day; the processor time beside it says whether the two agree.
"""

from __future__ import annotations

import os
import resource
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

    ``cpu_ratio`` is the same ratio in processor time, where a process was measured. ``target`` is
    the ratio that we aim for (``None``: only reported); nothing is asserted.
    """

    what: str
    value: str
    beside: str = ""
    ratio: float | None = None
    target: float | None = None
    cpu_ratio: float | None = None


@dataclass(frozen=True, slots=True)
class Process:
    """A command to measure: what ``python`` gets, or with ``program`` a program's arguments.

    ``path`` is what ``PYTHONPATH`` holds.
    """

    arguments: tuple[str, ...]
    path: str = ""
    program: str = sys.executable


@dataclass(frozen=True, slots=True)
class Cost:
    """The least that a process took, in ms: on the clock, and of the processor's time."""

    wall: float
    cpu: float


def code(text: str, path: str = "") -> Process:
    """Return the process that runs a line of Python."""
    return Process(("-c", text), path)


def row(
    what: str,
    ours: Cost,
    beside: str = "",
    theirs: Cost | None = None,
    *,
    above: Cost | None = None,
    target: float | None = None,
) -> Row:
    """Return the line for a process, with its ratio to another one.

    ``above`` is what is taken off both first, such as a bare interpreter.
    """
    base = above or Cost(0, 0)
    value = f"{ours.wall - base.wall:.1f} ms"
    if theirs is None:
        return Row(what, value)
    return Row(
        what,
        value,
        beside,
        (ours.wall - base.wall) / (theirs.wall - base.wall),
        target,
        (ours.cpu - base.cpu) / (theirs.cpu - base.cpu),
    )


def processes(commands: Mapping[str, Process], *, runs: int = 15) -> dict[str, Cost]:
    """Run each command ``runs`` times, in turns, after one round that is not counted."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("AIPERF_", "PYTHON"))}
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for turn in range(runs + 1):
        for name, command in commands.items():
            path = {"PYTHONPATH": command.path} if command.path else {}
            before, started = _processor_time(), time.perf_counter()
            subprocess.run(
                [command.program, *command.arguments],
                check=True,
                env=environment | path,
                stdout=subprocess.DEVNULL,
            )
            wall, used = time.perf_counter() - started, _processor_time() - before
            if turn:
                costs[name].append(Cost(wall * 1e3, used * 1e3))
    return {
        name: Cost(min(each.wall for each in found), min(each.cpu for each in found))
        for name, found in costs.items()
    }


def _processor_time() -> float:
    """Return what the processes that have ended used so far, in s."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def per_call_ns(
    calls: Mapping[str, Callable[[int], None]], *, number: int = 100_000, runs: int = 15
) -> dict[str, float]:
    """Return the least time, in ns, of one pass through each loop ``call(number)``, in turns."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(runs + 1):
        for name, call in calls.items():
            started = time.perf_counter_ns()
            call(number)
            if turn:
                times[name].append((time.perf_counter_ns() - started) / number)
    return {name: min(each) for name, each in times.items()}


def render(title: str, rows: Sequence[Row]) -> str:
    """Return a section of the report as text."""
    lines = [title, "-" * len(title)]
    width = max(len(each.what) for each in rows)
    value_width = max(len(each.value) for each in rows)
    for each in rows:
        line = f"{each.what:<{width}}  {each.value:>{value_width}}"
        if each.ratio is not None:
            line += f"  {each.ratio:6.2f} x {each.beside}"
        if each.cpu_ratio is not None:
            line += f" ({each.cpu_ratio:.2f} in processor time)"
        if each.target is not None:
            line += f"  (aim: {each.target:g} x)"
        lines.append(line)
    return "\n".join(lines)
