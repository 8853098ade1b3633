"""Writes ``profile_export_aiperf_timeslices.json``: the metrics of each part of a run.

One object, as in NVIDIA AIPerf's file: ``timeslices`` has an object for each slice, in order, with
``start_ns`` and ``end_ns`` (Unix time), ``is_complete`` where it is ``false``, and the metrics as
``profile_export_aiperf.json`` has them. Beside it are ``input_config`` and ``provenance``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from aiperf.common.encoding import to_json
from aiperf.common.files import make_directory_for, remove, write_whole
from aiperf.common.statistics_json import metric_object

if TYPE_CHECKING:
    from aiperf.common.config import OutputConfig
    from aiperf.common.models import RequestRecord, RunResult, TimeSlice
    from aiperf.common.protocols import RunContext

NAME, ENDING = "profile_export_aiperf", "_timeslices.json"


class TimeslicesJSONExporter:
    """Writes a run's time slices for programs; without ``--slice-duration`` there are none."""

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
        write_whole(self._path, to_json(_document(result), self._path, indent=True))
        return str(self._path)


def _document(result: RunResult) -> dict[str, Any]:
    """Return the whole file as a mapping."""
    return {
        "timeslices": [_slice(each, result) for each in result.slices],
        "input_config": result.config,
        "provenance": result.provenance,
    }


def _slice(part: TimeSlice, result: RunResult) -> dict[str, Any]:
    """Return one slice as a mapping."""
    found: dict[str, Any] = {
        "start_ns": result.anchor.to_wall(part.start_ns),
        "end_ns": result.anchor.to_wall(part.end_ns),
    }
    if not part.is_complete:
        found["is_complete"] = False
    return {**{each.tag: metric_object(each) for each in part.statistics}, **found}
