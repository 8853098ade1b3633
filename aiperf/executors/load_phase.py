"""One phase of a run: requests until there were enough of them, or for long enough."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from aiperf.common.models import WARMUP
from aiperf.executors.open_sessions import OpenSessions
from aiperf.executors.phase_waits import PhaseWaits
from aiperf.executors.prefill_limit import PrefillLimit
from aiperf.executors.request_sender import RequestSender
from aiperf.executors.time_limit import TimeLimit
from aiperf.executors.turn_times import TurnTimes, ready_ns, starts_sessions

if TYPE_CHECKING:
    from aiperf.common.config import LoadConfig
    from aiperf.common.protocols import ArrivalProtocol, RecordSink, TransportProtocol
    from aiperf.executors.cancellations import Cancellations
    from aiperf.executors.held_session import HeldSession
    from aiperf.executors.prepared_turns import Preparer, Upcoming
    from aiperf.executors.request_ids import RequestIds


class LoadPhase:
    """Sends the turns of conversations as the arrival lets them start.

    Workers do it. There is always one more of them than there are requests under way, and it waits
    for the arrival; so no request ever waits for a worker, and in a closed loop no worker waits for
    another. What a worker does when the arrival lets it start depends on the arrival:

    - In a closed loop it holds a whole session, with think times, before it gives its slot back.
    - On the times of a trace it does, too, and for a user whose turns are paced; later turns have
      times of their own.
    - At a rate it sends one turn: one of a session that is under way, if its next turn has become
      ready, or the first of a new session.

    Args:
        name: What records say for their phase.
        load: When it ends, and how many sessions and prefills may be under way.
        arrival: Lets requests start.
        transport: Sends them.
        sink: Where the records go.
        upcoming: The conversations to hold; the phase ends with them, if they end.
        preparer: Makes the requests that need an answer of the server.
        ids: Where ids come from.
        cancellations: Which requests end early on purpose.
    """

    def __init__(
        self,
        name: str,
        *,
        load: LoadConfig,
        arrival: ArrivalProtocol,
        transport: TransportProtocol,
        sink: RecordSink,
        upcoming: Upcoming,
        preparer: Preparer,
        ids: RequestIds,
        cancellations: Cancellations | None = None,
    ) -> None:
        self.name = name
        self._load = load
        self._arrival = arrival
        self._starts_sessions = starts_sessions(arrival)
        self._sessions = OpenSessions(load, upcoming, preparer, ids)
        self._prefills: PrefillLimit | None = None
        if load.prefill_concurrency is not None:
            self._prefills = PrefillLimit(load, preparer.has_content)
        self._sender = RequestSender(
            name,
            transport=transport,
            sink=sink,
            ids=ids,
            cancellations=cancellations,
            prefills=self._prefills,
        )
        self._limit = TimeLimit(load, close=self._close, cancel=self._end_of_grace)
        self._left: int | None = load.request_count or None
        self._waits = PhaseWaits()
        self._is_full = False
        self._workers: asyncio.TaskGroup
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting: set[asyncio.Task[None]] = set()

    def begin_at(self, begin_ns: int) -> None:
        """Let the schedule, if there is one, begin at a ``perf_counter_ns`` that has just come."""
        if getattr(self._arrival, "shares", None) == "times":
            self._arrival.begin_ns = begin_ns  # type: ignore[attr-defined]  # it says that it has it

    async def run(self) -> None:
        """Send, and wait until everything that was sent has ended.

        Raises:
            Exception: What the arrival or the sink raised; the rest has been cancelled then.
        """
        if self._sessions.are_over():
            return
        self._limit.start()
        self._sessions.start()
        if self._prefills is not None:
            self._prefills.start()
        try:
            async with asyncio.TaskGroup() as self._workers:
                self._add_worker()
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from None
        finally:
            self._close()
            self._stop_timers()
            for session_id in self._sessions.under_way:  # those that were not held to their end
                self._sender.end_session(session_id)

    def cancel(self) -> None:
        """Cancel what is under way and start nothing more."""
        self._close()
        self._stop_timers()
        for task in self._tasks:
            task.cancel()

    # -- the end -------------------------------------------------------------------------------

    def _end_of_grace(self) -> None:
        """Cancel what is still under way."""
        phase = "warmup" if self.name == WARMUP else "benchmark"
        self._sender.why_cancelled = (
            f"it was still under way {self._load.grace_period:g} s after the end of the {phase}'s "
            f"duration; raise --{phase}-grace-period to let it end"
        )
        self.cancel()

    def _close(self) -> None:
        """Start nothing more."""
        self._waits.close()
        for task in self._waiting:
            task.cancel()

    def _stop_timers(self) -> None:
        """Let no time end or change anything any more."""
        self._limit.stop()
        self._sessions.stop()
        if self._prefills is not None:
            self._prefills.stop()

    # -- workers -------------------------------------------------------------------------------

    def _add_worker(self) -> None:
        """Let one worker more ask for a request to send."""
        task = self._workers.create_task(self._work())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(self) -> None:
        """Send what the arrival lets start, until the phase is closed."""
        me = cast("asyncio.Task[None]", asyncio.current_task())
        try:
            while not self._waits.is_closed and not self._is_full:
                self._waiting.add(me)
                try:
                    if self._sender.has_failed:  # perhaps without a wait, as may the next
                        await asyncio.sleep(0)
                    scheduled_ns = await self._arrival.acquire()
                except StopAsyncIteration:
                    self._is_full = True
                    break
                finally:
                    self._waiting.discard(me)
                try:
                    if scheduled_ns is None or self._starts_sessions:
                        await self._hold_session(scheduled_ns)
                    else:
                        await self._send_turn(scheduled_ns)
                finally:
                    self._arrival.release()
        except (Exception, KeyboardInterrupt):
            self.cancel()
            raise

    async def _wait_for_prefill(self, prefills: PrefillLimit) -> bool:
        """Wait until one more may wait for its first token."""
        await self._waits.in_line(prefills.line, prefills.has_room)
        return True

    def _may_start(self) -> bool:
        """Count one request more, and see to it that another can follow at once."""
        if self._waits.is_closed:
            return False
        if self._left is not None:
            self._left -= 1
            if not self._left:
                self._close()
                return True
        if not self._waiting and not self._is_full:
            self._add_worker()
        return True

    async def _hold_session(self, scheduled_ns: int | None) -> None:
        """Hold one session from its first turn to its last."""
        if scheduled_ns is not None:
            await self._wait_for_room()
        session = self._begin()
        if session is None:
            return
        times = None
        if scheduled_ns is not None:
            times = TurnTimes(self._arrival, session, scheduled_ns)
        prefills = self._prefills
        while (prefills is None or await self._wait_for_prefill(prefills)) and self._may_start():
            record = await self._sender.send(session, scheduled_ns)
            if not session.advance(record):
                break
            if times is None:
                session.ready_ns = ready_ns(session.turn, record, None)
            else:
                session.ready_ns = scheduled_ns = times.following(record)
            await self._waits.until(session.ready_ns)
        self._end(session)

    async def _wait_for_room(self) -> None:
        """Wait until an open loop may begin a session, or there is none any more."""
        sessions = self._sessions
        await self._waits.in_line(
            sessions.line, lambda: sessions.has_room() or not sessions.has_more()
        )

    def _begin(self) -> HeldSession | None:
        """Begin a session, ``None`` if there is none to begin."""
        sessions = self._sessions
        session = None if self._waits.is_closed else sessions.begin()
        if not sessions.has_more():
            self._is_full = True
            for task in self._waiting:
                task.cancel()  # there is nothing that they could start
        return session

    async def _send_turn(self, scheduled_ns: int) -> None:
        """Send one turn, of a session that is under way or else of a new one."""
        sessions = self._sessions
        ready = sessions.ready
        await self._waits.in_line(sessions.line, lambda: bool(ready) or sessions.has_room())
        if self._waits.is_closed:
            return
        if ready and (ready[0].ready_ns <= scheduled_ns or not sessions.has_room()):
            session: HeldSession | None = ready.popleft()
        else:
            session = sessions.begin()
        if session is None:
            return
        if self._prefills is not None:
            await self._wait_for_prefill(self._prefills)
        if not self._may_start():
            return
        scheduled_ns = max(scheduled_ns, session.ready_ns)
        record = await self._sender.send(session, scheduled_ns)
        if session.advance(record):
            session.ready_ns = ready_ns(session.turn, record, None)
            sessions.make_ready(session)
        else:
            self._end(session)

    def _end(self, session: HeldSession) -> None:
        """End a session, and with the last one the phase."""
        self._sender.end_session(session.session_id)
        self._sessions.end(session)
        if self._sessions.are_over():
            self._close()
