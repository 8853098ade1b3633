"""Text generation: what is asked for, and what an answer means."""

from __future__ import annotations

import pytest

from aiperf.common.errors import ConfigError
from aiperf.common.models import ModelEndpoint, Turn, Usage
from aiperf.endpoints.huggingface_generate import HuggingFaceGenerateEndpoint as Endpoint

DETAILS = {"finish_reason": "length", "generated_tokens": 2, "seed": None}


def payload_of(*turns, **model):
    return Endpoint(model_endpoint=ModelEndpoint("m", **model)).format_payload(turns)


def token(text, generated_text=None, *, special=False, **more):
    piece = {"id": 5, "text": text, "logprob": -0.5, "special": special}
    return {"index": 1, "token": piece, "generated_text": generated_text, **more}


def test_the_smallest_payload():
    """There is no model, and whether it is streamed is in the path."""
    assert payload_of(Turn(("hello",))) == {"inputs": "hello", "parameters": {}}


def test_a_whole_payload():
    """Extra inputs are parameters, the last of them, and the conversation is one text."""
    turns = [Turn(("a",), system="s", answer="x"), Turn(("b",), max_tokens=5)]
    extra = {"temperature": 0.5}
    assert payload_of(*turns, use_server_token_count=True, extra_inputs=extra) == {
        "inputs": "s\na\nx\nb",
        "parameters": {"max_new_tokens": 5, "details": True, "temperature": 0.5},
    }


def test_images_and_audio_are_refused():
    """The format has no place for them."""
    with pytest.raises(ConfigError, match="text generation have no place for images"):
        payload_of(Turn(("a",), images=("https://h/i",)))


@pytest.mark.parametrize(("streaming", "path"), [(False, "/generate"), (True, "/generate_stream")])
def test_the_path(streaming, path):
    """It says whether the answer is streamed, unless another one is asked for."""
    assert Endpoint(model_endpoint=ModelEndpoint("m", streaming=streaming)).path == path
    other = ModelEndpoint("m", streaming=streaming, path="/")
    assert Endpoint(model_endpoint=other).path == "/"


def test_a_stream(stream_of):
    """Each token is content but special ones; the text that comes with the last one is not."""
    parsed = stream_of(
        Endpoint,
        token("Hel"),
        token("lo"),
        token("</s>", "Hello", special=True, details={**DETAILS, "input_length": 3}),
    )
    assert parsed.error is None
    assert (parsed.text, parsed.finish_reason) == ("Hello", "length")
    assert parsed.usage == Usage(3, 2, None)
    assert list(parsed.content_ns) == [1, 2]


@pytest.mark.parametrize("details", [None, {**DETAILS, "prefill": [{}, {}]}])
@pytest.mark.parametrize("is_list", [False, True])
def test_a_whole_response(whole_of, details, is_list):
    """It may stand in a list of one, and says how many tokens it has only if it was asked."""
    body = {"generated_text": "Hello", "details": details}
    parsed = whole_of(Endpoint, [body] if is_list else body)
    assert parsed.error is None
    assert parsed.text == "Hello"
    assert parsed.usage == (Usage(2, 2, None) if details else None)
    assert list(parsed.content_ns) == [2]


@pytest.mark.parametrize(
    ("events", "kind"),
    [
        ([token("a"), token("b")], "IncompleteResponse"),
        ([token("a"), token("b", "ab")], None),
        ([token("</s>", "", special=True)], "EmptyResponseError"),
        ([{"error": "overloaded", "error_type": "overloaded"}], "ServerReportedError"),
        ([{"token": "a"}], "InvalidResponseError"),
        ([{"generated_text": "a"}], "InvalidResponseError"),
        ([token(5)], "InvalidResponseError"),
        ([token("a", "a", details={"generated_tokens": 1})], "InvalidResponseError"),
    ],
)
def test_the_ways_in_which_a_stream_may_end(stream_of, events, kind):
    """It is whole with the event that has the whole text."""
    parsed = stream_of(Endpoint, *events)
    assert (parsed.error and parsed.error.type) == kind


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({}, "InvalidResponseError"),
        ([], "InvalidJSONError"),
        ({"generated_text": ""}, "EmptyResponseError"),
        ({"generated_text": 5}, "InvalidResponseError"),
        ({"error": "no", "error_type": "validation"}, "ServerReportedError"),
    ],
)
def test_the_ways_in_which_a_whole_response_may_fail(whole_of, body, kind):
    """Each has its own error."""
    assert whole_of(Endpoint, body).error.type == kind
