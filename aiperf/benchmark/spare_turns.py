"""Work that can wait, done in between the turns of an event loop."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_SHARE = 4
"""One of so many waiting things is worked off in a turn of the loop, rounded up."""

_AT_ONCE = 256
"""At most so many are worked off together when the run has ended."""


class SpareTurns(Generic[T]):
    """A queue that is worked off one thing at a time, so that nothing else waits long.

    The longer the queue is, the more is taken together: it never holds more than what came in a few
    turns.

    Args:
        work: is given the next things, at least one, in the order of their coming.
    """

    def __init__(self, work: Callable[[list[T]], None]) -> None:
        self._work = work
        self._queue: deque[T] = deque()
        self._is_scheduled = False

    def put(self, thing: T) -> None:
        """Keep ``thing`` for later."""
        self._queue.append(thing)
        if not self._is_scheduled:
            self._is_scheduled = True
            asyncio.get_running_loop().call_soon(self._turn)

    def flush(self) -> None:
        """Work off everything that is left."""
        while self._queue:
            self._take(min(len(self._queue), _AT_ONCE))

    def _turn(self) -> None:
        self._is_scheduled = False
        queue = self._queue
        if queue:
            self._take(-(-len(queue) // _SHARE))
        if queue:
            self._is_scheduled = True
            asyncio.get_running_loop().call_soon(self._turn)

    def _take(self, count: int) -> None:
        queue = self._queue
        self._work([queue.popleft() for _ in range(count)])
