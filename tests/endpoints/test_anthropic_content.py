"""Messages: what every kind of answer means."""

from __future__ import annotations

import pytest

from aiperf.common.models import ErrorDetails, Usage
from aiperf.endpoints.anthropic_messages import MessagesEndpoint

START = {
    "type": "message_start",
    "message": {"content": [], "usage": {"input_tokens": 3, "output_tokens": 1}},
}
PING = {"type": "ping"}
STOP = {"type": "message_stop"}
END = {
    "type": "message_delta",
    "delta": {"stop_reason": "end_turn", "stop_sequence": None},
    "usage": {"output_tokens": 5},
}


def begin(kind, **block):
    return {"type": "content_block_start", "index": 0, "content_block": {"type": kind, **block}}


def delta(kind, **fields):
    return {"type": "content_block_delta", "index": 0, "delta": {"type": kind, **fields}}


HELLO = delta("text_delta", text="Hello")


def test_a_stream(stream_of):
    """Pieces of text are content, what frames them is not; the later counts hold."""
    parsed = stream_of(
        MessagesEndpoint,
        START,
        begin("text", text=""),
        PING,
        delta("text_delta", text="Hel"),
        delta("text_delta", text=""),
        delta("text_delta", text="lo"),
        {"type": "content_block_stop", "index": 0},
        END,
        STOP,
    )
    assert parsed.error is None
    assert (parsed.text, parsed.finish_reason) == ("Hello", "end_turn")
    assert parsed.usage == Usage(3, 5, None)
    assert list(parsed.content_ns) == [4, 6]


def test_thinking_and_calls_are_content(stream_of):
    """Thinking is reasoning, its signature is nothing; of a call, the name and its input."""
    parsed = stream_of(
        MessagesEndpoint,
        START,
        begin("thinking", thinking="", signature=""),
        delta("thinking_delta", thinking="hm"),
        delta("signature_delta", signature="abc"),
        begin("text", text="So "),
        delta("text_delta", text="it is"),
        delta("citations_delta", citation={}),
        begin("tool_use", id="t", name="f", input={}),
        delta("input_json_delta", partial_json=""),
        delta("input_json_delta", partial_json="{}"),
        END,
        STOP,
    )
    assert parsed.error is None
    assert (parsed.reasoning, parsed.text, parsed.tool_calls) == ("hm", "So it is", "f{}")
    assert list(parsed.content_ns) == [3, 5, 6, 8, 10]
    assert parsed.reasoning_chunks == 1


def test_a_whole_message(whole_of):
    """Its content came when its last byte did; what a cache had is input as well."""
    parsed = whole_of(
        MessagesEndpoint,
        {
            "type": "message",
            "content": [
                {"type": "thinking", "thinking": "hm", "signature": "abc"},
                {"type": "text", "text": "Hello"},
                {"type": "tool_use", "name": "f", "input": {"a": 1}},
            ],
            "stop_reason": "max_tokens",
            "usage": {
                "input_tokens": 3,
                "cache_creation_input_tokens": 4,
                "cache_read_input_tokens": None,
                "output_tokens": 5,
            },
        },
    )
    assert parsed.error is None
    assert (parsed.reasoning, parsed.text, parsed.tool_calls) == ("hm", "Hello", 'f{"a":1}')
    assert parsed.finish_reason == "max_tokens"
    assert parsed.usage == Usage(7, 5, None, cache_write_tokens=4)
    assert list(parsed.content_ns) == [2]


def test_an_error_in_a_stream(stream_of):
    """It comes as an event of its own, and what came before is kept."""
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    parsed = stream_of(MessagesEndpoint, START, HELLO, error)
    assert parsed.error == ErrorDetails(
        "ServerReportedError", "the server reported an error: Overloaded"
    )
    assert parsed.text == "Hello"


@pytest.mark.parametrize(
    ("events", "kind"),
    [
        ([START, HELLO], "IncompleteResponse"),
        ([START, HELLO, END], None),
        ([HELLO, STOP], None),
        ([START, END, STOP], "EmptyResponseError"),
        ([HELLO, {"type": "never_heard_of"}, STOP], None),
        ([{"delta": {"text": "x"}}], "InvalidResponseError"),
        ([{"type": "content_block_delta"}], "InvalidResponseError"),
        ([delta("text_delta")], "InvalidResponseError"),
        ([delta("text_delta", text=5)], "InvalidResponseError"),
        ([{"type": "message_start"}], "InvalidResponseError"),
    ],
)
def test_the_ways_in_which_a_stream_may_end(stream_of, events, kind):
    """It is whole with its last event, or once the reason why the model stopped is known."""
    parsed = stream_of(MessagesEndpoint, *events)
    assert (parsed.error and parsed.error.type) == kind


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({}, "InvalidResponseError"),
        ({"content": []}, "EmptyResponseError"),
        ({"content": [{"type": "text", "text": 5}]}, "InvalidResponseError"),
        ({"content": [], "usage": {"input_tokens": "3"}}, "InvalidResponseError"),
        ({"type": "error", "error": {"message": "no"}}, "ServerReportedError"),
    ],
)
def test_the_ways_in_which_a_whole_message_may_fail(whole_of, body, kind):
    """Each has its own error."""
    assert whole_of(MessagesEndpoint, body).error.type == kind
