"""How long a request may take, and the errors of those that take longer."""

from __future__ import annotations

import math
from dataclasses import dataclass

from aiperf.common.errors import IdleTimeout, RequestTimeout


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds for a whole request and for the silence of a server; ``inf``: no limit."""

    request_timeout: float = math.inf
    idle_timeout: float = math.inf

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
