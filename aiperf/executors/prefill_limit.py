"""Limits how many requests wait for their first token at a time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiperf.common.concurrency_ramp import ConcurrencyRamp
from aiperf.executors.waiting_line import WaitingLine

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiperf.common.config import LoadConfig
    from aiperf.common.models import RawRecord

_FEW = 32
"""A look reads all that has come. Up to so many parts there is one for each; beyond, the next comes
after one more in so many, so that a server that sends without end and without content costs little.
A first token is nearly always in one of the first two parts."""


class PrefillLimit:
    """Lets ``load.prefill_concurrency`` requests be in their prefill: sent, and no token yet.

    A request is over it when the endpoint finds content in what has come, which is what the time to
    first token is about; or when it ends without any.

    Args:
        load: How many, and how long it takes until there are so many.
        has_content: Whether the response in a record, as far as it has come, has a first token.
    """

    def __init__(self, load: LoadConfig, has_content: Callable[[RawRecord], bool]) -> None:
        self.line = WaitingLine()
        """Who waits to start."""
        self._has_content = has_content
        self._under_way = 0
        self._ramp = ConcurrencyRamp(
            load.prefill_concurrency or 1,
            load.prefill_concurrency_ramp_duration,
            self.line.look,
            load.share,
        )

    def start(self) -> None:
        """Begin to grow."""
        self._ramp.start()

    def stop(self) -> None:
        """Grow no more."""
        self._ramp.stop()

    def has_room(self) -> bool:
        """Return whether another request may start."""
        return self._under_way < self._ramp.limit

    def begin(self, record: RawRecord) -> Prefill:
        """Count a request that starts now, and follow its response."""
        self._under_way += 1
        return Prefill(record, self._has_content, self._end)

    def _end(self) -> None:
        self._under_way -= 1
        self.line.look()


class Prefill:
    """The prefill of one request.

    It looks at the response in a turn of the event loop of its own, when the time of what came has
    been taken.
    """

    __slots__ = ("_end", "_handle", "_has_content", "_next", "_record")

    def __init__(
        self, record: RawRecord, has_content: Callable[[RawRecord], bool], end: Callable[[], None]
    ) -> None:
        self._record = record
        self._has_content = has_content
        self._end: Callable[[], None] | None = end
        self._handle: asyncio.Handle | None = None
        self._next = 1
        record.parts = _FollowedParts(self._follow)

    def end(self) -> None:
        """Say that the request has ended."""
        self._record.parts = list(self._record.parts)
        if self._handle is not None:
            self._handle.cancel()
        self._finish()

    def _follow(self, count: int) -> None:
        """Look soon, as something has come."""
        if self._end is not None and self._handle is None and count >= self._next:
            self._handle = asyncio.get_running_loop().call_soon(self._look)

    def _look(self) -> None:
        self._handle = None
        count = len(self._record.parts)
        self._next = count + 1 + count // _FEW
        if self._end is not None and self._has_content(self._record):
            self._finish()

    def _finish(self) -> None:
        end, self._end = self._end, None
        if end is not None:
            end()


class _FollowedParts(list[bytes]):
    """The parts of a response, as a transport appends them."""

    __slots__ = ("_follow",)

    def __init__(self, follow: Callable[[int], None]) -> None:
        super().__init__()
        self._follow = follow

    def append(self, part: bytes) -> None:
        """Take what came, and say so."""
        super().append(part)
        self._follow(len(self))
