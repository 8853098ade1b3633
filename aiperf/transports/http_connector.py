"""Makes connections to one server, whose name it looks up once or as often as it is told to."""

from __future__ import annotations

import asyncio
import ipaddress
import math
import socket
import time
from functools import partial
from typing import TYPE_CHECKING

from aiperf.common.errors import ConnectTimeout, TLSError, TransportError
from aiperf.transports.http_connection import HTTPConnection
from aiperf.transports.http_errors import CONNECTING, CONNECTING_TLS, RESOLVING, ours

if TYPE_CHECKING:
    import ssl

    from aiperf.common.request_trace import RequestTrace
    from aiperf.transports.http_limits import Limits
    from aiperf.transports.http_url import ServerURL


class HTTPConnector:
    """Opens connections to ``url``.

    Args:
        url: The server.
        limits: What each connection keeps watch over.
        tls: The context for ``https``, ``None`` for ``http``.
    """

    def __init__(self, *, url: ServerURL, limits: Limits, tls: ssl.SSLContext | None) -> None:
        self._url = url
        self._tls = tls
        self._new = partial(HTTPConnection, server=url.server, limits=limits)
        self._needs_lookup = not (url.socket or _is_address(url.host))
        self._addresses: list[str] = [] if self._needs_lookup else [url.socket or url.host]
        self._ttl = limits.dns_ttl
        self._expires = math.inf
        self._lookup = asyncio.Lock()

    async def connect(self, seconds: float, trace: RequestTrace | None = None) -> HTTPConnection:
        """Return a new connection, made within ``seconds`` (``inf``: no limit).

        What begins when goes into ``trace``.

        The addresses of the host are tried in the resolver's order, the one that worked last
        first, each for its share of the time that is left.

        Raises:
            TransportError: There is none; the subclass says why.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        addresses = await self._known_addresses(seconds, trace)
        if trace is not None:
            trace.connect_ns = time.perf_counter_ns()
        failure = TransportError(f"{self._url.server} has no address")
        for place, address in enumerate(addresses):
            share = (deadline - loop.time()) / (len(addresses) - place)
            try:
                connection = await self._open(address, share)
            except TLSError:  # the server was reached; another address would say the same
                raise
            except ConnectTimeout:
                failure = self._too_late(seconds)
            except TransportError as error:
                failure = error
            else:
                if place:
                    self._addresses = [address, *(each for each in addresses if each != address)]
                return connection
        raise failure

    async def _known_addresses(self, seconds: float, trace: RequestTrace | None) -> list[str]:
        """Return the host's addresses, looked up if they are not known or have expired."""
        if self._needs_lookup and asyncio.get_running_loop().time() >= self._expires:
            self._addresses = []
        if self._addresses:
            return self._addresses
        if trace is not None:
            trace.lookup_ns = time.perf_counter_ns()
        return await self._resolve(seconds)

    async def _resolve(self, seconds: float) -> list[str]:
        """Look the host's name up, once for all who wait."""
        host, port = self._url.host, self._url.port
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(_limit(seconds)), self._lookup:
                if not self._addresses:
                    infos = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
                    self._addresses = list(dict.fromkeys(_with_scope(info[4]) for info in infos))
                    self._expires = loop.time() + self._ttl
        except TimeoutError as error:
            raise self._too_late(seconds) from error
        except Exception as error:
            raise ours(
                RESOLVING, error, f"the address of {host!r} was not found", server=self._url.server
            ) from error
        return self._addresses

    async def _open(self, address: str, seconds: float) -> HTTPConnection:
        """Return a connection to one address."""
        loop = asyncio.get_running_loop()
        tls = self._tls
        try:
            async with asyncio.timeout(_limit(seconds)):
                if self._url.socket:
                    _, connection = await loop.create_unix_connection(self._new, address)
                else:
                    _, connection = await loop.create_connection(
                        self._new,
                        address,
                        self._url.port,
                        ssl=tls,
                        server_hostname=self._url.host if tls else None,
                    )
        except Exception as error:
            stage = CONNECTING_TLS if tls else CONNECTING
            what = f"no connection to {self._url.server}"
            raise ours(stage, error, what, server=self._url.server) from error
        return connection

    def _too_late(self, seconds: float) -> ConnectTimeout:
        """Return the error of a connection that took too long."""
        return ConnectTimeout(
            f"no connection to {self._url.server} within {seconds:g} s; check that the server is "
            "reachable and --url right, or raise --connect-timeout-seconds",
            server=self._url.server,
            seconds=seconds,
        )


def _limit(seconds: float) -> float | None:
    """Return ``seconds`` as :func:`asyncio.timeout` takes it."""
    return seconds if seconds < math.inf else None


def _is_address(host: str) -> bool:
    """Return whether ``host`` needs no lookup."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _with_scope(address: tuple[object, ...]) -> str:
    """Return the host part of a socket address, with its scope if it is link-local."""
    scope = address[3] if len(address) > 3 else 0  # noqa: PLR2004 - (host, port, flow, scope)
    return f"{address[0]}%{scope}" if scope else str(address[0])
