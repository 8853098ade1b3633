"""From a record of bytes to what they mean, for every format whose answers are text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiperf.common.errors import EmptyResponseError, IncompleteResponse
from aiperf.common.sse import EventStream
from aiperf.endpoints.event_stream import (
    DONE,
    ended_with_done,
    is_event_stream,
    refuse_error_event,
    refuse_unfinished,
)
from aiperf.endpoints.json_body import WRONG_SHAPE, load_object, wrong_shape
from aiperf.endpoints.response_error import details_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiperf.common.models import ParsedResponse, RawRecord
    from aiperf.endpoints.content import Content


def read_body(record: RawRecord, content: Content) -> None:
    """Read a body that is one JSON value, or a stream of events, into ``content``.

    The body's content type, or else its beginning, tells whether it is a stream; some servers
    answer as a whole although a stream was asked for.

    Raises:
        AIPerfError: It is neither, or is or has an error; what came before it is in ``content``.
    """
    if is_event_stream(record):
        _read_stream(record, content)
    else:
        _read_whole(record, content)


def read_response(
    record: RawRecord,
    content: Content,
    read: Callable[[RawRecord, Content], None] = read_body,
) -> ParsedResponse:
    """Return what ``record``'s body means, read into ``content``, which is new.

    An error that the transport found stays the error; what came before it is still parsed. Nothing
    is raised.
    """
    error = record.error
    try:
        read(record, content)
    except Exception as failure:  # noqa: BLE001 - nothing that a server sends may end the run
        error = error or details_of(failure)
    else:
        if error is None and not content.content_ns:
            error = details_of(EmptyResponseError(content.nothing()))
    return content.parsed(error)


def _read_whole(record: RawRecord, content: Content) -> None:
    """Read a response that is one JSON value; its content came when the last of it did."""
    parts = record.parts
    body = parts[0] if len(parts) == 1 else b"".join(parts)
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
        if data == DONE:
            is_done = True
            continue
        event = load_object(data)
        try:
            add(event, ns)
        except WRONG_SHAPE as error:
            raise wrong_shape(content.event_name, data) from error
    refuse_error_event(stream)
    if is_done or content.is_over or ended_with_done(stream):
        return
    refuse_unfinished(stream)
    if data and content.finish_reason is None:
        raise IncompleteResponse(
            "the stream ended without its last event and without the reason why the model "
            "stopped; look into the server's log for a crash or a limit"
        )
