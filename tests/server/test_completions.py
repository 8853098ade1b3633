from __future__ import annotations

import pytest

from aiperf.server.tokens import count_tokens

PATH = "/v1/completions"
USAGE = {"prompt_tokens": 2, "completion_tokens": 3, "total_tokens": 5}


def test_a_whole_response(client):
    """It has every field of the published format."""
    body = client.post(PATH, model="m", prompt="Once upon", max_tokens=3).json
    text = body["choices"][0]["text"]
    assert count_tokens(text) == 3
    assert isinstance(body.pop("created"), int)
    assert body.pop("id").startswith("cmpl-")
    assert body == {
        "object": "text_completion",
        "model": "m",
        "choices": [{"index": 0, "text": text, "logprobs": None, "finish_reason": "length"}],
        "usage": USAGE,
    }


def test_a_stream(client):
    """One token a chunk, a finish reason, the usage if it was asked for, the end."""
    options = {"include_usage": True}
    for extra in ({}, {"stream_options": options}):
        events = client.stream(PATH, model="m", prompt="Once upon", max_tokens=3, **extra)
        assert events.data[-1] == "[DONE]"
        chunks = events.json
        assert {chunk["object"] for chunk in chunks} == {"text_completion"}
        if extra:
            usage = chunks.pop()
            assert (usage["choices"], usage["usage"]) == ([], USAGE)
            assert all(chunk["usage"] is None for chunk in chunks)
        choices = [chunk["choices"][0] for chunk in chunks]
        assert [count_tokens(choice["text"]) for choice in choices] == [1, 1, 1, 0]
        assert [choice["finish_reason"] for choice in choices] == [None, None, None, "length"]


@pytest.mark.parametrize(
    ("prompt", "tokens"), [("a b", 2), (["a b"], 2), ([5, 6, 7], 3), ([[5, 6]], 2), ("", 0)]
)
def test_a_prompt_is_text_or_token_ids(client, prompt, tokens):
    """Either may stand in a list of one."""
    body = client.post(PATH, model="m", prompt=prompt).json
    assert body["usage"]["prompt_tokens"] == tokens
    assert body["usage"]["completion_tokens"] == 64
    assert body["choices"][0]["finish_reason"] == "stop"


def test_a_batch_of_prompts(client):
    """Each gets a choice of its own, all at the same time; the counts are those of all."""
    fields = {"model": "m", "prompt": ["Once upon", "a time"], "max_tokens": 3}
    body = client.post(PATH, **fields).json
    usage = {"prompt_tokens": 4, "completion_tokens": 6, "total_tokens": 10}
    assert [choice["index"] for choice in body["choices"]] == [0, 1]
    assert [count_tokens(choice["text"]) for choice in body["choices"]] == [3, 3]
    assert body["usage"] == usage
    chunks = client.stream(PATH, **fields, stream_options={"include_usage": True}).json
    assert chunks.pop()["usage"] == usage
    choices = [chunk["choices"][0] for chunk in chunks]
    assert [choice["index"] for choice in choices] == [0, 1] * 4
    assert [choice["finish_reason"] for choice in choices[-3:]] == [None, "length", "length"]


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"prompt": None}, "prompt"),
        ({"prompt": []}, "prompt"),
        ({"prompt": ["a", 5]}, "prompt"),
        ({"prompt": ["a", [5]]}, "prompt"),
        ({"prompt": {"text": "a"}}, "prompt"),
        ({"prompt": "a", "max_tokens": -1}, "max_tokens"),
        ({"prompt": "a", "model": None}, "model"),
        ({"prompt": "a", "n": 2}, "n"),
    ],
)
def test_a_wrong_field_is_refused_by_name(client, fields, param):
    """The error is the API's error object, and says which field it was."""
    response = client.post(PATH, **{"model": "m", **fields})
    assert response.status == 400
    assert response.json["error"]["param"] == param
