"""The page of several runs: what differs, as plots and as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from aiperf.pages.frame import (
    about,
    block,
    chart_sections,
    foot,
    items,
    notice,
    section,
    top,
    write_page,
)
from aiperf.pages.run_curves import run_charts
from aiperf.pages.tables import CELL, ROW_NAME, nested_table, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from aiperf.pages.shown_runs import ShownRun
_MOST_ROWS = 16
"""A table with more comes after the plots, which nobody would scroll to."""


def write_runs_page(
    path: Path,
    title: str,
    *,
    said: Iterable[str],
    warnings: Sequence[str],
    runs: Sequence[ShownRun],
    table_of_runs: tuple[Sequence[str], Sequence[Sequence[str]]],
    origins: Mapping[str, Any],
    documentation: str,
) -> None:
    """Write the page.

    Args:
        path: The file.
        title: Its heading.
        said: What is said below it, a paragraph each.
        warnings: What makes the numbers doubtful.
        runs: What is drawn.
        table_of_runs: The header and the cells of the table.
        origins: Where the numbers are from.
        documentation: The page that says more.

    Raises:
        ExportError: It cannot be written, or plotly.js is not installed.
    """
    charts = run_charts(runs)
    doubts = notice("warn", "To be considered", items(warnings)) if warnings else Markup()
    numbers = section("The numbers", _table(*table_of_runs))
    is_long = len(table_of_runs[1]) > _MOST_ROWS
    body = [
        top(title, Markup().join(map(about, said)) + doubts),
        *([chart_sections(charts), numbers] if is_long else [numbers, chart_sections(charts)]),
        section("How it was measured", block("Runs", nested_table("Runs", origins))),
        foot(documentation, "Metrics"),
    ]
    write_page(path, f"{title} | AIPerf", body, charts)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Markup:
    cells = [[ROW_NAME.format(first), *map(CELL.format, others)] for first, *others in rows]
    return table("The numbers", header, cells)
