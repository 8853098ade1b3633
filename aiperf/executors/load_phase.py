"""One phase of a run: requests until there were enough of them, or for long enough."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING, cast

from aiperf.common.concurrency_ramp import ConcurrencyRamp
from aiperf.common.errors import RequestCancellationError, error_details
from aiperf.common.models import WARMUP, ErrorDetails, RawRecord
from aiperf.executors.cancellations import is_cancellation
from aiperf.executors.held_session import HeldSession, ready_ns
from aiperf.executors.waiting_line import WaitingLine

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiperf.common.config import LoadConfig
    from aiperf.common.protocols import ArrivalProtocol, RecordSink, TransportProtocol
    from aiperf.executors.cancellations import Cancellation, Cancellations
    from aiperf.executors.prepared_turns import Preparer, Upcoming
    from aiperf.executors.request_ids import RequestIds

_NS_PER_MS = 1e6
_NS = 1e9
_TICK_S = 0.001
"""Event loops count time in milliseconds; a shorter wait than this may be none at all."""


class LoadPhase:
    """Sends the turns of conversations as the arrival lets them start.

    Workers do it. There is always one more of them than there are requests under way, and it waits
    for the arrival; so no request ever waits for a worker, and in a closed loop no worker waits for
    another. What a worker does when the arrival lets it start depends on the arrival:

    - In a closed loop it holds a whole session, with think times, before it gives its slot back.
    - On the times of a trace it does, too; later turns have times of their own.
    - At a rate it sends one turn: one of a session that is under way, if its next turn has become
      ready, or the first of a new session.

    Args:
        name: What records say for their phase.
        load: When it ends, and how many sessions an open loop may have under way.
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
        self._follows_trace: bool = getattr(arrival, "follows_trace", False)
        self._transport = transport
        self._end_session: Callable[[str], None] = getattr(transport, "end_session", _ignore)
        self._sink = sink
        self._upcoming = upcoming
        self._preparer = preparer
        self._ids = ids
        self._cancellations = cancellations
        self._left: int | None = load.request_count or None
        self._sessions = 0
        self._open = 0
        self._is_closed = False
        self._is_full = False
        self._has_failed = False
        self._why = "the run was stopped before it had ended"
        self._workers: asyncio.TaskGroup
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting: set[asyncio.Task[None]] = set()
        self._pausing: set[asyncio.Task[None]] = set()
        self._ready: deque[HeldSession] = deque()
        self._line = WaitingLine()
        self._timer: asyncio.TimerHandle | None = None
        self._ramp: ConcurrencyRamp | None = None
        if load.concurrency_limit is not None:
            self._ramp = ConcurrencyRamp(
                load.concurrency_limit,
                load.concurrency_ramp_duration,
                self._line.look,
                load.share,
            )

    def begin_at(self, begin_ns: int) -> None:
        """Let the schedule, if there is one, begin at a ``perf_counter_ns`` that has just come."""
        if getattr(self._arrival, "shares", None) == "times":
            self._arrival.begin_ns = begin_ns  # type: ignore[attr-defined]  # it says that it has it

    async def run(self) -> None:
        """Send, and wait until everything that was sent has ended.

        Raises:
            Exception: What the arrival or the sink raised; the rest has been cancelled then.
        """
        if self._load.benchmark_duration is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._load.benchmark_duration, self._end_of_duration)
        if self._ramp is not None:
            self._ramp.start()
        try:
            async with asyncio.TaskGroup() as self._workers:
                self._add_worker()
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from None
        finally:
            self._close()
            self._stop_timers()

    def cancel(self) -> None:
        """Cancel what is under way and start nothing more."""
        self._close()
        self._stop_timers()
        for task in self._tasks:
            task.cancel()

    # -- the end -------------------------------------------------------------------------------

    def _end_of_duration(self) -> None:
        """Start nothing more; cancel later what is then still under way."""
        self._close()
        if self._load.grace_period != float("inf"):
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._load.grace_period, self._end_of_grace)

    def _end_of_grace(self) -> None:
        """Cancel what is still under way."""
        phase = "warmup" if self.name == WARMUP else "benchmark"
        self._why = (
            f"it was still under way {self._load.grace_period:g} s after the end of the {phase}'s "
            f"duration; raise --{phase}-grace-period to let it end"
        )
        self.cancel()

    def _close(self) -> None:
        """Start nothing more."""
        self._is_closed = True
        for task in (*self._waiting, *self._pausing):
            task.cancel()

    def _stop_timers(self) -> None:
        """Let the duration and the grace period end nothing any more."""
        if self._timer is not None:
            self._timer.cancel()
        if self._ramp is not None:
            self._ramp.stop()

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
            while not self._is_closed and not self._is_full:
                self._waiting.add(me)
                try:
                    if self._has_failed:  # perhaps without waiting for anything, as may the next
                        await asyncio.sleep(0)
                    scheduled_ns = await self._arrival.acquire()
                finally:
                    self._waiting.discard(me)
                try:
                    if scheduled_ns is None or self._follows_trace:
                        await self._hold_session(scheduled_ns)
                    else:
                        await self._send_turn(scheduled_ns)
                finally:
                    self._arrival.release()
        except (Exception, KeyboardInterrupt):
            self.cancel()
            raise

    def _may_start(self) -> bool:
        """Count one request more, and see to it that another can follow at once."""
        if self._is_closed:
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
            await self._wait_for(lambda: self._has_room() or not self._has_more())
        session = None if self._is_closed else self._begin()
        if not self._has_more():
            self._is_full = True
            for task in self._waiting:
                task.cancel()  # there is nothing that they could start
        if session is None:
            return
        zero_ns = None
        if scheduled_ns is not None and session.turn.timestamp_ms is not None:
            zero_ns = scheduled_ns - round(session.turn.timestamp_ms * _NS_PER_MS)
        while self._may_start():
            record = await self._send(session, scheduled_ns)
            if not session.advance(record):
                break
            session.ready_ns = ready_ns(session.turn, record, zero_ns)
            if scheduled_ns is not None:
                scheduled_ns = session.ready_ns
            await self._pause(session.ready_ns)
        self._end_session(session.session_id)
        self._end()

    async def _send_turn(self, scheduled_ns: int) -> None:
        """Send one turn, of a session that is under way or else of a new one."""
        await self._wait_for(lambda: bool(self._ready) or self._has_room())
        ready = self._ready
        if ready and (ready[0].ready_ns <= scheduled_ns or not self._has_room()):
            session: HeldSession | None = ready.popleft()
        else:
            session = self._begin()
        if session is None or not self._may_start():
            return
        scheduled_ns = max(scheduled_ns, session.ready_ns)
        record = await self._send(session, scheduled_ns)
        if session.advance(record):
            session.ready_ns = ready_ns(session.turn, record, None)
            self._make_ready(session)
        else:
            self._end_session(session.session_id)
            self._end()

    # -- sessions ------------------------------------------------------------------------------

    def _has_more(self) -> bool:
        """Return whether there is another session to begin."""
        return self._upcoming.next is not None and self._sessions != self._load.session_count

    def _has_room(self) -> bool:
        """Return whether an open loop may begin one now."""
        return self._has_more() and (self._ramp is None or self._open < self._ramp.limit)

    def _begin(self) -> HeldSession | None:
        """Begin a session, if there is another."""
        prepared = self._upcoming.take() if self._has_more() else None
        if prepared is None:
            return None
        session = HeldSession(prepared, self._preparer, self._sessions, self._ids.new())
        self._sessions += 1
        self._open += 1
        return session

    def _end(self) -> None:
        """End a session; what waits for room may go on."""
        self._open -= 1
        self._line.look()
        if not self._open and not self._has_more():
            self._close()

    def _make_ready(self, session: HeldSession) -> None:
        """Let the session's next turn have the next start, once its think time is over."""
        left_ns = session.ready_ns - time.perf_counter_ns()
        if left_ns > 0:
            left_s = max(left_ns / _NS, _TICK_S)
            asyncio.get_running_loop().call_later(left_s, self._make_ready, session)
            return
        self._ready.append(session)
        self._line.look()

    # -- waiting -------------------------------------------------------------------------------

    async def _pause(self, until_ns: int) -> None:
        """Wait for a moment, unless the phase is closed before it has come."""
        me = cast("asyncio.Task[None]", asyncio.current_task())
        while not self._is_closed and (left_ns := until_ns - time.perf_counter_ns()) > 0:
            self._pausing.add(me)
            try:
                await asyncio.sleep(max(left_ns / _NS, _TICK_S))
            finally:
                self._pausing.discard(me)

    async def _wait_for(self, may_go_on: Callable[[], bool]) -> None:
        """Wait until something may start, behind everybody who waits for the same already."""
        if self._line.is_empty() and may_go_on():
            return
        me = cast("asyncio.Task[None]", asyncio.current_task())
        self._pausing.add(me)
        try:
            await self._line.wait(may_go_on)
        finally:
            self._pausing.discard(me)

    # -- requests ------------------------------------------------------------------------------

    async def _send(self, session: HeldSession, scheduled_ns: int | None) -> RawRecord:
        """Send one request and hand over its record, whatever happens."""
        record = RawRecord()
        request_id = self._ids.new()
        was_cancelled = False
        cancellation = None if self._cancellations is None else self._cancellations.draw(record)
        self._sink.sent()
        try:
            await self._transport.send(
                session.request, record, request_id=request_id, correlation_id=session.session_id
            )
        except BaseException as error:  # a plugin's transport may raise anything
            was_cancelled = is_cancellation(error)
            is_on_purpose = cancellation is not None and cancellation.withdraw()
            record.end_ns = record.end_ns or time.perf_counter_ns()
            if was_cancelled:
                why = cast("Cancellation", cancellation).why if is_on_purpose else self._why
                record.error = record.error or error_details(
                    RequestCancellationError(f"the request was cancelled: {why}")
                )
                if not is_on_purpose or not isinstance(error, asyncio.CancelledError):
                    raise
            else:
                record.error = record.error or self._details(error)
        else:
            if cancellation is not None:
                cancellation.withdraw()
        finally:
            self._sink.done(
                record,
                session_num=session.number,
                x_request_id=request_id,
                x_correlation_id=session.session_id,
                conversation=session.conversation,
                turn_index=session.turn_index,
                phase=self.name,
                scheduled_ns=scheduled_ns,
                was_cancelled=was_cancelled,
            )
        self._has_failed = record.error is not None
        return record

    def _details(self, error: BaseException) -> ErrorDetails:
        """Return what the record of a request says whose transport raised ``error``."""
        kind, transport = type(error).__name__, type(self._transport).__name__
        return ErrorDetails(
            type=kind,
            message=f"the transport {transport} raised {kind}: {error}. It must put errors into "
            "the record; correct it, or select another implementation of it",
        )


def _ignore(_session_id: str) -> None:
    """Stand in for a transport to which the end of a session means nothing."""
