"""Writes ``summary.md``: the metrics of a run as a table to paste into a report."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from aiperf.common.config import OutputConfig
    from aiperf.common.models import RequestRecord, RunResult, Statistics
    from aiperf.common.protocols import RunContext


class MarkdownExporter:
    """Writes one table with a row for each metric."""

    wants_records: ClassVar[bool] = False

    def __init__(self, *, config: OutputConfig) -> None:
        self._path = config.artifact_dir / "summary.md"

    def start(self, context: RunContext) -> None:
        """Do nothing: AIPerf has made the directory by the time that the run ends."""

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
        self._path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return str(self._path)


def _row(metric: Statistics) -> str:
    """Return one row; a metric of the whole run has no percentiles."""
    values = [metric.avg, metric.percentiles.get(50), metric.percentiles.get(99)]
    cells = ["" if value is None else f"{value:,.2f}" for value in values]
    return f"| {' | '.join([metric.header, metric.unit, *cells])} |"
