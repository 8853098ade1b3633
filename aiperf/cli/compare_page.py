"""The page of a comparison: ``aiperf compare --html``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiperf.cli.compare_text import comparison_table, explanation
from aiperf.common.files import make_directory_for
from aiperf.pages.runs_page import write_runs_page
from aiperf.pages.shown_runs import ShownRun

if TYPE_CHECKING:
    from pathlib import Path

    from aiperf.benchmark.comparison import Comparison
    from aiperf.benchmark.comparison_run import Run


def write_comparison_page(path: Path, comparison: Comparison) -> None:
    """Write the page.

    Raises:
        ExportError: It cannot be written.
    """
    make_directory_for(path)
    write_runs_page(
        path,
        f"{len(comparison.runs)} runs compared",
        said=explanation(comparison),
        warnings=comparison.warnings,
        runs=[_shown(run) for run in comparison.runs],
        table_of_runs=comparison_table(comparison),
        origins={run.name: str(run.path) for run in comparison.runs},
        documentation="Compare runs",
    )


def _shown(run: Run) -> ShownRun:
    """Return a run; those of one directory are a group."""
    load = run.config.get("load")
    known = load if isinstance(load, dict) else {}
    value = known.get("request_rate") or known.get("concurrency")
    return ShownRun(
        name=run.name,
        metrics=run.metrics,
        group=run.name.rpartition("/")[0],
        load=float(value) if isinstance(value, int | float) else None,
    )
