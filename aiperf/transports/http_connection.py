"""One connection to the server: writes a request, stamps what comes back."""

from __future__ import annotations

import asyncio
import math
import time
from typing import TYPE_CHECKING, cast

import httptools

from aiperf.common.errors import ConnectionReset, IncompleteResponse, TransportError
from aiperf.transports.http_errors import EXCHANGING, ours
from aiperf.transports.http_response import ResponseReader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiperf.common.models import RawRecord
    from aiperf.transports.http_limits import Limits

_NS = 1e9
_TICK = 0.001
"""Seconds by which the timers of some event loops are early."""


class HTTPConnection(asyncio.Protocol):
    """A connection that carries one request at a time, and is kept open between them.

    Args:
        server: ``host:port``, for messages.
        limits: What ends a request that takes too long.
    """

    __slots__ = (
        "_heard_ns",
        "_left",
        "_limits",
        "_loop",
        "_reader",
        "_record",
        "_server",
        "_timer",
        "_transport",
        "_waiter",
        "is_open",
        "lost",
    )

    def __init__(self, *, server: str, limits: Limits) -> None:
        self._loop = asyncio.get_running_loop()
        self._server = server
        self._limits = limits
        self._reader = ResponseReader()
        self._transport: asyncio.Transport  # from connection_made on
        self.is_open = False
        """Whether another request may follow; :meth:`is_usable` says whether it may do so now."""
        self._timer: asyncio.TimerHandle | None = None
        self._heard_ns = 0
        self._left = 0.0
        self._record: RawRecord | None = None
        self._waiter: asyncio.Future[TransportError | None]
        self.lost: asyncio.Future[None] = self._loop.create_future()
        """Done when the connection is closed."""

    @property
    def headers(self) -> Mapping[bytes, bytes]:
        """The latest response's headers; the names are as the server wrote them."""
        return self._reader.headers

    def exchange(self, data: bytes, record: RawRecord) -> asyncio.Future[TransportError | None]:
        """Send ``data``, a whole request, and fill ``record`` as the response comes.

        ``record.start_ns`` is set and counts for the request timeout. The future's result is the
        error, or ``None`` when the response is complete, whatever its status.
        """
        self._record = record
        self._reader.begin(record)
        self._left = self._limits.response_bytes
        self._waiter = waiter = self._loop.create_future()
        transport = self._transport
        transport.write(data)
        if not transport.get_write_buffer_size():
            record.sent_ns = time.perf_counter_ns()
        self._heard_ns = record.sent_ns or time.perf_counter_ns()
        if self._timer is None:
            self._watch()
        return waiter

    def is_usable(self) -> bool:
        """Return whether another request can be sent."""
        return self.is_open and self._record is None and not self._transport.is_closing()

    def was_stale(self, error: TransportError) -> bool:
        """Return whether ``error`` says that the server closed before one byte of a response."""
        return isinstance(error, ConnectionReset) and not self._reader.started

    def abort(self) -> None:
        """Close the connection at once; a request under way ends with an error."""
        self._close(
            time.perf_counter_ns(),
            TransportError(
                f"AIPerf closed the connection to {self._server} while it was in use; let "
                "requests end before the transport is closed"
            ),
        )

    # What the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the new connection into use."""
        self._transport = cast("asyncio.Transport", transport)
        if transport.get_extra_info("sslcontext") is None:
            # Some event loops put a write off unless it exceeds this limit.
            self._transport.set_write_buffer_limits(high=0)
        self.is_open = True

    def data_received(self, data: bytes) -> None:
        """Stamp and read what arrived."""
        now = time.perf_counter_ns()
        record = self._record
        if record is None:
            self.abort()  # nothing was asked for
            return
        self._heard_ns = now
        self._left -= len(data)
        if self._left < 0:
            record.parts.clear()
            del record.part_ns[:]
            self._close(now, self._limits.size_error(self._server))
            return
        reader = self._reader
        try:
            reader.feed(data, now)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            what = f"the response of {self._server} cannot be read"
            self._close(now, None if reader.complete else ours(EXCHANGING, error, what))
            return
        if reader.complete:
            if not (reader.keep_alive and record.sent_ns):
                self.is_open = False
            self._end(now, None)

    def eof_received(self) -> None:
        """End the request under way: the server says no more."""
        self._finish(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """End the request under way: the connection is closed."""
        self._finish(exc)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self.lost.done():
            self.lost.set_result(None)

    def resume_writing(self) -> None:
        """Note that what the socket would not take at once has been sent."""
        if self._record is not None:
            self._record.sent_ns = self._record.sent_ns or time.perf_counter_ns()

    # The ends of a request

    def _end(self, now: int, error: TransportError | None) -> None:
        """Say that the request under way has ended; ``None``: well."""
        record = self._record
        if record is not None:
            self._record = None
            record.end_ns = now
            if not self._waiter.done():
                self._waiter.set_result(error)

    def _close(self, now: int, error: TransportError | None) -> None:
        """End the request under way, and the connection with it."""
        self.is_open = False
        self._transport.abort()
        self._end(now, error)

    def _finish(self, exc: Exception | None) -> None:
        """End the request under way, well or badly, because the connection has ended."""
        self.is_open = False
        record = self._record
        if record is None:
            return
        error: TransportError | None = None
        if exc is not None:
            what = f"the connection to {self._server} broke while a response was awaited"
            error = ours(EXCHANGING, exc, what)
        elif not self._reader.started:
            error = ConnectionReset(
                f"{self._server} closed the connection without an answer; look into the server's "
                "log for a crash or a limit, and check that http or https in --url is right"
            )
        elif not self._reader.ends_with_connection():
            where = "body" if record.status else "headers"
            error = IncompleteResponse(
                f"{self._server} closed the connection before the end of the response's {where}; "
                "look into the server's log for a crash or a limit"
            )
        self._end(time.perf_counter_ns(), error)

    def _watch(self) -> None:
        """See whether the request under way has taken too long; look again when it may have.

        One timer serves every request of the connection: it is not moved when a request begins or
        a byte arrives, but looks at where things stand when it goes off.
        """
        self._timer = None
        record = self._record
        if record is None:
            return
        now = time.perf_counter_ns()
        limits = self._limits
        total = limits.request_timeout - (now - record.start_ns) / _NS
        silence = limits.idle_timeout - (now - self._heard_ns) / _NS
        first = limits.first_byte_timeout
        if not self._reader.started:
            first -= (now - self._heard_ns) / _NS
        left = min(total, silence, first)
        if left > 0:
            if left < math.inf:
                self._timer = self._loop.call_later(left + _TICK, self._watch)
            return
        if total <= 0:
            error: TransportError = limits.request_error(self._server)
        elif first <= 0:
            error = limits.first_byte_error(self._server)
        else:
            error = limits.idle_error(self._server)
        self._close(now, error)
