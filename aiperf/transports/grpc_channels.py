"""The connections to one server: each a channel that carries many requests at a time."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any

import grpc.aio

from aiperf.transports.grpc_tls import trust_of_file, trust_of_server
from aiperf.transports.http_errors import CONNECTING_TLS, ours

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiperf.common.config import TransportConfig
    from aiperf.transports.grpc_tls import Trust
    from aiperf.transports.grpc_url import GRPCServer

_STREAMS = 100
"""Requests at a time on one connection: as many as any HTTP/2 server should take.

A request more would wait in the client where nobody sees it (RFC 9113, section 6.5.2).
"""

_INT_MAX = 2**31 - 1
_PING_MS = 310_000
"""A little more than the five minutes below which gRPC's servers end connections for pinging.

Source: https://github.com/grpc/grpc/blob/master/doc/keepalive.md. With NVIDIA AIPerf's 30 seconds,
a server whose answer takes some minutes would end them itself.
"""


class Channel:
    """One connection, and how many requests are under way on it."""

    __slots__ = ("_callables", "_channel", "in_flight", "was_used")

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._channel = channel
        self._callables: dict[str, Any] = {}
        self.in_flight = 0
        self.was_used = False
        """Whether an answer has come on it."""

    def callable(self, method: str, *, is_streamed: bool) -> Any:
        """Return what starts a call of ``method``: bytes in, bytes out, nothing parsed.

        A stream is asked for with one message; that the method takes several makes no difference
        to what is sent.
        """
        found = self._callables.get(method)
        if found is None:
            make = self._channel.unary_stream if is_streamed else self._channel.unary_unary
            found = self._callables[method] = make(method)
        return found

    async def close(self) -> None:
        """Close the connection; calls under way are cancelled."""
        await self._channel.close()


class Channels:
    """Opens a connection when it is needed, and another when all have many requests under way.

    Raises:
        ConfigError: The file of certificates cannot work.
    """

    def __init__(self, server: GRPCServer, config: TransportConfig, authority: str) -> None:
        os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # it writes to standard error otherwise
        self.server = server
        """Where the connections lead."""
        self._keeps = config.connection_reuse != "never"
        self._options = _options(config, authority)
        self._channels: list[Channel] = []
        self.discarded: list[Channel] = []
        """Those that no more requests go out on, and that are not closed yet."""
        self._trust: Trust | None = None
        self._is_blind = server.tls and not config.verify
        self._lookup = asyncio.Lock()
        self._connect_timeout = config.connect_timeout
        if server.tls and config.verify:
            self._trust = trust_of_file(config.ca_file)

    def take(self) -> Channel | None:
        """Return a connection with room for a request; ``None``: wait for the :meth:`first`."""
        if self._keeps:
            for channel in self._channels:
                if channel.in_flight < _STREAMS:
                    return channel
        if self._is_blind and self._trust is None:
            return None
        return self._open()

    async def first(self) -> Channel:
        """Return a connection, having found out what to trust where any certificate is to be.

        Raises:
            TransportError: The server cannot be asked.
        """
        async with self._lookup:
            if self._trust is None:
                try:
                    async with asyncio.timeout(self._connect_timeout):
                        self._trust = await trust_of_server(self.server)
                except Exception as error:
                    what = f"no connection to {self.server.server}"
                    raise ours(CONNECTING_TLS, error, what) from error
        return self.take() or self._open()

    def give_back(self, channel: Channel) -> None:
        """Say that a request has ended on a connection, which is over if none is kept."""
        channel.in_flight -= 1
        if not self._keeps:
            self.discard(channel)

    def discard(self, channel: Channel) -> None:
        """Let no more requests go out on a connection: gRPC would refuse them until it has waited.

        Doing without that, the next request finds out by itself whether the server is back.
        """
        if channel in self._channels:
            self._channels.remove(channel)
            self.discarded.append(channel)

    async def close_discarded(self) -> None:
        """Close the connections that were discarded and that no request is under way on."""
        for channel in [each for each in self.discarded if not each.in_flight]:
            self.discarded.remove(channel)
            await channel.close()

    async def close(self) -> None:
        """Close every connection."""
        channels = [*self._channels, *self.discarded]
        self._channels.clear()
        self.discarded.clear()
        await asyncio.gather(*(channel.close() for channel in channels))

    def _open(self) -> Channel:
        options, target = self._options, self.server.target
        if self._trust is None:
            channel = grpc.aio.insecure_channel(target, options=_pairs(options))
        else:
            if self._trust.name:
                options = {**options, "grpc.ssl_target_name_override": self._trust.name}
            channel = grpc.aio.secure_channel(
                target, self._trust.credentials, options=_pairs(options)
            )
        self._channels.append(Channel(channel))
        return self._channels[-1]


def _options(config: TransportConfig, authority: str) -> dict[str, Any]:
    """Return the arguments of every channel.

    Source: https://grpc.github.io/grpc/core/group__grpc__arg__keys.html.
    """
    options: dict[str, Any] = {
        "grpc.primary_user_agent": "aiperf",
        "grpc.max_receive_message_length": -1,
        "grpc.max_send_message_length": -1,
        "grpc.keepalive_time_ms": _PING_MS,
        "grpc.keepalive_timeout_ms": 10_000,
        "grpc.use_local_subchannel_pool": 1,  # or several channels would share one connection
        "grpc.enable_http_proxy": 0,  # no other transport uses one
        "grpc.enable_retries": 0,  # nor sends a request again, which nobody would see
        "grpc.service_config_disable_resolution": 1,  # nor lets DNS decide how it goes out
        "grpc.initial_reconnect_backoff_ms": 100,
        "grpc.max_reconnect_backoff_ms": 1_000,
    }
    if config.max_response_bytes is not None:
        options["grpc.max_receive_message_length"] = min(config.max_response_bytes, _INT_MAX)
    if config.connect_timeout is not None:  # gRPC's name for it is an odd one
        options["grpc.min_reconnect_backoff_ms"] = max(1, round(config.connect_timeout * 1e3))
    if authority:
        options["grpc.default_authority"] = authority
    return options


def _pairs(options: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return list(options.items())
