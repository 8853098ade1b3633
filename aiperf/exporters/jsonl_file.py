"""Writes ``profile_export.jsonl``: one line for each request, as the run goes.

A line has ``metadata``, ``metrics`` and ``error``, the shape that readers of NVIDIA AIPerf's file
know. Requests that are handed on together are given to the operating system together, before
others are looked at, so a process that is killed loses none that had been looked at. Warm-up has no
lines, so that whoever computes on the file computes what the summary says.

Every line is a record, so what is true of the whole run cannot have a line of its own. The first
record carries under further keys what is known before the run, ``provenance`` and ``run`` (the
configuration, the metrics and the objectives), and the last one what is known after it, ``run_end``
(when it ended, what the client itself added, what to doubt). ``aiperf report`` makes every other
artifact from the file; without ``run_end``, the run was killed.
"""

from __future__ import annotations

import contextlib
import weakref
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar

from aiperf.common.encoding import to_json
from aiperf.common.errors import ExportError, cannot_write
from aiperf.common.files import make_directory_for, remove
from aiperf.common.models import PROFILING
from aiperf.exporters.record_metadata import metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from io import FileIO

    from aiperf.common.config import OutputConfig
    from aiperf.common.models import RequestRecord, RunResult
    from aiperf.common.protocols import RunContext

NAME, ENDING = "profile_export", ".jsonl"

_END_OF_LINE = b"}\n"


class JSONLExporter:
    """Writes each request as it ends.

    If a line cannot be written, the file keeps the whole lines before it and gets no further ones:
    the failure is raised once for the line, and again by :meth:`finish`.
    """

    wants_records: ClassVar[bool] = True

    def __init__(self, *, config: OutputConfig) -> None:
        self._path = config.file(NAME, ENDING)
        self._is_wanted = config.export_level != "summary"
        self._file: FileIO | None = None
        self._written = 0
        self._lines = 0
        self._failure: ExportError | None = None

    def start(self, context: RunContext) -> None:
        """Create the file, empty; with the export level ``summary`` there is none.

        Raises:
            ExportError: It cannot be created, or the provenance has no JSON form.
        """
        make_directory_for(self._path)
        if not self._is_wanted:
            remove(self._path)
            return
        self._about: dict[str, Any] = {
            "provenance": context.provenance,
            "run": {"config": context.config, **context.description},
        }
        to_json(self._about, self._path)
        self._wall = context.to_wall(0)
        self._metrics = _Metrics(context.unit_of)
        try:
            self._file = self._path.open("wb", buffering=0)
        except OSError as error:
            raise cannot_write(self._path, error) from error
        weakref.finalize(self, self._file.close)  # also of a run that cannot begin

    def record(self, record: RequestRecord) -> None:
        """Append the line of one request; see :meth:`record_batch`."""
        self.record_batch((record,))

    def record_batch(self, records: Sequence[RequestRecord]) -> None:
        """Append the lines of requests, all at once.

        Raises:
            ExportError: A line could not be written; the next calls do nothing.
        """
        if self._file is None:
            return
        lines = [self._line(each) for each in records if each.phase == PROFILING]
        if not lines:
            return
        try:
            self._append(self._file, lines)
        except OSError as error:
            raise self._give_up(self._file, error) from error

    def _line(self, record: RequestRecord) -> bytes:
        entry = self._entry(record)
        if self._about:
            entry.update(self._about)
            self._about = {}
        return to_json(entry, self._path)

    def finish(self, result: RunResult) -> str | None:
        """Say how the run ended, close the file and return its path, ``None`` if there is none.

        Raises:
            ExportError: A line could not be written during the run, or the file not closed.
        """
        if not self._is_wanted:
            return None
        if self._failure is not None:
            raise self._failure
        if self._file is not None:
            end = to_json({"run_end": _end(result)}, self._path) if self._lines else b""
            with self._file as file:
                self._file = None
                try:
                    if end:
                        self._extend_last(file, end)
                    file.close()
                except OSError as error:
                    raise self._without_end(file, error) from error
        return str(self._path)

    def _append(self, file: FileIO, lines: Sequence[bytes]) -> None:
        """Write all of ``lines``, together if the system takes them together.

        Raises:
            OSError: It takes no more; the lines that it took as a whole count as written.
        """
        data = b"".join(lines)
        taken = 0
        try:
            taken = file.write(data)
            while taken < len(data):
                taken += file.write(memoryview(data)[taken:])
        finally:
            for line in lines:
                if taken < len(line):
                    break
                taken -= len(line)
                self._written += len(line)
                self._lines += 1

    def _extend_last(self, file: FileIO, end: bytes) -> None:
        """Put the members of the object ``end`` at the end of the last line."""
        file.seek(self._written - len(_END_OF_LINE))
        left = memoryview(b"," + end[1:])
        while left:
            left = left[file.write(left) :]

    def _without_end(self, file: FileIO, error: OSError) -> ExportError:
        """Make the last line what it was, and return the error."""
        with contextlib.suppress(OSError, ValueError):  # it is known, and closing may have failed
            file.seek(self._written - len(_END_OF_LINE))
            file.write(_END_OF_LINE)
            file.truncate(self._written)
        failure = cannot_write(self._path, error, lines=self._lines)
        self._failure = ExportError(
            f"{failure}. It has all {self._lines} requests, but not how the run ended",
            path=self._path,
            lines=self._lines,
        )
        return self._failure

    def _give_up(self, file: FileIO, error: OSError) -> ExportError:
        """Cut off a line that was written in part, close the file and return the error."""
        with contextlib.suppress(OSError):  # not every file can be cut, and the error is known
            file.truncate(self._written)
        with contextlib.suppress(OSError):
            file.close()
        self._file = None
        failure = cannot_write(self._path, error, lines=self._lines)
        self._failure = ExportError(
            f"{failure}. It has the first {self._lines} requests and no later ones",
            path=self._path,
            lines=self._lines,
        )
        return self._failure

    def _entry(self, record: RequestRecord) -> dict[str, Any]:
        """Return one record as a mapping."""
        return {
            "metadata": metadata(record, self._wall),
            "metrics": self._metrics.of(record.metrics),
            "error": None if record.error is None else asdict(record.error),
        }


class _Metrics:
    """The ``metrics`` of a line, in mappings that the next line has again with other values."""

    def __init__(self, unit_of: Callable[[str], str]) -> None:
        self._unit_of = unit_of
        self._tags: tuple[str, ...] = ()
        self._made: dict[str, dict[str, Any]] = {}

    def of(self, values: Mapping[str, float | list[float]]) -> Mapping[str, Mapping[str, Any]]:
        """Return each metric's value and unit, good until the next call."""
        tags = tuple(values)
        if tags != self._tags:
            self._tags = tags
            self._made = {tag: {"value": None, "unit": self._unit_of(tag)} for tag in tags}
        for each, value in zip(self._made.values(), values.values(), strict=True):
            each["value"] = value
        return self._made


def _end(result: RunResult) -> dict[str, Any]:
    """Return what is known of a run when it has ended; ``metrics`` are those with a result."""
    return {
        "start_ns": result.anchor.to_wall(result.start_ns),
        "end_ns": result.anchor.to_wall(result.end_ns),
        "was_cancelled": result.was_cancelled,
        "metrics": [each.tag for each in result.statistics],
        "client_health": result.client_health,
        "warnings": result.warnings,
    }
