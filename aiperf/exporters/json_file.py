"""Writes ``profile_export_aiperf.json``: all results of a run as one JSON object.

Each metric is a top-level key with ``unit``, ``avg`` and, for a distribution, ``p1`` … ``p99``,
``min``, ``max``, ``std``, ``count`` and ``sum``: the shape that readers of NVIDIA AIPerf's file
know. The keys beside them are listed in :data:`RESERVED`.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from aiperf._version import __version__
from aiperf.common.encoding import to_json
from aiperf.common.files import make_directory_for, remove, show, write_whole
from aiperf.common.statistics_json import metric_object

if TYPE_CHECKING:
    from aiperf.common.config import OutputConfig
    from aiperf.common.models import RequestRecord, RunResult
    from aiperf.common.protocols import RunContext

NAME, ENDING = "profile_export_aiperf", ".json"

SCHEMA_VERSION = "1.4"
"""The version of NVIDIA AIPerf's shape, of which this file's is an extension."""

RESERVED = (
    "input_config",
    "was_cancelled",
    "is_complete",
    "schema_version",
    "error_summary",
    "start_time",
    "end_time",
    "aiperf_version",
    "provenance",
    "client_health",
    "warnings",
)
"""The top-level keys that are not metrics."""


class JSONExporter:
    """Writes the summary of a run for programs."""

    wants_records: ClassVar[bool] = False

    def __init__(self, *, config: OutputConfig) -> None:
        self._path = config.file(NAME, ENDING)
        self._is_shown = config.show == "json"

    def start(self, context: RunContext) -> None:  # noqa: ARG002 - all of it is in the result too
        """Make sure that there is a place to write to, without an earlier run's file.

        It would stand beside the requests of this run if this one is killed.

        Raises:
            ExportError: There is none.
        """
        make_directory_for(self._path)
        remove(self._path)

    def record(self, record: RequestRecord) -> None:
        """Do nothing: the summary has no single requests."""

    def finish(self, result: RunResult) -> str:
        """Write the file, and to standard output too if the results are shown as JSON.

        Raises:
            ExportError: It could not be written.
        """
        data = to_json(_document(result), self._path, indent=True)
        write_whole(self._path, data)
        if self._is_shown:
            show(data, self._path)
        return str(self._path)


def _document(result: RunResult) -> dict[str, Any]:
    """Return the whole file as a mapping; a metric never takes the place of another key."""
    metrics = {each.tag: each for each in result.statistics}
    warnings = [
        *result.warnings,
        *(
            f"metric {tag!r} is not in this file, because its tag is the name of another key. "
            "Give the metric another tag"
            for tag in metrics
            if tag in RESERVED
        ),
    ]
    return {
        **{tag: metric_object(each) for tag, each in metrics.items() if tag not in RESERVED},
        "schema_version": SCHEMA_VERSION,
        "input_config": result.config,
        "was_cancelled": result.was_cancelled,
        "is_complete": not result.was_cancelled,
        "error_summary": [
            {"error_details": asdict(each.error), "count": each.count} for each in result.errors
        ],
        "start_time": _iso(result.anchor.to_wall(result.start_ns)),
        "end_time": _iso(result.anchor.to_wall(result.end_ns)),
        "aiperf_version": result.provenance.get("aiperf_version", __version__),
        "provenance": result.provenance,
        "client_health": result.client_health,
        "warnings": warnings,
    }


def _iso(wall_ns: int) -> str:
    """Return a Unix time in nanoseconds as ISO 8601 with microseconds, in UTC."""
    return datetime.fromtimestamp(wall_ns / 1e9, UTC).isoformat(timespec="microseconds")
