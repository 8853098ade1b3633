"""Sends the requests of one phase, and hands over a record of each, whatever happens."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, cast

from aiperf.common.errors import RequestCancellationError, error_details
from aiperf.common.models import ErrorDetails, RawRecord
from aiperf.executors.cancellations import is_cancellation

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiperf.common.protocols import RecordSink, TransportProtocol
    from aiperf.executors.cancellations import Cancellation, Cancellations
    from aiperf.executors.held_session import HeldSession
    from aiperf.executors.prefill_limit import PrefillLimit
    from aiperf.executors.request_ids import RequestIds


class RequestSender:
    """Gives each request its id, its record and its end.

    Args:
        phase: What records say for their phase.
        transport: Sends them.
        sink: Where the records go.
        ids: Where ids come from.
        cancellations: Which requests end early on purpose.
        prefills: Is told when a request starts, and when it has ended.
    """

    def __init__(
        self,
        phase: str,
        *,
        transport: TransportProtocol,
        sink: RecordSink,
        ids: RequestIds,
        cancellations: Cancellations | None = None,
        prefills: PrefillLimit | None = None,
    ) -> None:
        self._phase = phase
        self._transport = transport
        self._sink = sink
        self._ids = ids
        self._cancellations = cancellations
        self._prefills = prefills
        self.end_session: Callable[[str], None] = getattr(transport, "end_session", _ignore)
        """Tells the transport that a session has had its last turn."""
        self.has_failed = False
        """Whether the request that ended last did."""
        self.why_cancelled = "the run was stopped before it had ended"
        """What a record says that is cancelled, and not on purpose."""

    async def send(self, session: HeldSession, scheduled_ns: int | None) -> RawRecord:
        """Send the request of the session's turn, and hand over its record."""
        record = RawRecord()
        request_id = self._ids.new()
        was_cancelled = False
        cancellation = None if self._cancellations is None else self._cancellations.draw(record)
        prefill = None if self._prefills is None else self._prefills.begin(record)
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
                why = cast("Cancellation", cancellation).why if is_on_purpose else None
                record.error = record.error or error_details(
                    RequestCancellationError(
                        f"the request was cancelled: {why or self.why_cancelled}"
                    )
                )
                if not is_on_purpose or not isinstance(error, asyncio.CancelledError):
                    raise
            else:
                record.error = record.error or self._details(error)
        else:
            if cancellation is not None:
                cancellation.withdraw()
        finally:
            if prefill is not None:
                prefill.end()
            self._sink.done(
                record,
                session_num=session.number,
                x_request_id=request_id,
                x_correlation_id=session.session_id,
                conversation=session.conversation,
                turn_index=session.turn_index,
                phase=self._phase,
                scheduled_ns=scheduled_ns,
                was_cancelled=was_cancelled,
            )
        self.has_failed = record.error is not None
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
