"""One phase of a run: requests until there were enough of them, or for long enough."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, cast

from aiperf.common.errors import RequestCancellationError, error_details
from aiperf.common.models import ErrorDetails, RawRecord

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiperf.common.models import Conversation
    from aiperf.common.protocols import LoadParts, RecordSink
    from aiperf.executors.prepared_turns import PreparedConversation
    from aiperf.executors.request_ids import RequestIds


class LoadPhase:
    """Sends the turns of ``conversations`` as the arrival lets them start.

    Workers do it, each with one conversation at a time. There is always one more of them than
    there are requests under way, and it waits for the arrival; so no request ever waits for a
    worker, and in a closed loop no worker waits for another.

    Args:
        name: What records say for their phase.
        parts: What the load is made with.
        sink: Where the records go.
        conversations: What to send, without end.
        ids: Where ids come from.
        request_count: After how many requests the phase ends, once they have; ``None``: never.
        duration: After how many seconds the phase ends, whether or not all its requests have been
            sent by then; ``None``: never.
        grace_period: For how many seconds after ``duration`` requests may go on.
    """

    def __init__(
        self,
        name: str,
        *,
        parts: LoadParts,
        sink: RecordSink,
        conversations: Iterator[PreparedConversation],
        ids: RequestIds,
        request_count: int | None,
        duration: float | None = None,
        grace_period: float = 0.0,
    ) -> None:
        self._name = name
        self._arrival = parts.arrival
        self._transport = parts.transport
        self._sink = sink
        self._conversations = conversations
        self._ids = ids
        self._left = request_count
        self._duration = duration
        self._grace_period = grace_period
        self._is_closed = False
        self._why = "the run was stopped before it had ended"
        self._sessions = 0
        self._workers: asyncio.TaskGroup
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None

    async def run(self) -> None:
        """Send, and wait until everything that was sent has ended.

        Raises:
            Exception: What the arrival or the sink raised; the rest has been cancelled then.
        """
        if self._duration is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._duration, self._end_of_duration)
        try:
            async with asyncio.TaskGroup() as self._workers:
                self._add_worker()
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from None
        finally:
            self._close()
            self._stop_timer()

    def cancel(self) -> None:
        """Cancel what is under way and start nothing more."""
        self._close()
        self._stop_timer()
        for task in self._tasks:
            task.cancel()

    def _end_of_duration(self) -> None:
        """Start nothing more; cancel later what is then still under way."""
        self._close()
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._grace_period, self._end_of_grace)

    def _end_of_grace(self) -> None:
        """Cancel what is still under way."""
        self._why = (
            f"it was still under way {self._grace_period:g} s after the end of the benchmark's "
            "duration; raise --benchmark-grace-period to let it end"
        )
        self.cancel()

    def _close(self) -> None:
        """Start nothing more."""
        self._is_closed = True
        for task in self._waiting:
            task.cancel()

    def _stop_timer(self) -> None:
        """Let the duration and the grace period end nothing any more."""
        if self._timer is not None:
            self._timer.cancel()

    def _add_worker(self) -> None:
        """Let one worker more ask for a request to send."""
        task = self._workers.create_task(self._work())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(self) -> None:
        """Send one turn after the other, until the phase is closed."""
        me = cast("asyncio.Task[None]", asyncio.current_task())
        turns = self._turns()
        try:
            while not self._is_closed:
                self._waiting.add(me)
                try:
                    scheduled_ns = await self._arrival.acquire()
                finally:
                    self._waiting.discard(me)
                try:
                    if self._may_start():
                        await self._send(*next(turns), scheduled_ns=scheduled_ns)
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
        if not self._waiting:
            self._add_worker()
        return True

    def _turns(self) -> Iterator[tuple[Any, Conversation, int, int, str]]:
        """Yield the turns of one conversation after the other.

        Each as its request, its conversation and index in that, and the number and the id of the
        session: of this time that the conversation is held.
        """
        while True:
            prepared = next(self._conversations)
            session_num = self._sessions
            self._sessions += 1
            session_id = self._ids.new()
            for turn_index, request in enumerate(prepared.requests):
                yield request, prepared.conversation, turn_index, session_num, session_id

    async def _send(
        self,
        request: Any,
        conversation: Conversation,
        turn_index: int,
        session_num: int,
        session_id: str,
        *,
        scheduled_ns: int | None,
    ) -> None:
        """Send one request and hand over its record, whatever happens."""
        record = RawRecord()
        request_id = self._ids.new()
        was_cancelled = False
        self._sink.sent()
        try:
            await self._transport.send(
                request, record, request_id=request_id, correlation_id=session_id
            )
        except BaseException as error:  # a plugin's transport may raise anything
            was_cancelled = _is_cancellation(error)
            record.end_ns = record.end_ns or time.perf_counter_ns()
            record.error = record.error or self._details(error, is_cancellation=was_cancelled)
            if was_cancelled:
                raise
        finally:
            self._sink.done(
                record,
                session_num=session_num,
                x_request_id=request_id,
                x_correlation_id=session_id,
                conversation=conversation,
                turn_index=turn_index,
                phase=self._name,
                scheduled_ns=scheduled_ns,
                was_cancelled=was_cancelled,
            )

    def _details(self, error: BaseException, *, is_cancellation: bool) -> ErrorDetails:
        """Return what the record of a request says that ended with ``error``."""
        if is_cancellation:
            return error_details(
                RequestCancellationError(f"the request was cancelled: {self._why}")
            )
        kind, transport = type(error).__name__, type(self._transport).__name__
        return ErrorDetails(
            type=kind,
            message=f"the transport {transport} raised {kind}: {error}. It must put errors into "
            "the record; correct it, or select another implementation of it",
        )


def _is_cancellation(error: BaseException) -> bool:
    """Return whether ``error`` ends the task, rather than being the transport's own doing."""
    if isinstance(error, asyncio.CancelledError):
        task = asyncio.current_task()
        return task is None or task.cancelling() > 0
    return isinstance(error, KeyboardInterrupt | GeneratorExit)
