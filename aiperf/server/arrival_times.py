"""When a request's bytes arrived: stamped where the socket is read, not where a task gets its turn.

Of many requests that arrive at once, the last one's task runs after all the others'. Stamped there,
the wait in the server's own loop would look as if the client had sent late.
"""

from __future__ import annotations

from time import perf_counter_ns
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

if TYPE_CHECKING:
    from collections.abc import Mapping

_KEY = "aiperf.arrival_ns"


class StampingProtocol(HttpToolsProtocol):
    """Uvicorn's HTTP protocol, with two times for each request in its scope."""

    _read_ns = 0

    def data_received(self, data: bytes) -> None:
        """Stamp the read and let uvicorn have it."""
        self._read_ns = perf_counter_ns()
        super().data_received(data)

    def on_message_begin(self) -> None:
        """Note when the request's first bytes arrived."""
        super().on_message_begin()
        self.scope["extensions"] = {_KEY: {"first": self._read_ns, "last": 0}}

    def on_message_complete(self) -> None:
        """Note when the request's last bytes arrived."""
        self.scope["extensions"][_KEY]["last"] = self._read_ns
        super().on_message_complete()


def arrival_ns(scope: Mapping[str, Any], which: str) -> int:
    """Return when the ``"first"`` or ``"last"`` bytes of a request arrived (``perf_counter_ns``).

    Under a server that does not say, and for a request that is not complete, it is now.
    """
    stamped: int = scope.get("extensions", {}).get(_KEY, {}).get(which, 0)
    return stamped or perf_counter_ns()
