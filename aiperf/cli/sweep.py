"""Runs a sweep for a person: says how it gets on, and shows and writes what it came to."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import click

from aiperf.benchmark.sweep import run_sweep
from aiperf.benchmark.sweep_summary import csv_text, document
from aiperf.cli.sweep_page import write_sweep_page
from aiperf.cli.sweep_text import sweep_text
from aiperf.common.encoding import to_json
from aiperf.common.errors import ExportError
from aiperf.common.files import make_directory_for, remove, show, write_whole
from aiperf.pages.plotly_script import plotly_script

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiperf.benchmark.sweep import SweptRun
    from aiperf.benchmark.sweep_plan import PlannedRun, SweepPlan

_SIGNAL_BASE = 128


def profile_all(plan: SweepPlan) -> int:
    """Run what is planned, and return the exit status.

    That is 0 if all went well, 1 if a run or an artifact failed, and 128 and its number after a
    signal. Results are on standard output, how it gets on and failures on standard error.

    Raises:
        AIPerfError: no run can begin, or the summary cannot be written.
    """
    path, page = plan.summary_file(".json"), plan.summary_directory / "report.html"
    make_directory_for(path)
    wants_page = "html" in (plan.runs[0].config.types.exporters or ("html",))
    if wants_page:
        plotly_script(page)
    for earlier in (path, plan.summary_file(".csv"), page):
        remove(earlier)
    runs = run_sweep(plan, _Watcher(plan))
    is_shown = True
    try:
        if wants_page:
            write_sweep_page(page, plan, runs)
        if plan.show == "json":
            show(path.read_bytes(), path)
        elif plan.show == "tables":
            show(sweep_text(plan, runs).encode(), path)
    except ExportError as error:
        is_shown = False
        _say(f"Error: {error}")
    stopped_by = runs[-1].stopped_by
    if stopped_by is not None:
        return _SIGNAL_BASE + stopped_by
    return 0 if is_shown and all(run.is_whole for run in runs) else 1


class _Watcher:
    """Says what begins and ended, and writes the summary after each run: a kill loses none."""

    def __init__(self, plan: SweepPlan) -> None:
        self._plan = plan
        self._is_shown = plan.runs[0].config.types.ui != "none"

    def begins(self, index: int, run: PlannedRun) -> None:
        if self._is_shown:
            _say(f"Run {index + 1} of {len(self._plan.runs)}: {self._plan.name_of(run)}")

    def ended(self, runs: Sequence[SweptRun]) -> None:
        last = runs[-1]
        for failure in last.failures:
            _say(f"Error: {self._plan.name_of(last.planned)}: {failure}")
        _write(self._plan, runs)


def _say(line: str) -> None:
    with suppress(OSError):  # the terminal may be gone, which ended the run
        click.echo(line, err=True)


def _write(plan: SweepPlan, runs: Sequence[SweptRun]) -> None:
    path = plan.summary_file(".json")
    write_whole(path, to_json(document(plan, runs), path, indent=True))
    write_whole(plan.summary_file(".csv"), csv_text(plan, runs).encode())
