"""HTTP/1.1 over TCP, TLS or a Unix socket, on connections kept open between requests."""

from __future__ import annotations

import asyncio
import itertools
import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from aiperf.common.errors import (
    ConfigError,
    TransportError,
    error_details,
)
from aiperf.common.request_trace import RequestTrace
from aiperf.transports.http_errors import EXCHANGING, ours
from aiperf.transports.http_limits import Limits
from aiperf.transports.http_pool import ConnectionPool
from aiperf.transports.http_request import (
    PreparedRequest,
    check_headers,
    merge_headers,
    prepare_request,
)
from aiperf.transports.http_status import response_error
from aiperf.transports.http_tls import tls_context
from aiperf.transports.http_url import parse_url

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiperf.common.config import TransportConfig
    from aiperf.common.models import RawRecord
    from aiperf.transports.http_connection import HTTPConnection
    from aiperf.transports.http_url import ServerURL


class HTTPTransport:
    """Sends POST requests to one server, or to several in turn.

    A request goes out on the connection that was in use last, or on a new one if all are busy:
    there are as many connections as requests under way. Without reuse each request has one of its
    own; with sticky sessions each session has, from its first turn to its last, and all its turns
    go to one server. Redirects are not followed, proxies not
    used, cookies not kept, and responses asked for uncompressed.

    A request is sent again, once and on a new connection, in one case only: it went out on a
    connection that had been kept open, and the server closed that without one byte of a response.
    Its start stays what it was.

    Raises:
        ConfigError: The URL, a header, the API key or the file of certificates cannot work.
    """

    def __init__(self, *, config: TransportConfig) -> None:
        check_headers(config.headers, "--header", option="--header")
        self._headers = dict(config.headers)
        self._own: dict[str, str] = {"User-Agent": "aiperf", "Accept-Encoding": "identity"}
        if config.api_key is not None:
            is_bearer = config.api_key_header.lower() == "authorization"
            key = f"Bearer {config.api_key}" if is_bearer else config.api_key
            self._own[config.api_key_header] = key
            check_headers({config.api_key_header: key}, "--api-key", option="--api-key")
        if config.proxy is not None:
            raise ConfigError(
                "the transport http uses no proxy; take --transport httpx", option="--proxy"
            )
        keeps = config.connection_reuse != "never"
        if not keeps:
            self._own["Connection"] = "close"
        self._traces = config.trace
        self._is_sticky = config.connection_reuse == "sticky-user-sessions"
        self._sessions: dict[str, tuple[int, HTTPConnection | None]] = {}
        limits = Limits(
            request_timeout=_or_inf(config.request_timeout),
            idle_timeout=_or_inf(config.idle_timeout),
            connect_timeout=_or_inf(config.connect_timeout),
            first_byte_timeout=_or_inf(config.first_byte_timeout),
            response_bytes=_or_inf(config.max_response_bytes),
            dns_ttl=_or_inf(config.dns_ttl),
        )
        urls = [parse_url(each) for each in (config.url, *config.other_urls)]
        tls = tls_context(config, protocols=("http/1.1",)) if any(url.tls for url in urls) else None
        self._pools = [
            ConnectionPool(url=url, limits=limits, tls=tls if url.tls else None, keeps=keeps)
            for url in urls
        ]
        self._names = [url.shown if len(urls) > 1 else "" for url in urls]
        self._turn = itertools.cycle(range(len(urls)))

    def prepare(self, path: str, body: bytes, headers: Mapping[str, str]) -> PreparedRequest:
        """Render a POST of ``body`` to ``path``; headers that a person asked for win.

        Raises:
            ConfigError: ``headers`` cannot be sent.
        """
        check_headers(headers, "the endpoint's headers")
        first, *others = (self._render(pool.url, path, body, headers) for pool in self._pools)
        return replace(first, others=tuple(others)) if others else first

    def _render(
        self, url: ServerURL, path: str, body: bytes, headers: Mapping[str, str]
    ) -> PreparedRequest:
        """Render a request for one of the servers."""
        every = merge_headers({"Host": url.authority}, self._own, headers, self._headers)
        return prepare_request(url.target(path), every, body)

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
        place, connection = self._route(correlation_id)
        pool = self._pools[place]
        chosen = request.others[place - 1] if place else request
        data = chosen.render(request_id, correlation_id)
        error: TransportError | None
        record.url = self._names[place]
        record.trace = RequestTrace(chosen.body_size) if self._traces else None
        record.start_ns = time.perf_counter_ns()
        try:
            record.connection_reused = connection is not None
            if connection is None:
                connection = await pool.connect(record)
            error = await connection.exchange(data, record)
            if error is not None and record.connection_reused and connection.was_stale(error):
                record.connection_reused = False
                record.sent_ns = 0
                connection = await pool.connect(record)
                error = await connection.exchange(data, record)
            if error is None:
                error = response_error(record, connection.headers, data)
        except asyncio.CancelledError:
            if connection is not None:
                connection.abort()
            record.end_ns = record.end_ns or time.perf_counter_ns()
            raise
        except Exception as exc:  # noqa: BLE001 - a failure of any kind becomes the record's error
            record.end_ns = time.perf_counter_ns()
            what = f"a request to {pool.url.server} failed"
            error = exc if isinstance(exc, TransportError) else ours(EXCHANGING, exc, what)
        if error is not None:
            record.error = error_details(error)
        if connection is not None:
            if correlation_id in self._sessions:
                self._sessions[correlation_id] = (place, connection)
            else:
                pool.put_back(connection)

    def end_session(self, correlation_id: str) -> None:
        """Close the connection of a session that has had its last turn, if it has one."""
        _, connection = self._sessions.pop(correlation_id, (0, None))
        if connection is not None:
            connection.abort()

    def _route(self, session: str) -> tuple[int, HTTPConnection | None]:
        """Return which server a request goes to, and the connection to use if there is one."""
        if not (self._is_sticky and session):
            place = next(self._turn)
            return place, self._pools[place].take_idle()
        place, connection = self._sessions.get(session, (-1, None))
        if place < 0:
            place = next(self._turn)
        self._sessions[session] = (place, None)
        if connection is not None and not connection.is_usable():
            connection.abort()
            connection = None
        return place, connection

    async def close(self) -> None:
        """Close every connection; a request under way ends with an error."""
        self._sessions.clear()
        lost = [each.lost for pool in self._pools for each in pool.close()]
        if lost:
            await asyncio.wait(lost)


def _or_inf(seconds: float | None) -> float:
    """Return a limit that may be ``None``, which is none, as a number."""
    return math.inf if seconds is None else seconds
