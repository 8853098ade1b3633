"""Chat completions: what is asked for, and what every kind of answer means."""

from __future__ import annotations

import json

import pytest

from aiperf.common.models import ErrorDetails, ModelEndpoint, RawRecord, Turn, Usage
from aiperf.endpoints.openai_chat import ChatEndpoint


def endpoint_of(**model):
    return ChatEndpoint(model_endpoint=ModelEndpoint(**{"model": "m", **model}))


def event(value):
    return b"data: " + (value if isinstance(value, bytes) else json.dumps(value).encode()) + b"\n\n"


def chunk(delta=None, finish_reason=None, **more):
    choice = {"index": 0, "delta": delta or {}, "finish_reason": finish_reason}
    return event({"object": "chat.completion.chunk", "choices": [choice], **more})


DONE = event(b"[DONE]")


@pytest.fixture
def parse_stream(record_of):
    """Give a function that parses the parts of a stream."""

    def parse_stream(*parts, **record):
        record = {"content_type": "text/event-stream; charset=utf-8", **record}
        return endpoint_of(streaming=True).parse_response(record_of(*parts, **record))

    return parse_stream


@pytest.fixture
def parse_whole(record_of):
    """Give a function that parses a response of one JSON value."""

    def parse_whole(value, **record):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        return endpoint_of().parse_response(record_of(body[:5], body[5:], **record))

    return parse_whole


def test_the_smallest_payload():
    """One user message, not streamed, with no limit."""
    payload = endpoint_of().format_payload([Turn(("hello",))])
    assert payload == {
        "model": "m",
        "messages": [{"role": "user", "content": "hello"}],
        "stream": False,
    }


def test_a_whole_payload():
    """The system prompt comes first, usage is asked for, extra inputs come last and win."""
    endpoint = endpoint_of(
        streaming=True, extra_inputs={"temperature": 0, "max_completion_tokens": 9}
    )
    turn = Turn(("hello",), system="be brief", max_tokens=5)
    assert endpoint.format_payload([turn]) == {
        "model": "m",
        "messages": [
            {"role": "system", "content": "be brief"},
            {"role": "user", "content": "hello"},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_completion_tokens": 9,
        "temperature": 0,
    }


@pytest.mark.parametrize(
    ("legacy", "name"), [(False, "max_completion_tokens"), (True, "max_tokens")]
)
def test_the_limit_of_output_tokens(legacy, name):
    """Its old name is sent if it is asked for."""
    payload = endpoint_of(use_legacy_max_tokens=legacy).format_payload([Turn(("x",), max_tokens=5)])
    assert {key: payload[key] for key in payload if key.startswith("max")} == {name: 5}


def test_earlier_turns_are_the_history():
    """Each is a user message; a system prompt is sent once, or again where it changes."""
    turns = [
        Turn(("one",), system="a", max_tokens=1),
        Turn(("two",), system="a"),
        Turn(("three", "more"), system="b"),
        Turn(("four",)),
    ]
    payload = endpoint_of().format_payload(turns)
    assert payload["messages"] == [
        {"role": "system", "content": "a"},
        {"role": "user", "content": "one"},
        {"role": "user", "content": "two"},
        {"role": "system", "content": "b"},
        {
            "role": "user",
            "content": [{"type": "text", "text": "three"}, {"type": "text", "text": "more"}],
        },
        {"role": "user", "content": "four"},
    ]
    assert "max_completion_tokens" not in payload


def test_answers_are_history():
    """What earlier turns were answered comes after them; that of the last one is not there yet."""
    turns = [Turn(("one",), answer="1"), Turn(("two",)), Turn(("three",), answer="3")]
    payload = endpoint_of().format_payload(turns)
    said = [(message["role"], message["content"]) for message in payload["messages"]]
    assert said == [("user", "one"), ("assistant", "1"), ("user", "two"), ("user", "three")]


def test_images_and_audio_are_parts():
    """They come after the texts, also without any."""
    image, audio = "data:image/png;base64,AAAA", "data:audio/wav;base64,BBBB"
    endpoint = endpoint_of()
    turns = [Turn((), images=(image,)), Turn(("what?",), images=("https://h/i",), audios=(audio,))]
    first, second = endpoint.format_payload(turns)["messages"]
    assert first["content"] == [{"type": "image_url", "image_url": {"url": image}}]
    assert second["content"] == [
        {"type": "text", "text": "what?"},
        {"type": "image_url", "image_url": {"url": "https://h/i"}},
        {"type": "input_audio", "input_audio": {"data": "BBBB", "format": "wav"}},
    ]


@pytest.mark.parametrize(
    ("path", "expected"), [(None, "/v1/chat/completions"), ("/x", "/x"), ("x/y", "/x/y")]
)
def test_the_path(path, expected):
    """It can be another one, and always begins with a slash."""
    assert endpoint_of(path=path).path == expected


@pytest.mark.parametrize(
    ("streaming", "accept"), [(True, "text/event-stream"), (False, "application/json")]
)
def test_the_headers(streaming, accept):
    """They say what is sent and what is wanted."""
    headers = endpoint_of(streaming=streaming).headers
    assert headers == {"Content-Type": "application/json", "Accept": accept}


def test_a_stream(parse_stream):
    """Text is joined; role, empty, finish and usage chunks are no content; usage is kept."""
    usage = {
        "prompt_tokens": 3,
        "completion_tokens": 5,
        "completion_tokens_details": {"reasoning_tokens": 2},
    }
    parsed = parse_stream(
        chunk({"role": "assistant", "content": ""}),
        chunk({"content": "Hel"}),
        chunk({"content": None}),
        chunk({"content": "lo"}) + chunk({"content": "!"}),
        chunk({}, "stop"),
        event({"choices": [], "usage": usage}),
        DONE,
    )
    assert parsed.error is None
    assert parsed.text == "Hello!"
    assert list(parsed.content_ns) == [2, 4, 4]
    assert parsed.finish_reason == "stop"
    assert parsed.usage == Usage(3, 5, 2)


@pytest.mark.parametrize("key", ["reasoning_content", "reasoning"])
def test_reasoning_is_content_of_its_own(parse_stream, key):
    """It is kept apart from the text, but its chunks count."""
    parsed = parse_stream(
        chunk({"role": "assistant"}), chunk({key: "hm "}), chunk({key: "ok"}),
        chunk({"content": "yes", key: None}), DONE,
    )  # fmt: skip
    assert parsed.error is None
    assert (parsed.reasoning, parsed.text) == ("hm ok", "yes")
    assert list(parsed.content_ns) == [2, 3, 4]


def test_tool_calls_are_content(parse_stream):
    """The function's name and arguments are what the model wrote; ids are not."""
    parsed = parse_stream(
        chunk({"tool_calls": [{"index": 0, "id": "c1", "function": {"name": "f"}}]}),
        chunk({"tool_calls": [{"index": 0, "function": {"arguments": ""}}]}),
        chunk({"tool_calls": [{"index": 0, "function": {"arguments": '{"a":'}}]}),
        chunk({"tool_calls": [{"index": 0, "function": {"arguments": "1}"}}]}),
        chunk({}, "tool_calls"),
        DONE,
    )
    assert parsed.error is None
    assert parsed.tool_calls == 'f{"a":1}'
    assert list(parsed.content_ns) == [1, 3, 4]


def test_a_refusal_is_content(parse_stream):
    """A model that refuses has answered."""
    parsed = parse_stream(chunk({"refusal": "I "}), chunk({"refusal": "won't"}), DONE)
    assert parsed.error is None
    assert parsed.text == "I won't"
    assert list(parsed.content_ns) == [1, 2]


def test_several_choices_in_one_chunk_count_once(parse_stream):
    """An arrival is an arrival, however much comes with it."""
    choices = [{"index": n, "delta": {"content": "ab"[n]}, "finish_reason": None} for n in (0, 1)]
    parsed = parse_stream(event({"choices": choices}), DONE)
    assert parsed.text == "ab"
    assert list(parsed.content_ns) == [1]


def test_comments_and_empty_events_are_passed_over(parse_stream):
    """Proxies send them to keep connections open."""
    parsed = parse_stream(b": ping\n\n", b"data: \n\n", chunk({"content": "x"}), DONE)
    assert parsed.error is None
    assert list(parsed.content_ns) == [3]


@pytest.mark.parametrize(
    "end", [DONE, chunk({}, "length"), b"data: [DONE]\n", b"data: [DONE]", DONE + b"data: {"]
)
def test_the_ways_in_which_a_stream_may_end(parse_stream, end):
    """``[DONE]``, blank line or not, or a finish_reason."""
    parsed = parse_stream(chunk({"content": "x"}), end)
    assert parsed.error is None
    assert parsed.text == "x"


@pytest.mark.parametrize(
    ("end", "kind", "said"),
    [
        (b"", "IncompleteResponse", "without its last event"),
        (b'data: {"choi', "InvalidSSEError", 'middle of an event: data: {"choi;'),
        (b"data: [DON", "InvalidSSEError", "middle of an event"),
        (b"data: {}\n", "InvalidSSEError", "middle of an event"),
        (b'data: {"choices": [}\n\n', "InvalidJSONError", "is not JSON"),
        (b"data: hello\n\n", "InvalidJSONError", "hello"),
        (b"data: [1]\n\n", "InvalidResponseError", "not a JSON object: [1]"),
        (b'data: {"choices": 5}\n\n', "InvalidResponseError", "not a chat completion chunk"),
        (b'data: {"choices": [5]}\n\n', "InvalidResponseError", "not a chat completion chunk"),
        (b'data: {"usage": {"prompt_tokens": "3"}}\n\n', "InvalidResponseError", "chunk"),
        (chunk({"content": 5}), "InvalidResponseError", "not a chat completion chunk"),
        (chunk({"tool_calls": "x"}), "InvalidResponseError", "not a chat completion chunk"),
        (event({"error": {"message": "no memory"}}), "ServerReportedError", "error: no memory"),
    ],
)  # fmt: skip
def test_the_ways_in_which_a_stream_may_fail(parse_stream, end, kind, said):
    """Each has its own error, and what came before is kept."""
    parsed = parse_stream(chunk({"role": "assistant"}), chunk({"content": "x"}), end)
    assert parsed.error.type == kind
    assert said in parsed.error.message
    assert parsed.text == "x"
    assert list(parsed.content_ns) == [2]


@pytest.mark.parametrize(
    ("report", "message", "code"),
    [
        ({"error": {"message": "too many", "code": 429}}, "too many", 429),
        ({"error": {"message": "too many", "code": "429"}}, "too many", 429),
        ({"error": {"message": "gone", "code": "model_not_found"}}, "gone", None),
        ({"error": {"type": "odd"}}, '{"error": {"type": "odd"}}', None),
        ({"error": "plain"}, "plain", None),
        ({"object": "error", "message": "old style", "code": 400}, "old style", 400),
    ],
)
def test_an_error_object_in_a_good_response(parse_stream, parse_whole, report, message, code):
    """Servers report errors in several ways, in streams and out of them."""
    expected = ErrorDetails("ServerReportedError", f"the server reported an error: {message}", code)
    assert parse_stream(event(report), DONE).error == expected
    assert parse_whole(report).error == expected


@pytest.mark.parametrize(
    "last",
    [b"data: out of memory\n", b": out of memory\n", b'data: {"message": "out of memory"}\n'],
)
def test_an_event_called_error(parse_stream, last):
    """It is one whatever its data, and although a stream of another kind follows."""
    parsed = parse_stream(chunk({"content": "x"}), b"event: error\n" + last + b"\n\n", DONE)
    assert parsed.text == "x"
    assert parsed.error is not None
    assert "out of memory" in parsed.error.message


def test_an_error_that_is_null_is_none(parse_whole):
    """Some servers send the field in every response."""
    parsed = parse_whole({"error": None, "choices": [{"message": {"content": "x"}}]})
    assert parsed.error is None


@pytest.mark.parametrize(
    "parts", [(), (b"",), (DONE,), (chunk({"role": "assistant"}), chunk({}, "stop"), DONE)]
)
def test_a_stream_without_content_is_an_error(parse_stream, parts):
    """A 200 alone is not an answer."""
    parsed = parse_stream(*parts)
    assert parsed.error.type == "EmptyResponseError"
    assert "no content" in parsed.error.message


def test_a_whole_response(parse_whole):
    """Its content came when its last byte did."""
    message = {
        "role": "assistant",
        "content": "yes",
        "reasoning_content": "hm",
        "tool_calls": [{"id": "1", "function": {"name": "f", "arguments": "{}"}}],
    }
    parsed = parse_whole(
        {
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 3, "completion_tokens": 5},
        }
    )
    assert parsed.error is None
    assert (parsed.text, parsed.reasoning, parsed.tool_calls) == ("yes", "hm", "f{}")
    assert parsed.finish_reason == "stop"
    assert parsed.usage == Usage(3, 5, None)
    assert list(parsed.content_ns) == [2]


def test_content_may_be_a_list_of_parts(parse_whole):
    """Those that are text are the text."""
    parts = [{"type": "text", "text": "a"}, {"type": "image"}, {"type": "text", "text": "b"}]
    parsed = parse_whole({"choices": [{"message": {"content": parts}}]})
    assert parsed.text == "ab"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "EmptyResponseError"),
        (b" \n", "EmptyResponseError"),
        (b"{", "InvalidJSONError"),
        (b"<html>oops</html>", "InvalidJSONError"),
        (b"\xff\xfe", "InvalidJSONError"),
        (b"null", "InvalidResponseError"),
        (b"{}", "InvalidResponseError"),
        (b'{"choices": null}', "InvalidResponseError"),
        (b'{"choices": [{"message": {"content": {}}}]}', "EmptyResponseError"),
        (b'{"choices": [{"message": {"content": {"a": 1}}}]}', "InvalidResponseError"),
        (b'{"choices": []}', "EmptyResponseError"),
        (b'{"choices": [{"message": {"content": ""}}]}', "EmptyResponseError"),
    ],
)
def test_the_ways_in_which_a_whole_response_may_fail(parse_whole, body, kind):
    """Each has its own error."""
    assert parse_whole(body).error.type == kind


COMPLETION = json.dumps({"choices": [{"message": {"content": "x"}}]}).encode()
STREAM = chunk({"content": "x"}) + DONE


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", COMPLETION),
        ("application/json; charset=utf-8", COMPLETION),
        ("application/problem+json", COMPLETION),
        ("text/event-stream", STREAM),
        ("Text/Event-Stream;charset=utf-8", STREAM),
        ("", COMPLETION),
        ("", STREAM),
        ("text/plain", b"\n" + COMPLETION),
        ("text/plain", b": hello\n\n" + STREAM),
        ("application/octet-stream", b"\xef\xbb\xbf" + STREAM),
    ],
)
@pytest.mark.parametrize("streaming", [True, False])
def test_the_answer_says_whether_it_is_a_stream(record_of, content_type, body, streaming):
    """What was asked for does not matter; without a telling content type, the body tells."""
    record = record_of(body, content_type=content_type)
    parsed = endpoint_of(streaming=streaming).parse_response(record)
    assert parsed.error is None
    assert parsed.text == "x"


def test_an_error_of_the_transport_stays(parse_stream):
    """What came before it is parsed; what is missing after it is no second error."""
    error = ErrorDetails("ConnectionReset", "it broke")
    parsed = parse_stream(chunk({"content": "x"}), b"data: {", error=error)
    assert parsed.error == error
    assert parsed.text == "x"
    assert list(parsed.content_ns) == [1]


def test_a_record_that_does_not_fit_together_does_not_raise():
    """A transport that forgot a time is reported, and the run goes on."""
    record = RawRecord(status=200, content_type="text/event-stream", parts=[STREAM])
    parsed = endpoint_of().parse_response(record)
    assert parsed.error.type == "InvalidResponseError"
    assert "could not be read: ValueError" in parsed.error.message
