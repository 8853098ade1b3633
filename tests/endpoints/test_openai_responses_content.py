"""Responses: what every kind of answer means."""

from __future__ import annotations

import pytest

from aiperf.common.models import ErrorDetails, Usage
from aiperf.endpoints.openai_responses import ResponsesEndpoint

USAGE = {
    "input_tokens": 3,
    "output_tokens": 5,
    "output_tokens_details": {"reasoning_tokens": 2},
}


def delta(text, kind="output_text"):
    return {"type": f"response.{kind}.delta", "delta": text, "output_index": 0}


def end(status="completed", **response):
    response = {"status": status, "error": None, "output": [], **response}
    return {"type": f"response.{status}", "response": response}


def item(kind, **fields):
    return {"type": kind, **fields}


MESSAGE = item("message", content=[{"type": "output_text", "text": "Hello", "annotations": []}])


def test_a_stream(stream_of):
    """Pieces of text are content, what repeats or frames them is not."""
    parsed = stream_of(
        ResponsesEndpoint,
        {"type": "response.created", "response": {"status": "in_progress", "error": None}},
        {"type": "response.output_item.added", "item": item("message", content=[])},
        delta("Hel"),
        delta(""),
        delta("lo"),
        {"type": "response.output_text.done", "text": "Hello"},
        {"type": "response.output_item.done", "item": MESSAGE},
        end(output=[MESSAGE], usage=USAGE),
    )
    assert parsed.error is None
    assert (parsed.text, parsed.finish_reason) == ("Hello", "completed")
    assert parsed.usage == Usage(3, 5, 2)
    assert list(parsed.content_ns) == [3, 5]


def test_reasoning_refusals_and_calls_are_content(stream_of):
    """Reasoning is kept apart; of a call, the name and what it is called with."""
    parsed = stream_of(
        ResponsesEndpoint,
        delta("hm", "reasoning_summary_text"),
        delta("m", "reasoning_text"),
        delta("no", "refusal"),
        {"type": "response.output_item.added", "item": item("function_call", name="f")},
        delta("{}", "function_call_arguments"),
        end(),
    )
    assert parsed.error is None
    assert (parsed.reasoning, parsed.text, parsed.tool_calls) == ("hmm", "no", "f{}")
    assert list(parsed.content_ns) == [1, 2, 3, 4, 5]
    assert parsed.reasoning_chunks == 2


def test_a_stream_of_only_the_whole(stream_of):
    """Some servers have nothing to stream, and say all of it at the end."""
    parsed = stream_of(ResponsesEndpoint, end(output=[MESSAGE], usage=USAGE))
    assert parsed.error is None
    assert parsed.text == "Hello"
    assert list(parsed.content_ns) == [1]


def test_a_whole_response(whole_of):
    """Its content came when its last byte did."""
    output = [
        item("reasoning", summary=[{"type": "summary_text", "text": "hm"}], content=None),
        MESSAGE,
        item("message", content=[{"type": "refusal", "refusal": "!"}]),
        item("function_call", name="f", arguments="{}"),
    ]
    body = {"object": "response", "status": "completed", "error": None, "output": output}
    parsed = whole_of(ResponsesEndpoint, {**body, "usage": USAGE})
    assert parsed.error is None
    assert (parsed.reasoning, parsed.text, parsed.tool_calls) == ("hm", "Hello!", "f{}")
    assert parsed.usage == Usage(3, 5, 2)
    assert list(parsed.content_ns) == [2]


def test_an_answer_that_was_cut_off_at_the_limit_is_one(stream_of, whole_of):
    """As in the other formats: the reason says so."""
    details = {"reason": "max_output_tokens"}
    last = end("incomplete", incomplete_details=details, output=[MESSAGE])
    for parsed in (
        stream_of(ResponsesEndpoint, delta("Hello"), last),
        whole_of(ResponsesEndpoint, last["response"]),
    ):
        assert parsed.error is None
        assert parsed.text == "Hello"
        assert parsed.finish_reason == "max_output_tokens"


@pytest.mark.parametrize(
    ("last", "message"),
    [
        (end("failed", error={"code": "server_error", "message": "it broke"}), "it broke"),
        (end("failed"), "the response has the status 'failed'"),
        (
            {"type": "error", "code": "server_error", "message": "it broke", "param": None},
            "it broke",
        ),
        ({"type": "error", "error": {"message": "it broke"}}, "it broke"),
    ],
)
def test_a_stream_that_fails(stream_of, last, message):
    """The server says why, in several ways, and what came before is kept."""
    parsed = stream_of(ResponsesEndpoint, delta("He"), last)
    expected = ErrorDetails("ServerReportedError", f"the server reported an error: {message}")
    assert parsed.error == expected
    assert parsed.text == "He"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({}, "InvalidResponseError"),
        ({"output": []}, "EmptyResponseError"),
        ({"output": 5}, "InvalidResponseError"),
        ({"output": [{"type": "message", "content": [{"text": 5}]}]}, "InvalidResponseError"),
        ({"output": [], "status": "cancelled"}, "ServerReportedError"),
        ({"output": [], "error": {"code": "x", "message": "no"}}, "ServerReportedError"),
    ],
)
def test_the_ways_in_which_a_whole_response_may_fail(whole_of, body, kind):
    """Each has its own error."""
    assert whole_of(ResponsesEndpoint, body).error.type == kind


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ({"delta": "of what?"}, "InvalidResponseError"),
        ({"type": "response.output_text.delta"}, "InvalidResponseError"),
        ({"type": "response.output_text.delta", "delta": 5}, "InvalidResponseError"),
        ({"type": "response.completed"}, "InvalidResponseError"),
        ({"type": "response.never_heard_of"}, "IncompleteResponse"),
    ],
)
def test_the_ways_in_which_a_stream_may_fail(stream_of, event, kind):
    """An event of a kind that is not known is none of them."""
    assert stream_of(ResponsesEndpoint, delta("He"), event).error.type == kind
