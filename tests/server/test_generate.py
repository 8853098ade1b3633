from __future__ import annotations

import pytest

from aiperf.server.tokens import count_tokens

FIELDS = {"inputs": "Once upon", "parameters": {"max_new_tokens": 3, "details": True}}
DETAILS = {"finish_reason": "length", "generated_tokens": 3, "seed": None, "input_length": 2}


def test_a_whole_text(client):
    """Details come where they are asked for."""
    body = client.post("/generate", **FIELDS).json
    details = body.pop("details")
    assert count_tokens(body["generated_text"]) == 3
    assert set(body) == {"generated_text"}
    assert "".join(token["text"] for token in details.pop("tokens")) == body["generated_text"]
    assert details == {**DETAILS, "prefill": []}
    body = client.post("/generate", inputs="Once upon").json
    assert (set(body), count_tokens(body["generated_text"])) == ({"generated_text"}, 64)


def test_a_stream(client):
    """A token an event; the last one has the whole text and, if asked for, the details."""
    events = client.stream("/generate_stream", **FIELDS).json
    assert [each["index"] for each in events] == [1, 2, 3]
    assert [count_tokens(each["token"]["text"]) for each in events] == [1, 1, 1]
    assert [each["generated_text"] for each in events[:2]] == [None, None]
    text = "".join(each["token"]["text"] for each in events)
    assert (events[-1]["generated_text"], events[-1]["details"]) == (text, DETAILS)
    *_, last = client.stream("/generate_stream", inputs="Once upon").json
    assert last["details"] is None
    assert last["index"] == 64


@pytest.mark.parametrize("path", ["/generate", "/generate_stream"])
@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"inputs": None}, "inputs"),
        ({"inputs": ""}, "inputs"),
        ({"inputs": ["a"]}, "inputs"),
        ({"parameters": []}, "parameters"),
        ({"parameters": {"max_new_tokens": 0}}, "max_new_tokens"),
        ({"parameters": {"details": 1}}, "parameters.details"),
    ],
)
def test_a_wrong_field_is_refused_by_name(client, path, fields, param):
    """The error is this API's."""
    response = client.post(path, **{**FIELDS, **fields})
    assert response.status == 422
    assert response.json["error_type"] == "validation"
    assert f"'{param}'" in response.json["error"]
