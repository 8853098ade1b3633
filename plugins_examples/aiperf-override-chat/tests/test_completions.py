"""The completions format: what is sent, and what each kind of answer means."""

from __future__ import annotations

from array import array

import pytest
from aiperf_override_chat.completions import CompletionsEndpoint

from aiperf.common.models import ErrorDetails, ModelEndpoint, RawRecord, Turn, Usage

USAGE = b'"usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}'


def response(*parts: bytes, content_type: str = "application/json") -> RawRecord:
    """Return the record of a response whose parts arrived at 1, 2, 3, … ns."""
    times = array("q", range(1, len(parts) + 1))
    return RawRecord(status=200, content_type=content_type, parts=list(parts), part_ns=times)


def test_the_request() -> None:
    """The turns are one prompt; extra inputs come last."""
    model = ModelEndpoint("m", extra_inputs={"temperature": 0})
    turns = [Turn(("One.",)), Turn(("Two.",), max_tokens=7)]
    assert CompletionsEndpoint(model_endpoint=model).format_payload(turns) == {
        "model": "m",
        "prompt": "One.\nTwo.",
        "stream": False,
        "max_tokens": 7,
        "temperature": 0,
    }


def test_a_whole_response() -> None:
    """Its content came when its last byte did."""
    body = b'{"choices": [{"text": " a b", "finish_reason": "stop"}], %b}' % USAGE
    parsed = CompletionsEndpoint(model_endpoint=ModelEndpoint("m")).parse_response(
        response(body[:9], body[9:])
    )
    assert (parsed.error, parsed.text, parsed.finish_reason) == (None, " a b", "stop")
    assert list(parsed.content_ns) == [2]
    assert parsed.usage == Usage(3, 2)


def test_a_stream() -> None:
    """Only chunks with text are content."""
    chunk = b'data: {"choices": [{"text": "%b", "finish_reason": null}]}\n\n'
    parsed = CompletionsEndpoint(model_endpoint=ModelEndpoint("m", streaming=True)).parse_response(
        response(
            chunk % b"",
            chunk % b" a",
            chunk % b" b",
            b'data: {"choices": [], %b}\n\ndata: [DONE]\n\n' % USAGE,
            content_type="text/event-stream",
        )
    )
    assert (parsed.error, parsed.text, list(parsed.content_ns)) == (None, " a b", [2, 3])
    assert parsed.usage == Usage(3, 2)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"<html>", "InvalidResponseError"),
        (b'{"choices": [{}]}', "InvalidResponseError"),
        (b'{"error": "busy"}', "InvalidResponseError"),
        (b"[]", "InvalidResponseError"),
        (b'{"choices": [{"text": ""}]}', "EmptyResponseError"),
        (b"", "InvalidResponseError"),
    ],
)
def test_an_answer_that_is_no_completion(body: bytes, error: str) -> None:
    """It becomes the record's error; nothing is raised."""
    endpoint = CompletionsEndpoint(model_endpoint=ModelEndpoint("m"))
    parsed = endpoint.parse_response(response(body))
    assert parsed.error is not None
    assert parsed.error.type == error


def test_a_stream_that_breaks_off() -> None:
    """What came before counts as text, but the request has failed."""
    chunk = b'data: {"choices": [{"text": " a"}]}\n\n'
    parsed = CompletionsEndpoint(model_endpoint=ModelEndpoint("m", streaming=True)).parse_response(
        response(chunk, chunk[:-3], content_type="text/event-stream")
    )
    assert parsed.text == " a"
    assert parsed.error is not None
    assert parsed.error.type == "IncompleteResponse"


def test_an_error_of_the_transport_stays() -> None:
    """What was received before it is parsed all the same."""
    record = response(b'{"choices": [{"text": " a"}]}')
    record.error = ErrorDetails("RequestTimeout", "too slow")
    parsed = CompletionsEndpoint(model_endpoint=ModelEndpoint("m")).parse_response(record)
    assert (parsed.error, parsed.text) == (record.error, " a")
