"""Which request it was and when, as lines of single requests have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiperf.common.models import LOCAL

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiperf.common.models import RequestRecord


def metadata(record: RequestRecord, to_wall: Callable[[int], int]) -> dict[str, Any]:
    """Return the ``metadata`` of a line; a moment that was not reached is ``None``."""
    end_ns = to_wall(record.end_ns) if record.end_ns else None
    found = {
        "session_num": record.session_num,
        "x_request_id": record.x_request_id,
        "x_correlation_id": record.x_correlation_id,
        "conversation_id": record.conversation_id,
        "turn_index": record.turn_index,
        "credit_issued_ns": to_wall(record.scheduled_ns) if record.scheduled_ns else None,
        "request_start_ns": to_wall(record.start_ns) if record.start_ns else None,
        "request_ack_ns": to_wall(record.ack_ns) if record.ack_ns else None,
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
