"""What a request may take, and the errors of those that take more."""

from __future__ import annotations

import math
from dataclasses import dataclass

from aiperf.common.errors import (
    FirstByteTimeout,
    IdleTimeout,
    RequestTimeout,
    ResponseTooLarge,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a request may take, in seconds and bytes; ``inf``: no limit.

    ``dns_ttl`` is for how long the addresses of a name are used.
    """

    request_timeout: float = math.inf
    idle_timeout: float = math.inf
    connect_timeout: float = math.inf
    first_byte_timeout: float = math.inf
    response_bytes: float = math.inf
    dns_ttl: float = math.inf

    def request_error(self, server: str) -> RequestTimeout:
        """Return the error of a request that took too long."""
        seconds = self.request_timeout
        return RequestTimeout(
            f"no whole response came from {server} within the request timeout of {seconds:g} s; "
            "raise --request-timeout-seconds or lower the load",
            seconds=seconds,
        )

    def idle_error(self, server: str) -> IdleTimeout:
        """Return the error of a request during which the server was silent for too long."""
        seconds = self.idle_timeout
        return IdleTimeout(
            f"no byte came from {server} for the {seconds:g} s of the idle timeout; raise "
            "--idle-timeout-seconds or look into the server's log",
            seconds=seconds,
        )

    def first_byte_error(self, server: str) -> FirstByteTimeout:
        """Return the error of a request to which no response began in time."""
        seconds = self.first_byte_timeout
        return FirstByteTimeout(
            f"no byte of a response came from {server} within the first-byte timeout of "
            f"{seconds:g} s; raise --first-byte-timeout-seconds or lower the load",
            seconds=seconds,
        )

    def size_error(self, server: str) -> ResponseTooLarge:
        """Return the error of a response that is larger than it may be."""
        limit = int(self.response_bytes)
        return ResponseTooLarge(
            f"the response of {server} is larger than {limit} bytes; look into the server's log, "
            "or raise --max-response-bytes",
            limit=limit,
        )
