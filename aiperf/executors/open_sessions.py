"""The sessions of one phase: those to come, those under way, and those whose turn it is."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING

from aiperf.common.concurrency_ramp import ConcurrencyRamp
from aiperf.executors.held_session import HeldSession
from aiperf.executors.waiting_line import WaitingLine

if TYPE_CHECKING:
    from aiperf.common.config import LoadConfig
    from aiperf.executors.prepared_turns import Preparer, Upcoming
    from aiperf.executors.request_ids import RequestIds

_NS = 1e9
_TICK_S = 0.001
"""Event loops count time in milliseconds; a shorter wait than this may be none at all."""


class OpenSessions:
    """Begins sessions, no more of them at a time than an open loop may have.

    Args:
        load: How many there are, and how many may be under way.
        upcoming: The conversations to hold.
        preparer: Makes the requests that need an answer of the server.
        ids: Where ids come from.
    """

    def __init__(
        self, load: LoadConfig, upcoming: Upcoming, preparer: Preparer, ids: RequestIds
    ) -> None:
        self._count = load.session_count
        self._upcoming = upcoming
        self._preparer = preparer
        self._ids = ids
        self._begun = 0
        self.under_way: set[str] = set()
        """The ids of those that have begun and not ended."""
        self.line = WaitingLine()
        """Who waits for room, or for a session whose next turn is ready."""
        self.ready: deque[HeldSession] = deque()
        """Those whose next turn may start."""
        self._ramp: ConcurrencyRamp | None = None
        if load.concurrency_limit is not None:
            self._ramp = ConcurrencyRamp(
                load.concurrency_limit,
                load.concurrency_ramp_duration,
                self.line.look,
                load.share,
            )

    def start(self) -> None:
        """Begin to let more be under way."""
        if self._ramp is not None:
            self._ramp.start()

    def stop(self) -> None:
        """Let no more be under way than now."""
        if self._ramp is not None:
            self._ramp.stop()

    def has_more(self) -> bool:
        """Return whether there is another session to begin."""
        return self._upcoming.next is not None and self._begun != self._count

    def has_room(self) -> bool:
        """Return whether an open loop may begin one now."""
        return self.has_more() and (self._ramp is None or len(self.under_way) < self._ramp.limit)

    def are_over(self) -> bool:
        """Return whether none is under way, and none to come."""
        return not self.under_way and not self.has_more()

    def begin(self) -> HeldSession | None:
        """Begin one, if there is another."""
        prepared = self._upcoming.take() if self.has_more() else None
        if prepared is None:
            return None
        session = HeldSession(prepared, self._preparer, self._begun, self._ids.new())
        self._begun += 1
        self.under_way.add(session.session_id)
        return session

    def end(self, session: HeldSession) -> None:
        """End one; what waits for room may go on."""
        self.under_way.discard(session.session_id)
        self.line.look()

    def make_ready(self, session: HeldSession) -> None:
        """Let the session's next turn have the next start, once its think time is over."""
        left_ns = session.ready_ns - time.perf_counter_ns()
        if left_ns > 0:
            left_s = max(left_ns / _NS, _TICK_S)
            asyncio.get_running_loop().call_later(left_s, self.make_ready, session)
            return
        self.ready.append(session)
        self.line.look()
