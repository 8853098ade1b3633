"""Writes ``profile_export_aiperf_timeslices.csv``: a row for each statistic of each slice.

The columns are those of NVIDIA AIPerf's file, in the long format that data tools want.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, ClassVar

from aiperf.common.files import make_directory_for, remove, write_whole
from aiperf.common.statistics_json import metric_object
from aiperf.exporters.csv_number import number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiperf.common.config import OutputConfig
    from aiperf.common.models import RequestRecord, RunResult
    from aiperf.common.protocols import RunContext

NAME, ENDING = "profile_export_aiperf", "_timeslices.csv"


class TimeslicesCSVExporter:
    """Writes a run's time slices for spreadsheets; without ``--slice-duration`` there are none."""

    wants_records: ClassVar[bool] = False

    def __init__(self, *, config: OutputConfig) -> None:
        self._path = config.file(NAME, ENDING)

    def start(self, context: RunContext) -> None:  # noqa: ARG002 - all of it is in the result too
        """Make sure that there is a place to write to, without an earlier run's file.

        Raises:
            ExportError: There is none.
        """
        make_directory_for(self._path)
        remove(self._path)

    def record(self, record: RequestRecord) -> None:
        """Do nothing: slices have no single requests."""

    def finish(self, result: RunResult) -> str | None:
        """Write the file and return its path, ``None`` for a run that is not sliced.

        Raises:
            ExportError: It could not be written.
        """
        if not result.slices:
            return None
        write_whole(self._path, _text(result).encode(errors="backslashreplace"))
        return str(self._path)


def _text(result: RunResult) -> str:
    """Return the whole file."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("Timeslice", "Start_NS", "End_NS", "Metric", "Unit", "Stat", "Value"))
    writer.writerows(_rows(result))
    return text.getvalue()


def _rows(result: RunResult) -> Iterator[tuple[object, ...]]:
    to_wall = result.anchor.to_wall
    for index, part in enumerate(result.slices):
        where = index, to_wall(part.start_ns), to_wall(part.end_ns)
        for each in sorted(part.statistics, key=lambda statistics: statistics.tag):
            for name, value in metric_object(each).items():
                if name != "unit":
                    yield (*where, each.header, each.unit, name, number(value))
