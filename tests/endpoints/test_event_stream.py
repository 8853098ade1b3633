"""How a stream is told from other bodies, and how it ends."""

from __future__ import annotations

from array import array

import pytest

from aiperf.common.errors import InvalidSSEError, ServerReportedError
from aiperf.common.models import RawRecord
from aiperf.common.sse import EventStream
from aiperf.endpoints.event_stream import (
    ended_with_done,
    is_event_stream,
    refuse_error_event,
    refuse_unfinished,
)


@pytest.mark.parametrize(
    ("content_type", "body", "expected"),
    [
        ("Text/Event-Stream; charset=utf-8", b"{}", True),
        ("application/json", b"data: x\n\n", False),
        ("application/problem+json", b"data: x\n\n", False),
        ("", b"\xef\xbb\xbfdata: x\n\n", True),
        ("text/plain", b" : comment\n\n", True),
        ("text/plain", b'{"data": 1}', False),
    ],
)
def test_the_content_type_tells_or_else_the_beginning(content_type, body, expected):
    record = RawRecord(content_type=content_type, parts=[body[:2], body[2:]])
    assert is_event_stream(record) is expected


def ended(body):
    """Return a stream whose events have all come."""
    stream = EventStream([body], array("q", [1]))
    list(stream)
    return stream


def test_a_stream_in_the_middle_of_an_event_is_refused():
    """The event that says that it is the last one needs no end."""
    refuse_unfinished(ended(b"data: x\n\n"))
    done = ended(b"data: x\n\ndata: [DONE]\n")
    assert ended_with_done(done)
    refuse_unfinished(done)
    with pytest.raises(InvalidSSEError, match="in the middle of an event: data: x"):
        refuse_unfinished(ended(b"data: x"))


def test_an_event_called_error_is_refused():
    refuse_error_event(ended(b"event: text\ndata: x\n\n"))
    with pytest.raises(ServerReportedError, match="full"):
        refuse_error_event(ended(b"event: error\ndata: full\n\n"))
