"""Which request it was and when, as lines of single requests have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiperf.common.models import LOCAL

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord


def metadata(record: RequestRecord, wall: int) -> dict[str, Any]:
    """Return the ``metadata`` of a line; a moment that was not reached is ``None``.

    ``wall`` is the Unix time in nanoseconds at which the monotonic clock was 0.
    """
    end_ns = record.end_ns + wall if record.end_ns else None
    found = {
        "session_num": record.session_num,
        "x_request_id": record.x_request_id,
        "x_correlation_id": record.x_correlation_id,
        "conversation_id": record.conversation_id,
        "turn_index": record.turn_index,
        "credit_issued_ns": record.scheduled_ns + wall if record.scheduled_ns else None,
        "request_start_ns": record.start_ns + wall if record.start_ns else None,
        "request_ack_ns": record.ack_ns + wall if record.ack_ns else None,
        "request_end_ns": end_ns,
        "worker_id": record.worker_id,
        "record_processor_id": LOCAL,
        "benchmark_phase": record.phase,
        "was_cancelled": record.was_cancelled,
        "cancellation_time_ns": end_ns if record.was_cancelled else None,
    }
    if record.url:
        found["url"] = record.url
    return found
