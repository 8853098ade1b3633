"""HTTP/1.1 over TCP or TLS, on connections that are kept open between requests."""

from __future__ import annotations

import asyncio
import math
import ssl
import time
from typing import TYPE_CHECKING

from aiperf.common.errors import (
    ConfigError,
    ConnectTimeout,
    TransportError,
    error_details,
)
from aiperf.transports.http_connector import HTTPConnector
from aiperf.transports.http_errors import EXCHANGING, ours
from aiperf.transports.http_limits import Limits
from aiperf.transports.http_request import (
    PreparedRequest,
    check_headers,
    merge_headers,
    prepare_request,
)
from aiperf.transports.http_status import response_error
from aiperf.transports.http_url import parse_url

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiperf.common.config import TransportConfig
    from aiperf.common.models import RawRecord
    from aiperf.transports.http_connection import HTTPConnection

_NS = 1e9


class HTTPTransport:
    """Sends POST requests to one server.

    A request goes out on the connection that was in use last, or on a new one if all are busy:
    there are as many connections as requests under way. Redirects are not followed, proxies not
    used, cookies not kept, and responses asked for uncompressed.

    A request is sent again, once and on a new connection, in one case only: it went out on a
    connection that had been kept open, and the server closed that without one byte of a response.
    Its start stays what it was.

    Raises:
        ConfigError: The URL, a header, the API key or the file of certificates cannot work.
    """

    def __init__(self, *, config: TransportConfig) -> None:
        self._url = parse_url(config.url)
        check_headers(config.headers, "--header", option="--header")
        self._headers = dict(config.headers)
        self._authorization: dict[str, str] = {}
        if config.api_key is not None:
            is_bearer = config.api_key_header.lower() == "authorization"
            value = f"Bearer {config.api_key}" if is_bearer else config.api_key
            self._authorization = {config.api_key_header: value}
            check_headers(self._authorization, "--api-key", option="--api-key")
        self._limits = Limits(
            request_timeout=_or_inf(config.request_timeout),
            idle_timeout=_or_inf(config.idle_timeout),
        )
        self._connect_timeout = _or_inf(config.connect_timeout)
        self._connector = HTTPConnector(
            url=self._url,
            limits=self._limits,
            tls=_tls_context(config) if self._url.tls else None,
        )
        self._idle: list[HTTPConnection] = []
        self._connections: set[HTTPConnection] = set()
        self._closed = False

    def prepare(self, path: str, body: bytes, headers: Mapping[str, str]) -> PreparedRequest:
        """Render a POST of ``body`` to ``path``; headers that a person asked for win.

        Raises:
            ConfigError: ``headers`` cannot be sent.
        """
        check_headers(headers, "the endpoint's headers")
        every = merge_headers(
            {"Host": self._url.authority, "User-Agent": "aiperf", "Accept-Encoding": "identity"},
            self._authorization,
            headers,
            self._headers,
        )
        return prepare_request(self._url.target(path), every, body)

    async def send(
        self,
        request: PreparedRequest,
        record: RawRecord,
        *,
        request_id: str = "",
        correlation_id: str = "",
    ) -> None:
        """Send ``request`` with the two ids and fill ``record`` in place as things happen.

        ``sent_ns`` over TLS is when the bytes were handed to TLS. A request that is cancelled
        takes its connection with it.
        """
        data = request.render(request_id, correlation_id)
        connection: HTTPConnection | None = None
        error: TransportError | None
        record.start_ns = time.perf_counter_ns()
        try:
            connection = self._take_idle()
            record.connection_reused = connection is not None
            if connection is None:
                connection = await self._connect(record)
            error = await connection.exchange(data, record)
            if error is not None and record.connection_reused and connection.was_stale(error):
                record.connection_reused = False
                record.sent_ns = 0
                connection = await self._connect(record)
                error = await connection.exchange(data, record)
            if error is None:
                error = response_error(record, connection.headers)
        except asyncio.CancelledError:
            if connection is not None:
                connection.abort()
            record.end_ns = record.end_ns or time.perf_counter_ns()
            raise
        except Exception as exc:  # noqa: BLE001 - a failure of any kind becomes the record's error
            record.end_ns = time.perf_counter_ns()
            what = f"a request to {self._url.server} failed"
            error = exc if isinstance(exc, TransportError) else ours(EXCHANGING, exc, what)
        if error is not None:
            record.error = error_details(error)
        if connection is not None:
            self._put_back(connection)

    async def close(self) -> None:
        """Close every connection; a request under way ends with an error."""
        self._closed = True
        self._idle.clear()
        lost = [connection.lost for connection in self._connections]
        for connection in tuple(self._connections):
            connection.abort()
        if lost:
            await asyncio.wait(lost)

    def _take_idle(self) -> HTTPConnection | None:
        """Return the connection that was in use last, if the server has not closed it since."""
        idle = self._idle
        while idle:
            connection = idle.pop()
            if connection.is_usable():
                return connection
            connection.abort()
        return None

    def _put_back(self, connection: HTTPConnection) -> None:
        """Keep a connection whose request has ended, if another can follow."""
        if connection.is_usable() and not self._closed:
            self._idle.append(connection)
        else:
            connection.abort()

    async def _connect(self, record: RawRecord) -> HTTPConnection:
        """Return a new connection for the request of ``record``, within its request timeout."""
        left = self._limits.request_timeout - (time.perf_counter_ns() - record.start_ns) / _NS
        try:
            connection = await self._connector.connect(min(self._connect_timeout, left))
        except ConnectTimeout as error:
            if left <= self._connect_timeout:
                raise self._limits.request_error(self._url.server) from error
            raise
        if self._closed:
            connection.abort()
            raise TransportError(f"the transport to {self._url.server} is closed")
        self._connections.add(connection)
        connection.lost.add_done_callback(lambda _: self._connections.discard(connection))
        return connection


def _or_inf(seconds: float | None) -> float:
    """Return a limit that may be ``None``, which is none, as a number."""
    return math.inf if seconds is None else seconds


def _tls_context(config: TransportConfig) -> ssl.SSLContext:
    """Return what TLS connections have in common; making it is expensive."""
    try:
        context = ssl.create_default_context(cafile=config.ca_file)
    except OSError as error:
        raise ConfigError(
            f"--tls-ca-file {config.ca_file!r} cannot be read as certificates in PEM format: "
            f"{error.strerror or error}; give a file that can",
            option="--tls-ca-file",
        ) from error
    context.set_alpn_protocols(["http/1.1"])
    if not config.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
