"""Takes responses apart as they arrive, and puts them into records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httptools

from aiperf.common.errors import ProtocolError

if TYPE_CHECKING:
    from aiperf.common.models import RawRecord

_FIRST_FINAL_STATUS = 200


class ResponseReader:
    """Reads the responses of one connection, one after the other.

    Call :meth:`begin` for each request, then :meth:`feed` with what arrives until
    :attr:`complete`, or until it raises; a reader that raised is of no more use.
    """

    __slots__ = (
        "_body",
        "_now",
        "_parser",
        "_record",
        "complete",
        "headers",
        "keep_alive",
        "on_body",
        "on_header",
        "started",
    )

    def __init__(self) -> None:
        self.headers: dict[bytes, bytes] = {}
        """The response's headers; the names are as the server wrote them."""
        self.started = False
        """Whether any byte of the response has come."""
        self.complete = False
        """Whether all of the response has come."""
        self.keep_alive = False
        """Whether the server is going to keep the connection open; known when complete."""
        self._record: RawRecord | None = None
        self._now = 0
        self._body: list[bytes] = []
        # The parser calls these for each header and each piece of a body: methods of builtin
        # types spare it a Python call.
        self.on_header = self.headers.__setitem__
        self.on_body = self._body.append
        self._parser = httptools.HttpResponseParser(self)

    def begin(self, record: RawRecord) -> None:
        """Take what comes next for a response, and put it into ``record``."""
        self._record = record
        self.started = self.complete = False
        self.headers.clear()

    def feed(self, data: bytes, now: int) -> None:
        """Read on; ``now`` is the time at which ``data`` arrived.

        Raises:
            httptools.HttpParserError: ``data`` is not HTTP, or goes on after the response's end.
                What came before is in the record, and :attr:`complete` tells which it is.
            httptools.HttpParserUpgrade: The server wants to speak something else.
        """
        self.started = True
        self._now = now
        try:
            self._parser.feed_data(data)
        finally:
            body = self._body
            if body and self._record is not None:
                self._record.parts.append(body[0] if len(body) == 1 else b"".join(body))
                self._record.part_ns.append(now)
                body.clear()

    def ends_with_connection(self) -> bool:
        """Return whether the response's end is the connection's end (RFC 9112, section 6.3)."""
        record = self._record
        if record is None or not record.status:
            return False
        coding = self.header(b"transfer-encoding").lower()
        return not (coding.endswith(b"chunked") or self.header(b"content-length"))

    def header(self, name: bytes) -> bytes:
        """Return the value of the header ``name``, given in lower case; empty if there is none."""
        for key, value in self.headers.items():
            if key.lower() == name:
                return value
        return b""

    # What the parser calls

    def on_message_begin(self) -> None:
        """Refuse a second response to one request."""
        if self.complete:
            msg = "the server sent more than one response"
            raise ProtocolError(msg)

    def on_headers_complete(self) -> None:
        """Keep the status and what the headers say; an interim response is passed over."""
        status = self._parser.get_status_code()
        record = self._record
        if record is None or status < _FIRST_FINAL_STATUS:
            self.headers.clear()
            return
        record.status = status
        record.ack_ns = self._now
        kind = (
            self.headers.get(b"content-type")
            or self.headers.get(b"Content-Type")
            or self.header(b"content-type")
        )
        record.content_type = kind.decode("latin-1")

    def on_message_complete(self) -> None:
        """Note that the response is complete, unless it was an interim one."""
        if self._record is not None and self._record.status:
            self.complete = True
            self.keep_alive = self._parser.should_keep_alive()
