from __future__ import annotations

import pytest

from aiperf.server.process import EmbeddedServer
from aiperf.server.settings import ServerSettings
from aiperf.server.tokens import count_tokens

PATH = "/v1/messages"
FIELDS = {
    "model": "m",
    "messages": [{"role": "user", "content": "Hello there, world!"}],
    "max_tokens": 3,
}
USAGE = {
    "input_tokens": 5,
    "cache_creation_input_tokens": 0,
    "cache_read_input_tokens": 0,
    "output_tokens": 3,
}


def test_a_whole_message(client):
    """It has every field of the published format, and exactly the tokens of the limit."""
    body = client.post(PATH, **FIELDS).json
    text = body["content"][0]["text"]
    assert count_tokens(text) == 3
    assert body.pop("id").startswith("msg_")
    assert body == {
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [{"type": "text", "text": text}],
        "stop_reason": "max_tokens",
        "stop_sequence": None,
        "usage": USAGE,
    }


def test_a_stream(client):
    """Its events are called as their types are."""
    events = client.stream(PATH, **FIELDS)
    assert events.names == [each["type"] for each in events.json]
    assert events.names == [
        "message_start",
        "content_block_start",
        "ping",
        *["content_block_delta"] * 3,
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    start, *_, stop, _ = events.json
    assert start["message"]["usage"] == {**USAGE, "output_tokens": 1}
    assert stop["delta"]["stop_reason"] == "max_tokens"
    assert stop["usage"] == {"output_tokens": 3}
    deltas = [each["delta"] for each in events.json if each["type"] == "content_block_delta"]
    assert [count_tokens(each["text"]) for each in deltas] == [1, 1, 1]


@pytest.mark.parametrize("limit", [5, 2])
def test_thinking_comes_before_the_text(client_of, limit):
    """As a block of its own, with a signature; a limit may leave no room for a text."""
    with EmbeddedServer(ServerSettings(ttft=0, itl=0, reasoning_tokens=2)) as server:
        client = client_of(server.url)
        thinking, text = client.post(PATH, **{**FIELDS, "max_tokens": limit}).json["content"]
        events = client.stream(PATH, **{**FIELDS, "max_tokens": limit}).json
    assert count_tokens(thinking["thinking"]) == 2
    assert count_tokens(text["text"]) == limit - 2
    deltas = [each for each in events if each["type"] == "content_block_delta"]
    assert [(each["index"], each["delta"]["type"]) for each in deltas] == [
        *[(0, "thinking_delta")] * 2,
        (0, "signature_delta"),
        *[(1, "text_delta")] * (limit - 2),
    ]
    blocks = [(each["type"][14:], each["index"]) for each in events if "block_st" in each["type"]]
    assert blocks == [("start", 0), ("stop", 0), ("start", 1), ("stop", 1)]


def test_the_system_prompt_is_counted(client):
    """It is a text or a list of blocks."""
    for system in ("Be brief.", [{"type": "text", "text": "Be brief."}]):
        assert client.post(PATH, **FIELDS, system=system).json["usage"]["input_tokens"] == 5 + 3


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"model": None}, "model"),
        ({"max_tokens": None}, "max_tokens"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"messages": None}, "messages"),
        ({"messages": []}, "messages"),
        ({"system": 3}, "system"),
        ({"stream": 1}, "stream"),
    ],
)
def test_a_wrong_field_is_refused_by_name(client, fields, param):
    """The error is this API's error object."""
    response = client.post(PATH, **{**FIELDS, **fields})
    body = response.json
    assert (response.status, body["type"]) == (400, "error")
    assert body["error"]["type"] == "invalid_request_error"
    assert f"'{param}'" in body["error"]["message"]
