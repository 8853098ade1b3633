from __future__ import annotations

import pytest

from aiperf.server.process import EmbeddedServer
from aiperf.server.settings import ServerSettings
from aiperf.server.tokens import count_tokens

PATH = "/v1/responses"
FIELDS = {"model": "m", "input": "Hello there, world!", "max_output_tokens": 3}
USAGE = {
    "input_tokens": 5,
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens": 3,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 8,
}


def test_a_whole_response(client):
    """It has the fields of the published format; a limit cuts the answer off."""
    body = client.post(PATH, **FIELDS).json
    (message,) = body["output"]
    (part,) = message["content"]
    assert (part["type"], count_tokens(part["text"])) == ("output_text", 3)
    assert (message["type"], message["role"]) == ("message", "assistant")
    assert (body["object"], body["model"], body["error"]) == ("response", "m", None)
    assert message["status"] == body["status"] == "incomplete"
    assert body["incomplete_details"] == {"reason": "max_output_tokens"}
    assert body["usage"] == USAGE
    body = client.post(PATH, model="m", input="x").json
    assert (body["status"], body["incomplete_details"]) == ("completed", None)
    assert body["usage"]["output_tokens"] == 64


def test_a_stream(client):
    """Its events are called as their types are, and numbered."""
    events = client.stream(PATH, **FIELDS)
    assert events.names == [each["type"] for each in events.json]
    assert events.names == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
        *["response.output_text.delta"] * 3,
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.incomplete",
    ]
    assert [each["sequence_number"] for each in events.json] == list(range(11))
    text = "".join(each["delta"] for each in events.json if "delta" in each)
    last = events.json[-1]["response"]
    assert count_tokens(text) == 3
    assert last["output"][0]["content"][0]["text"] == text
    assert last["usage"] == USAGE


def test_what_is_asked_may_be_a_list(client):
    """Of messages, and of what is none and has no text."""
    items = [
        {"role": "user", "content": "Hello"},
        {
            "type": "message",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "Hi"}],
        },
        {"type": "function_call_output", "call_id": "c", "output": "not counted"},
    ]
    body = client.post(PATH, model="m", input=items, instructions="Be brief.").json
    assert body["usage"]["input_tokens"] == 1 + 1 + 3
    assert client.post(PATH, model="m", input=items[2:]).status == 200


@pytest.mark.parametrize("limit", [5, 2])
def test_reasoning_comes_before_the_message(client_of, limit):
    """As the summary of an item of its own; a limit may leave no room for a message's text."""
    with EmbeddedServer(ServerSettings(ttft=0, itl=0, reasoning_tokens=2)) as server:
        client = client_of(server.url)
        fields = {**FIELDS, "max_output_tokens": limit}
        reasoning, message = client.post(PATH, **fields).json["output"]
        events = client.stream(PATH, **fields)
    assert count_tokens(reasoning["summary"][0]["text"]) == 2
    assert count_tokens(message["content"][0]["text"]) == limit - 2
    deltas = [name for name in events.names if name.endswith("delta")]
    assert deltas == [
        *["response.reasoning_summary_text.delta"] * 2,
        *["response.output_text.delta"] * (limit - 2),
    ]
    numbers = [each["sequence_number"] for each in events.json]
    assert sorted(numbers) == list(range(len(numbers)))
    assert [item["type"] for item in events.json[-1]["response"]["output"]] == [
        "reasoning", "message",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"model": None}, "model"),
        ({"input": None}, "input"),
        ({"input": []}, "input"),
        ({"input": 3}, "input"),
        ({"input": [{"content": "no role"}]}, "input[0]"),
        ({"input": ["x"]}, "input[0]"),
        ({"max_output_tokens": 0}, "max_output_tokens"),
        ({"instructions": 3}, "instructions"),
        ({"stream": "yes"}, "stream"),
    ],
)
def test_a_wrong_field_is_refused_by_name(client, fields, param):
    """The error is the API's error object, and says which field it was."""
    response = client.post(PATH, **{**FIELDS, **fields})
    assert response.status == 400
    assert response.json["error"]["param"] == param
