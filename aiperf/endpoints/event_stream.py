"""What the streams of all formats have in common: how they are told, and how they end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aiperf.common.errors import InvalidSSEError, excerpt_of
from aiperf.endpoints.json_body import reported_by_event

if TYPE_CHECKING:
    from aiperf.common.models import RawRecord
    from aiperf.common.sse import EventStream

CONTENT_TYPE: Final = "text/event-stream"
_USUAL: Final = ("application/json", CONTENT_TYPE)
DONE: Final = b"[DONE]"
"""The data of the event with which most streams end."""

_BEGINNINGS = (b"data:", b"event:", b"id:", b"retry:", b":", b"\xef\xbb\xbf")


def media_type(record: RawRecord) -> str:
    """Return the content type of a response without its parameters, in lower case."""
    return record.content_type.partition(";")[0].strip().lower()


def is_event_stream(record: RawRecord) -> bool:
    """Return whether a body is a stream of events: its content type says so, or its beginning."""
    kind = record.content_type
    if kind not in _USUAL:
        kind = media_type(record)
    if kind == CONTENT_TYPE or kind.endswith("json"):
        return kind == CONTENT_TYPE
    return b"".join(record.parts[:8]).lstrip().startswith(_BEGINNINGS)


def refuse_error_event(stream: EventStream) -> None:
    """Raise what an event called ``error`` has said, once all events have come.

    Raises:
        ServerReportedError: there was one.
    """
    if stream.error is not None:
        raise reported_by_event(stream.error)


def refuse_unfinished(stream: EventStream) -> None:
    """Raise if the stream ended in the middle of an event; a ``[DONE]`` needs no end.

    Raises:
        InvalidSSEError: it did.
    """
    if stream.incomplete and not ended_with_done(stream):
        excerpt = excerpt_of(stream.incomplete)
        raise InvalidSSEError(
            f"the stream ended in the middle of an event: {excerpt}; look into the server's log",
            excerpt=excerpt,
        )


def ended_with_done(stream: EventStream) -> bool:
    """Return whether the last event is a ``[DONE]`` without the blank line after it."""
    return stream.incomplete.strip() == b"data: " + DONE
