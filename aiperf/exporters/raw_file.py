"""Writes ``profile_export_raw.jsonl``: what was sent and received, with ``--export-level raw``.

One line for each request as it ends, in the shape of NVIDIA AIPerf's file: ``metadata`` as in
``profile_export.jsonl``, ``start_perf_ns``, ``status``, ``payload`` and ``responses``. Of a stream
each event is a response, with the time of its arrival; a response that was not streamed is one. The
first line has ``provenance``, too.
"""

from __future__ import annotations

import weakref
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar

from aiperf.common.encoding import to_json
from aiperf.common.errors import cannot_write
from aiperf.common.files import make_directory_for, remove
from aiperf.common.models import PROFILING
from aiperf.common.sse import EventStream
from aiperf.exporters.record_metadata import metadata

if TYPE_CHECKING:
    from collections.abc import Mapping
    from io import BufferedWriter

    from aiperf.common.config import OutputConfig
    from aiperf.common.models import Exchange, RawRecord, RequestRecord, RunResult
    from aiperf.common.protocols import RunContext

NAME, ENDING = "profile_export", "_raw.jsonl"


class RawExporter:
    """Writes each exchange as it ends; nothing unless the export level is ``raw``."""

    wants_records: ClassVar[bool] = True

    def __init__(self, *, config: OutputConfig) -> None:
        self._path = config.file(NAME, ENDING)
        self._is_wanted = config.export_level == "raw"
        self._file: BufferedWriter | None = None

    def start(self, context: RunContext) -> None:
        """Create the file, empty, or remove an earlier run's.

        Raises:
            ExportError: It cannot be created, or the provenance has no JSON form.
        """
        make_directory_for(self._path)
        if not self._is_wanted:
            remove(self._path)
            return
        self._about: Mapping[str, Any] = {"provenance": context.provenance}
        to_json(self._about, self._path)
        self._wall = context.to_wall(0)
        try:
            self._file = self._path.open("wb")
        except OSError as error:
            raise cannot_write(self._path, error) from error
        weakref.finalize(self, self._file.raw.close)  # also of a run that cannot begin

    def record(self, record: RequestRecord) -> None:
        """Append the line of one request.

        Raises:
            ExportError: It could not be written; the next calls do nothing.
        """
        if self._file is None or record.phase != PROFILING:
            return
        line = to_json({**self._entry(record), **self._about}, self._path)
        self._about = {}
        try:
            self._file.write(line)
            self._file.flush()
        except OSError as error:
            self._close()
            raise cannot_write(self._path, error) from error

    def finish(self, result: RunResult) -> str | None:  # noqa: ARG002 - all of it is written by now
        """Close the file and return its path, ``None`` if there is none."""
        self._close()
        return str(self._path) if self._is_wanted else None

    def _close(self) -> None:
        """Close the file; what its buffer could not write, the raised error has told."""
        file, self._file = self._file, None
        if file is not None:
            file.raw.close()

    def _entry(self, record: RequestRecord) -> dict[str, Any]:
        """Return one record as a mapping."""
        exchange = record.exchange
        return {
            "metadata": metadata(record, self._wall),
            "start_perf_ns": record.start_ns,
            **({} if exchange is None else _exchanged(exchange)),
            "error": None if record.error is None else asdict(record.error),
        }


def _exchanged(exchange: Exchange) -> dict[str, Any]:
    """Return what was sent and received."""
    raw = exchange.raw
    return {
        "status": raw.status or None,
        "responses": _responses(raw),
        "payload": exchange.payload,
    }


def _responses(raw: RawRecord) -> list[dict[str, Any]]:
    """Return the events of a stream, or the one body, each with its time."""
    if not raw.parts:
        return []
    if raw.content_type.startswith("text/event-stream"):
        return [
            {"perf_ns": ns, "packets": [{"name": "data", "value": data.decode(errors="replace")}]}
            for ns, data in EventStream(raw.parts, raw.part_ns)
        ]
    text = b"".join(raw.parts).decode(errors="replace")
    return [{"perf_ns": raw.part_ns[-1], "content_type": raw.content_type, "text": text}]
