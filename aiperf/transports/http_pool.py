"""The connections to one server that a transport holds."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from aiperf.common.errors import ConnectTimeout, TransportError
from aiperf.transports.http_connector import HTTPConnector

if TYPE_CHECKING:
    import ssl

    from aiperf.common.models import RawRecord
    from aiperf.transports.http_connection import HTTPConnection
    from aiperf.transports.http_limits import Limits
    from aiperf.transports.http_url import ServerURL

_NS = 1e9


class ConnectionPool:
    """Keeps connections to ``url`` between requests: as many as there were requests at once.

    Args:
        url: The server.
        limits: What each connection keeps watch over, and connecting takes at most.
        tls: The context for ``https``, ``None`` for ``http``.
        keeps: Whether a connection may carry a second request.
    """

    def __init__(
        self, *, url: ServerURL, limits: Limits, tls: ssl.SSLContext | None, keeps: bool
    ) -> None:
        self.url = url
        self.connections: set[HTTPConnection] = set()
        """All that are open."""
        self._limits = limits
        self._keeps = keeps
        self._connector = HTTPConnector(url=url, limits=limits, tls=tls)
        self._idle: list[HTTPConnection] = []
        self._closed = False

    def take_idle(self) -> HTTPConnection | None:
        """Return the connection that was in use last, if the server has not closed it since."""
        idle = self._idle
        while idle:
            connection = idle.pop()
            if connection.is_usable():
                return connection
            connection.abort()
        return None

    def put_back(self, connection: HTTPConnection) -> None:
        """Keep a connection whose request has ended, if another can follow."""
        if connection.is_open and self._keeps and not self._closed:
            self._idle.append(connection)
        else:
            connection.abort()

    async def connect(self, record: RawRecord) -> HTTPConnection:
        """Return a new connection for the request of ``record``, within its request timeout.

        Raises:
            TransportError: There is none; the subclass says why.
        """
        limits = self._limits
        left = limits.request_timeout - (time.perf_counter_ns() - record.start_ns) / _NS
        try:
            connection = await self._connector.connect(
                min(limits.connect_timeout, left), record.trace
            )
        except ConnectTimeout as error:
            if left <= limits.connect_timeout:
                raise limits.request_error(self.url.server) from error
            raise
        if record.trace is not None:
            record.trace.connected_ns = time.perf_counter_ns()
        if self._closed:
            connection.abort()
            raise TransportError(f"the transport to {self.url.server} is closed")
        self.connections.add(connection)
        connection.lost.add_done_callback(lambda _: self.connections.discard(connection))
        return connection

    def close(self) -> tuple[HTTPConnection, ...]:
        """Close every connection, and return those that are not closed yet."""
        self._closed = True
        self._idle.clear()
        open_ones = tuple(self.connections)
        for connection in open_ones:
            connection.abort()
        return open_ones
