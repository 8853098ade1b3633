"""HTTP/2 and proxies, by httpx."""

from __future__ import annotations

import asyncio
import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from aiperf.common.errors import ConfigError, TransportError, error_details
from aiperf.transports.http_limits import Limits
from aiperf.transports.http_request import check_headers, merge_headers
from aiperf.transports.http_status import response_error
from aiperf.transports.http_tls import tls_context
from aiperf.transports.http_url import parse_url

try:
    import httpx

    from aiperf.transports.httpx_errors import ours
except ImportError as error:
    raise ConfigError(
        f"the transport httpx needs a package that is not installed ({error}). Run: "
        "pip install 'aiperf[httpx]'",
        option="--transport",
    ) from error

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Mapping

    from aiperf.common.config import TransportConfig
    from aiperf.common.models import RawRecord

_SENT = (".send_request_headers.complete", ".send_request_body.complete")


@dataclass(frozen=True, slots=True)
class PreparedPost:
    """A request but for its ids."""

    url: httpx.URL
    headers: Mapping[str, str]
    body: bytes


class HTTPXTransport:
    """Sends POST requests to one server over HTTP/2, where it offers that over TLS, or HTTP/1.1.

    Times are taken where httpx hands things over, which is later than the bytes arrived by what it
    does in between, and a request costs many times what it costs the transport ``http``.

    Raises:
        ConfigError: The URL, the proxy, a header, the API key or the file of certificates cannot
            work, or an option is for the transport ``http`` only.
    """

    def __init__(self, *, config: TransportConfig) -> None:
        self._url = parse_url(config.url)
        _refuse_what_is_not_here(config, is_socket=bool(self._url.socket))
        check_headers(config.headers, "--header", option="--header")
        self._headers = dict(config.headers)
        self._own = {"User-Agent": "aiperf", "Accept-Encoding": "identity"}
        if config.api_key is not None:
            is_bearer = config.api_key_header.lower() == "authorization"
            key = f"Bearer {config.api_key}" if is_bearer else config.api_key
            self._own[config.api_key_header] = key
            check_headers({config.api_key_header: key}, "--api-key", option="--api-key")
        self._limits = Limits(
            request_timeout=_or_inf(config.request_timeout),
            response_bytes=_or_inf(config.max_response_bytes),
        )
        self._request_timeout = config.request_timeout
        self._timeouts = {"connect": config.connect_timeout, "read": config.idle_timeout}
        self._timeouts |= {"write": config.idle_timeout, "pool": None}
        kept = 0 if config.connection_reuse == "never" else None
        try:
            self._transport = httpx.AsyncHTTPTransport(
                verify=tls_context(config, protocols=("h2", "http/1.1")),
                http2=True,
                limits=httpx.Limits(
                    max_connections=None, max_keepalive_connections=kept, keepalive_expiry=None
                ),
                proxy=config.proxy,
            )
        except (ValueError, httpx.InvalidURL, ImportError) as error:
            raise ConfigError(
                f"--proxy {config.proxy!r} cannot be used: {error}. Write it like "
                "http://localhost:3128",
                option="--proxy",
            ) from error

    def prepare(self, path: str, body: bytes, headers: Mapping[str, str]) -> PreparedPost:
        """Return a POST of ``body`` to ``path``; headers that a person asked for win.

        Raises:
            ConfigError: ``headers`` cannot be sent.
        """
        check_headers(headers, "the endpoint's headers")
        every = merge_headers({"Host": self._url.authority}, self._own, headers, self._headers)
        url = httpx.URL(self._url.shown + self._url.target(path))
        return PreparedPost(url, every, body)

    async def send(
        self,
        request: PreparedPost,
        record: RawRecord,
        *,
        request_id: str = "",
        correlation_id: str = "",
    ) -> None:
        """Send ``request`` with the two ids and fill ``record`` in place as things happen."""
        headers = dict(request.headers)
        if request_id:
            headers["X-Request-ID"] = request_id
        if correlation_id:
            headers["X-Correlation-ID"] = correlation_id
        error: TransportError | None
        record.connection_reused = True
        record.start_ns = time.perf_counter_ns()
        try:
            async with asyncio.timeout(self._request_timeout):
                error = await self._exchange(request, headers, record)
        except asyncio.CancelledError:
            record.end_ns = record.end_ns or time.perf_counter_ns()
            raise
        except TimeoutError:
            error = self._limits.request_error(self._url.server)
        except TransportError as exc:
            error = exc
        except Exception as exc:  # noqa: BLE001 - a failure of any kind becomes the record's error
            error = ours(exc, record, self._url.server)
        record.end_ns = record.end_ns or time.perf_counter_ns()
        if error is not None:
            record.error = error_details(error)

    async def close(self) -> None:
        """Close every connection."""
        await self._transport.aclose()

    async def _exchange(
        self, request: PreparedPost, headers: dict[str, str], record: RawRecord
    ) -> TransportError | None:
        """Send the request and take the response; return why that is of no use, if it is."""

        async def trace(event: str, _info: Mapping[str, Any]) -> None:
            if event.endswith(_SENT):
                record.sent_ns = time.perf_counter_ns()
            elif event.endswith("connect_tcp.started"):
                record.connection_reused = False

        response = await self._transport.handle_async_request(
            httpx.Request(
                "POST",
                request.url,
                headers=headers,
                content=request.body,
                extensions={"timeout": self._timeouts, "trace": trace},
            )
        )
        record.ack_ns = time.perf_counter_ns()
        record.status = response.status_code
        record.content_type = response.headers.get("content-type", "")
        left = self._limits.response_bytes
        try:
            async for part in cast("AsyncIterable[bytes]", response.stream):
                if part:
                    record.parts.append(part)
                    record.part_ns.append(time.perf_counter_ns())
                    left -= len(part)
                    if left < 0:
                        record.parts.clear()
                        del record.part_ns[:]
                        raise self._limits.size_error(self._url.server)
            record.end_ns = time.perf_counter_ns()
        finally:
            await response.aclose()
        asked = b"POST %b HTTP" % request.url.raw_path
        return response_error(record, dict(response.headers.raw), asked)


def _refuse_what_is_not_here(config: TransportConfig, *, is_socket: bool) -> None:
    """Raise for what only the transport ``http`` can do."""
    for option, is_given in (
        ("--url", bool(config.other_urls) or is_socket),
        ("--connection-reuse-strategy", config.connection_reuse == "sticky-user-sessions"),
        ("--first-byte-timeout-seconds", config.first_byte_timeout is not None),
        ("--dns-ttl-seconds", config.dns_ttl is not None),
    ):
        if is_given:
            raise ConfigError(
                f"the transport httpx does not know this use of {option}; leave it out, or take "
                "--transport http",
                option=option,
            )
    if config.proxy and "@" in config.proxy:
        raise ConfigError(
            "--proxy must not contain a user name or password, which artifacts would show; use a "
            "proxy that needs none",
            option="--proxy",
        )


def _or_inf(limit: float | None) -> float:
    """Return a limit that may be ``None``, which is none, as a number."""
    return math.inf if limit is None else limit
