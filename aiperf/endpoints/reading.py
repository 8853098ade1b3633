"""From a record of bytes to what they mean, for every format whose answers are text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiperf.common.errors import (
    AIPerfError,
    EmptyResponseError,
    IncompleteResponse,
    InvalidSSEError,
    error_details,
    excerpt_of,
)
from aiperf.common.sse import EventStream
from aiperf.endpoints.json_body import (
    WRONG_SHAPE,
    load_object,
    reported_by_event,
    unreadable,
    wrong_shape,
)

if TYPE_CHECKING:
    from aiperf.common.models import ParsedResponse, RawRecord
    from aiperf.endpoints.content import Content

_DONE = b"[DONE]"
_SSE_BEGINNINGS = (b"data:", b"event:", b"id:", b"retry:", b":", b"\xef\xbb\xbf")


def read_response(record: RawRecord, content: Content) -> ParsedResponse:
    """Return what ``record``'s body means, read into ``content``, which is new.

    The body's content type, or else its beginning, tells whether it is a stream; some servers
    answer as a whole although a stream was asked for. An error that the transport found stays the
    error; what came before it is still parsed. Nothing is raised.
    """
    error: AIPerfError | None = None
    try:
        if _is_stream(record):
            _read_stream(record, content)
        else:
            _read_whole(record, content)
    except AIPerfError as exc:
        error = exc
    except Exception as exc:  # noqa: BLE001 - nothing that a server sends may end the run
        error = unreadable(exc)
    parsed = content.parsed()
    if error is None and not parsed.content_ns:
        error = EmptyResponseError(
            "the response has no content: no text, reasoning, refusal or tool call; look into "
            "the server's log, and check that the limit of output tokens leaves room for some"
        )
    parsed.error = record.error or (error_details(error) if error else None)
    return parsed


def _is_stream(record: RawRecord) -> bool:
    """Return whether the body is a stream of events rather than one JSON value."""
    kind = record.content_type.partition(";")[0].strip().lower()
    if kind == "text/event-stream" or kind.endswith("json"):
        return kind == "text/event-stream"
    return b"".join(record.parts[:8]).lstrip().startswith(_SSE_BEGINNINGS)


def _read_whole(record: RawRecord, content: Content) -> None:
    """Read a response that is one JSON value; its content came when the last of it did."""
    body = b"".join(record.parts)
    if not body.strip():
        return
    response = content.load(body)
    try:
        content.add_whole(response, record.part_ns[-1])
    except WRONG_SHAPE as error:
        raise wrong_shape(content.whole_name, body) from error


def _read_stream(record: RawRecord, content: Content) -> None:
    """Read a response that is a stream of events."""
    stream = EventStream(record.parts, record.part_ns)
    add = content.add_event
    is_done = False
    data = b""
    for ns, data in stream:
        if is_done or not data:
            continue
        if data == _DONE:
            is_done = True
            continue
        event = load_object(data)
        try:
            add(event, ns)
        except WRONG_SHAPE as error:
            raise wrong_shape(content.event_name, data) from error
    if stream.error is not None:
        raise reported_by_event(stream.error)
    if is_done or content.is_over or stream.incomplete.strip() == b"data: [DONE]":
        return
    if stream.incomplete:
        excerpt = excerpt_of(stream.incomplete)
        raise InvalidSSEError(
            f"the stream ended in the middle of an event: {excerpt}; look into the server's log",
            excerpt=excerpt,
        )
    if data and content.finish_reason is None:
        raise IncompleteResponse(
            "the stream ended without its last event and without the reason why the model "
            "stopped; look into the server's log for a crash or a limit"
        )
