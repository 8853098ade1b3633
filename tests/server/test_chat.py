from __future__ import annotations

import pytest

from aiperf.server.process import EmbeddedServer
from aiperf.server.settings import ServerSettings
from aiperf.server.tokens import count_tokens

PATH = "/v1/chat/completions"
USAGE = {
    "prompt_tokens": 5,
    "completion_tokens": 3,
    "total_tokens": 8,
    "completion_tokens_details": {"reasoning_tokens": 0},
}


def test_a_whole_response(client):
    """It has every field of the published format, echoes the model, and counts its tokens."""
    response = client.chat(model='a "model"', max_completion_tokens=3)
    assert response.status == 200
    assert response.headers["content-type"] == "application/json"
    body = response.json
    content = body["choices"][0]["message"]["content"]
    assert count_tokens(content) == 3
    assert isinstance(body.pop("created"), int)
    assert body.pop("id").startswith("chatcmpl-")
    assert body == {
        "object": "chat.completion",
        "model": 'a "model"',
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": content, "refusal": None},
                "logprobs": None,
                "finish_reason": "length",
            }
        ],
        "usage": USAGE,
    }


def test_a_stream(client):
    """A role, one token a chunk, a finish reason, the end: all of one response."""
    events = client.chat_stream(max_completion_tokens=3)
    assert events.status == 200
    assert events.headers["content-type"].startswith("text/event-stream")
    assert events.data[-1] == "[DONE]"
    chunks = events.json
    assert {(chunk["object"], chunk["model"]) for chunk in chunks} == {
        ("chat.completion.chunk", "m")
    }
    assert len({(chunk["id"], chunk["created"]) for chunk in chunks}) == 1
    assert all("usage" not in chunk for chunk in chunks)
    choices = [chunk["choices"] for chunk in chunks]
    assert all(len(each) == 1 for each in choices)
    first, *tokens, last = [each[0] for each in choices]
    assert first == {
        "index": 0,
        "delta": {"role": "assistant", "content": ""},
        "logprobs": None,
        "finish_reason": None,
    }
    assert [count_tokens(each["delta"]["content"]) for each in tokens] == [1, 1, 1]
    assert all(list(each["delta"]) == ["content"] for each in tokens)
    assert all(each["finish_reason"] is None for each in tokens)
    assert last == {"index": 0, "delta": {}, "logprobs": None, "finish_reason": "length"}


def test_a_stream_with_usage(client):
    """The usage comes in a chunk of its own, without choices, and is null in all others."""
    events = client.chat_stream(max_completion_tokens=3, stream_options={"include_usage": True})
    *others, last = events.json
    assert (last["choices"], last["usage"]) == ([], USAGE)
    assert len(others) == 5
    assert all(chunk["usage"] is None for chunk in others)


@pytest.mark.parametrize(
    ("limits", "tokens", "reason"),
    [
        ({}, 64, "stop"),
        ({"max_tokens": None, "max_completion_tokens": None}, 64, "stop"),
        ({"max_tokens": 2}, 2, "length"),
        ({"max_completion_tokens": 100}, 100, "length"),
        ({"max_tokens": 2, "max_completion_tokens": 4}, 4, "length"),
    ],
)
def test_the_length_of_the_response(client, limits, tokens, reason):
    """A limit is met exactly; ``max_completion_tokens`` wins over the older ``max_tokens``."""
    body = client.chat(**limits).json
    assert count_tokens(body["choices"][0]["message"]["content"]) == tokens
    assert body["usage"]["completion_tokens"] == tokens
    assert body["choices"][0]["finish_reason"] == reason
    chunks = client.chat_stream(**limits).json
    assert len(chunks) == tokens + 2
    assert chunks[-1]["choices"][0]["finish_reason"] == reason


def test_every_text_of_the_prompt_is_counted(client):
    """Strings and text parts of all messages count; images and tool calls don't."""
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "What is this?"}, image]},
        {"role": "assistant", "content": None, "tool_calls": []},
        {"role": "user", "content": ""},
    ]
    assert client.chat(messages=messages).json["usage"]["prompt_tokens"] == 3 + 4


@pytest.fixture(scope="module")
def reasoning_client(client_of):
    """Give a client of a server whose responses begin with three tokens of reasoning."""
    settings = ServerSettings(ttft=0, itl=0, output_tokens=5, reasoning_tokens=3)
    with EmbeddedServer(settings) as server:
        yield client_of(server.url)


@pytest.mark.parametrize(("limit", "reasoning", "content"), [(None, 3, 2), (3, 3, 0), (2, 2, 0)])
def test_reasoning_comes_before_the_content(reasoning_client, limit, reasoning, content):
    """The first tokens are reasoning; they count as output, and are also counted apart."""
    body = reasoning_client.chat(max_tokens=limit).json
    message = body["choices"][0]["message"]
    assert count_tokens(message["reasoning_content"]) == reasoning
    assert count_tokens(message["content"]) == content
    assert body["usage"]["completion_tokens"] == reasoning + content
    assert body["usage"]["completion_tokens_details"] == {"reasoning_tokens": reasoning}
    _, *tokens, _ = reasoning_client.chat_stream(max_tokens=limit).json
    names = [name for chunk in tokens for name in chunk["choices"][0]["delta"]]
    assert names == ["reasoning_content"] * reasoning + ["content"] * content


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"model": None}, "model"),
        ({"model": ""}, "model"),
        ({"model": 3}, "model"),
        ({"messages": None}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": "Hello"}, "messages"),
        ({"messages": ["Hello"]}, "messages[0]"),
        ({"messages": [{"content": "Hello"}]}, "messages[0]"),
        ({"messages": [{"role": "user", "content": 3}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": ["Hello"]}]}, "messages[0].content"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": True}, "max_tokens"),
        ({"max_tokens": "3"}, "max_tokens"),
        ({"max_completion_tokens": 10**9}, "max_completion_tokens"),
        ({"n": 2}, "n"),
        ({"stream": "yes"}, "stream"),
        ({"stream_options": {"include_usage": True}}, "stream_options"),
        ({"stream": True, "stream_options": 3}, "stream_options"),
        ({"stream": True, "stream_options": {"include_usage": 1}}, "stream_options.include_usage"),
    ],
)
def test_a_wrong_field_is_refused_by_name(client, fields, param):
    """The error is the API's error object, and says which field it was."""
    response = client.chat(**fields)
    error = response.json["error"]
    assert response.status == 400
    assert (error["type"], error["param"], error["code"]) == ("invalid_request_error", param, None)
    assert f"'{param}'" in error["message"]
