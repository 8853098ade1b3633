"""Records as a transport leaves them."""

from __future__ import annotations

import json
from array import array

import pytest

from aiperf.common.models import ModelEndpoint, RawRecord


@pytest.fixture
def record_of():
    """Give a function that makes a record of the parts of a body; they arrived at 1, 2 etc."""

    def record_of(*parts, content_type="application/json", error=None):
        return RawRecord(
            status=200,
            content_type=content_type,
            parts=list(parts),
            part_ns=array("q", range(1, len(parts) + 1)),
            error=error,
        )

    return record_of


@pytest.fixture
def whole_of(record_of):
    """Give a function that lets an endpoint parse a response of one JSON value, in two parts."""

    def whole_of(endpoint, value, **record):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        made = endpoint(model_endpoint=ModelEndpoint("m"))
        return made.parse_response(record_of(body[:5], body[5:], **record))

    return whole_of


@pytest.fixture
def stream_of(record_of):
    """Give a function that lets an endpoint parse a stream of JSON values, each in its part.

    A value that has a type is an event of that name.
    """

    def stream_of(endpoint, *values, **record):
        parts = [value if isinstance(value, bytes) else _event(value) for value in values]
        made = endpoint(model_endpoint=ModelEndpoint("m", streaming=True))
        record = {"content_type": "text/event-stream", **record}
        return made.parse_response(record_of(*parts, **record))

    return stream_of


def _event(value):
    name = f"event: {value['type']}\n" if "type" in value else ""
    return f"{name}data: {json.dumps(value)}\n\n".encode()
