"""Reads a run back from ``profile_export.jsonl``, one that was killed too.

Files of NVIDIA AIPerf can be read as well. They say nothing of the run as a whole, so the names of
metrics are those of the registry, and when it began and ended is when its requests did.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from aiperf.common.errors import ConfigError
from aiperf.common.models import LOCAL, PROFILING, ErrorDetails, RequestRecord

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FILE_NAME = "profile_export.jsonl"

_NUMBERS = (int, float, list)
"""What a metric's value is; another program may write ``null`` or a text, which count nothing."""


@dataclass(slots=True)
class About:
    """What the lines read so far say of the run as a whole; empty where they say nothing."""

    provenance: Mapping[str, Any] = field(default_factory=dict)
    run: Mapping[str, Any] = field(default_factory=dict)
    end: Mapping[str, Any] | None = None
    units: dict[str, str] = field(default_factory=dict)
    """The unit of each metric that a line has."""
    cut_line: int | None = None
    """The number of a last line that is not whole."""


def read(path: Path, about: About) -> Iterator[RequestRecord]:
    """Yield the requests of a file, with their metrics, and fill ``about``.

    All times are Unix times in nanoseconds; 0 is a moment that was not reached.

    Raises:
        ConfigError: The file cannot be read, or a line other than the last is not a request.
    """
    broken: tuple[int, str] | None = None
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if broken is not None:
                    raise _not_a_request(path, *broken)
                try:
                    entry = orjson.loads(line)
                    record = _record(entry)
                except (ValueError, KeyError, TypeError, AttributeError) as error:
                    broken = number, _why(error)
                    if line.endswith(b"\n"):  # whole, so it is no line that a kill cut off
                        raise _not_a_request(path, *broken) from None
                    continue
                _note(entry, about)
                yield record
    except OSError as error:
        raise ConfigError(
            f"cannot read {path}: {error.strerror or error}. Name the artifact directory of a run, "
            "which --export-level summary leaves without this file, or its file of requests"
        ) from error
    if broken is not None:
        about.cut_line = broken[0]


def _why(error: Exception) -> str:
    """Return what is wrong with a line."""
    missing = f"it has no {error}" if isinstance(error, KeyError) else str(error)
    return missing or type(error).__name__


def _not_a_request(path: Path, number: int, why: str) -> ConfigError:
    return ConfigError(
        f"{path}, line {number}: this is no request as 'aiperf profile' writes it ({why}). Remove "
        "the line, or give the file as it was written"
    )


def _record(entry: Mapping[str, Any]) -> RequestRecord:
    """Return one line as a record."""
    metadata, error = entry["metadata"], entry.get("error")
    return RequestRecord(
        session_num=metadata["session_num"],
        x_request_id=metadata.get("x_request_id") or "",
        x_correlation_id=metadata.get("x_correlation_id") or "",
        conversation_id=metadata.get("conversation_id") or "",
        turn_index=metadata.get("turn_index") or 0,
        phase=metadata.get("benchmark_phase") or PROFILING,
        start_ns=metadata["request_start_ns"] or 0,
        ack_ns=metadata.get("request_ack_ns") or 0,
        end_ns=metadata["request_end_ns"] or 0,
        scheduled_ns=metadata.get("credit_issued_ns"),
        content_ns=array("q"),
        was_cancelled=bool(metadata.get("was_cancelled")),
        url=metadata.get("url") or "",
        worker_id=metadata.get("worker_id") or LOCAL,
        error=ErrorDetails(
            type=error.get("type") or "Error",
            message=error.get("message") or "",
            code=error.get("code"),
        )
        if error
        else None,
        metrics={
            tag: each["value"]
            for tag, each in entry["metrics"].items()
            if isinstance(each["value"], _NUMBERS)
        },
    )


def _note(entry: Mapping[str, Any], about: About) -> None:
    """Keep what a line says of the run as a whole."""
    if "run" in entry:
        about.run, about.provenance = entry["run"], entry.get("provenance", {})
    about.end = entry.get("run_end", about.end)
    for tag, each in entry["metrics"].items():
        if tag not in about.units and isinstance(each["value"], _NUMBERS):
            about.units[tag] = each.get("unit") or ""
