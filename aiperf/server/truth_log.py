"""The truth log: what the server really sent and when, for checking a client's numbers against.

JSON Lines. The first line is a header, each further line one request, in order of ending::

    {"clock": "perf_counter_ns", "wall_ns": …, "perf_ns": …, "version": "…", "settings": {…}}
    {"x_request_id": "…", "path": "/v1/chat/completions", "number": 0, "status": 200,
     "outcome": "complete", "streamed": true, "tokens": 64, "images": 0, "audios": 0,
     "first_received_ns": …, "received_ns": …, "send_ns": […], "end_ns": …}

All times but ``wall_ns`` are ``time.perf_counter_ns()`` of the server's process. On Linux that is
``CLOCK_MONOTONIC``, one clock for all processes of a machine, so that they can be subtracted from
a client's; ``wall_ns`` is the Unix time of the moment ``perf_ns``.

``x_request_id`` is the request's ``X-Request-ID`` header or ``null``, ``number`` its place among
the requests for an inference, from 0, or ``null`` for any other. ``first_received_ns`` is when
the first of the request's bytes were read from the socket and ``received_ns`` when the last were.
``send_ns`` has one time for each token chunk of a stream, and one for a whole response; none for
an error. It is taken just before the bytes are given to the event loop, which writes them to the
socket at once, unless the client reads too slowly to take them. ``outcome`` is ``complete``,
``disconnected`` (the client left first) or ``stopped`` (the server did), and ``tokens`` what was
sent until then. ``images`` and ``audios`` are how many of them the request had. That a client has
left is only seen while there is a delay to wait for.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from aiperf._version import __version__
from aiperf.common.models import ClockAnchor
from aiperf.server.errors import TruthLogError

if TYPE_CHECKING:
    from pathlib import Path

    from aiperf.server.settings import ServerSettings

_FIRST_S = 0.02  # from the first unwritten entry to the first slice of writing
_SLICE_NS = 200_000  # the longest that writing holds up the loop at a time
_PAUSE_S = 0.002  # between two slices


@dataclass(slots=True)
class Entry:
    """One request, filled in while it is answered; the fields are those of its line."""

    x_request_id: str | None = None
    path: str = ""
    number: int | None = None
    status: int = 0
    outcome: str = "complete"
    streamed: bool = False
    tokens: int = 0
    images: int = 0
    audios: int = 0
    first_received_ns: int = 0
    received_ns: int = 0
    send_ns: list[int] = field(default_factory=list)
    end_ns: int = 0


class TruthLog:
    """Writes entries a few at a time, away from the moment of sending.

    Raises:
        TruthLogError: The file cannot be written.
    """

    def __init__(self, settings: ServerSettings, path: Path) -> None:
        self._path = path
        self._pending: deque[Entry] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._failed: OSError | None = None
        header = {
            "clock": "perf_counter_ns",
            **asdict(ClockAnchor.take()),
            "version": __version__,
            "settings": {**asdict(settings), "log": str(path)},
        }
        try:
            path.write_bytes(_line(header))
            self._file = path.open("ab")
        except OSError as error:
            raise self._error(error) from error

    def add(self, entry: Entry) -> None:
        """Take a finished entry; cheap. It is in the file within milliseconds of an idle loop."""
        if self._failed is None:
            self._pending.append(entry)
            if self._timer is None:
                self._timer = asyncio.get_running_loop().call_later(_FIRST_S, self._write_some)

    def close(self) -> None:
        """Write everything that was added, and close the file.

        Raises:
            TruthLogError: Something that was added could not be written, now or earlier.
        """
        try:
            with self._file:
                while self._pending:
                    self._file.write(_line(self._pending.popleft()))
        except OSError as error:
            self._failed = error
        if self._failed is not None:
            raise self._error(self._failed) from self._failed

    def _write_some(self) -> None:
        self._timer = None
        end = time.perf_counter_ns() + _SLICE_NS
        try:
            while self._pending and time.perf_counter_ns() < end:
                self._file.write(_line(self._pending.popleft()))
            if self._pending:
                self._timer = asyncio.get_running_loop().call_later(_PAUSE_S, self._write_some)
            else:
                self._file.flush()
        except OSError as error:  # raised by close(): the clients that are served now go first
            self._failed = error
            self._pending.clear()

    def _error(self, error: OSError) -> TruthLogError:
        return TruthLogError(
            f"cannot write the truth log {self._path}: {error.strerror}. "
            "Give --log the path of a file that can be written",
            path=str(self._path),
        )


def _line(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)
