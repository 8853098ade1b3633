"""Counts tokens beside the event loop, with a tokenizer that does not need the interpreter."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from aiperf.benchmark.token_counting import TokenCounting, Uncounted
    from aiperf.common.models import RequestRecord

_AT_ONCE = 32
_CHARACTERS = 1 << 16
"""So many requests are counted together, and so much text: what a tokenizer makes of it is thrown
away in the interpreter, for which the loop has to wait."""


class CountingThread:
    """Counts the tokens of requests in one thread, in the order of their coming.

    What comes while it counts is counted together next.

    Args:
        counting: counts; nobody else uses it meanwhile.
        on_counted: is given each record when it has its counts, on the loop that :meth:`put` was
            called on.
    """

    def __init__(
        self, counting: TokenCounting, on_counted: Callable[[RequestRecord], None]
    ) -> None:
        self._counting = counting
        self._on_counted = on_counted
        self._waiting: deque[Uncounted] = deque()
        self._pool: ThreadPoolExecutor | None = None
        self._batch: Sequence[Uncounted] = ()
        self._future: Future[None] | None = None
        self.cpu_ns = 0
        """The processor time that it took."""

    def put(self, uncounted: Uncounted) -> None:
        """Let one be counted."""
        self._waiting.append(uncounted)
        if self._future is None:
            self._next()

    def flush(self) -> None:
        """Wait until all are counted, and end the thread."""
        while self._future is not None:
            self._future.result()
            self._done(self._future)
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None

    def _next(self) -> None:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, "count-tokens")
        waiting = self._waiting
        batch: list[Uncounted] = []
        characters = 0
        while waiting and len(batch) < _AT_ONCE and characters < _CHARACTERS:
            batch.append(waiting.popleft())
            characters += batch[-1].characters
        self._batch = batch
        self._future = self._pool.submit(self._count, self._batch)
        loop = asyncio.get_running_loop()
        self._future.add_done_callback(lambda done: loop.call_soon_threadsafe(self._done, done))

    def _count(self, batch: Sequence[Uncounted]) -> None:
        begin_ns = time.thread_time_ns()
        self._counting.count_several(batch)
        self.cpu_ns += time.thread_time_ns() - begin_ns

    def _done(self, future: Future[None]) -> None:
        if future is not self._future:
            return  # it was waited for
        self._future = None
        future.result()
        batch, self._batch = self._batch, ()
        if self._waiting:
            self._next()
        for uncounted in batch:
            self._on_counted(uncounted.record)
