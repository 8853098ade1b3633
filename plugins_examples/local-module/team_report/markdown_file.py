"""Writes ``summary.md``: the metrics of a run as a table to paste into a report."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from aiperf.common.files import make_directory_for, write_whole

if TYPE_CHECKING:
    from aiperf.common.config import OutputConfig
    from aiperf.common.models import RequestRecord, RunResult, Statistics
    from aiperf.common.protocols import RunContext


class MarkdownExporter:
    """Writes one table with a row for each metric."""

    wants_records: ClassVar[bool] = False

    def __init__(self, *, config: OutputConfig) -> None:
        self._path = config.artifact_dir / "summary.md"

    def start(self, context: RunContext) -> None:  # noqa: ARG002 - it needs none of it
        """Make the directory, so that a run which cannot be written does not begin."""
        make_directory_for(self._path)

    def record(self, record: RequestRecord) -> None:
        """Do nothing: single requests are not in a summary."""

    def finish(self, result: RunResult) -> str:
        """Write the file and return its path."""
        lines = [
            f"# {result.config['model']}",
            "",
            "| metric | unit | avg | p50 | p99 |",
            "|---|---|--:|--:|--:|",
            *map(_row, result.statistics),
            *(f"\n**{warning}**" for warning in result.warnings),
        ]
        write_whole(self._path, "\n".join([*lines, ""]).encode())
        return str(self._path)


def _row(metric: Statistics) -> str:
    """Return one row; a metric of the whole run has no percentiles."""
    values = [metric.avg, metric.percentiles.get(50), metric.percentiles.get(99)]
    cells = ["" if value is None else f"{value:,.2f}" for value in values]
    return f"| {' | '.join([metric.header, metric.unit, *cells])} |"
