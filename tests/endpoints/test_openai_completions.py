"""Completions: what is asked for, and what an answer means."""

from __future__ import annotations

import pytest

from aiperf.common.errors import ConfigError
from aiperf.common.models import ModelEndpoint, Turn, Usage
from aiperf.endpoints.openai_completions import CompletionsEndpoint


def payload_of(*turns, **model):
    return CompletionsEndpoint(model_endpoint=ModelEndpoint("m", **model)).format_payload(turns)


def chunk(text, finish_reason=None, **more):
    return {"choices": [{"index": 0, "text": text, "finish_reason": finish_reason}], **more}


def test_the_smallest_payload():
    """One text is the prompt; nothing is streamed."""
    assert payload_of(Turn(("hello",))) == {"model": "m", "prompt": "hello", "stream": False}


def test_a_whole_payload():
    """Usage is asked for, extra inputs come last and win."""
    extra = {"temperature": 0, "max_tokens": 9}
    assert payload_of(Turn(("x",), max_tokens=5), streaming=True, extra_inputs=extra) == {
        "model": "m",
        "prompt": "x",
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 9,
        "temperature": 0,
    }


@pytest.mark.parametrize(
    ("turns", "prompt"),
    [
        ([Turn(("a", "b"))], ["a", "b"]),
        ([Turn(("a", "b"), system="s")], "s\na\nb"),
        ([Turn(("a",), answer="x"), Turn(("b", "c"))], "a\nx\nb\nc"),
    ],
)
def test_several_texts_are_a_batch_and_a_conversation_is_one_prompt(turns, prompt):
    """What was said before cannot belong to one prompt of a batch alone."""
    assert payload_of(*turns)["prompt"] == prompt


def test_images_and_audio_are_refused():
    """The format has no place for them."""
    with pytest.raises(ConfigError, match="completions have no place for audio"):
        payload_of(Turn(("a",), audios=("https://h/a",)))


def test_the_path_and_the_headers():
    """Streams are wanted where they are asked for."""
    endpoint = CompletionsEndpoint(model_endpoint=ModelEndpoint("m", streaming=True))
    assert endpoint.path == "/v1/completions"
    assert endpoint.headers["Accept"] == "text/event-stream"


def test_a_stream(stream_of):
    """Text is joined; empty and usage chunks are no content."""
    usage = {"prompt_tokens": 3, "completion_tokens": 2}
    parsed = stream_of(
        CompletionsEndpoint, chunk(""), chunk("Hel", usage=None), chunk("lo"), chunk("", "length"),
        {"choices": [], "usage": usage}, b"data: [DONE]\n\n",
    )  # fmt: skip
    assert parsed.error is None
    assert (parsed.text, parsed.finish_reason) == ("Hello", "length")
    assert parsed.usage == Usage(3, 2, None)
    assert list(parsed.content_ns) == [2, 3]


def test_a_whole_batch(whole_of):
    """Its texts are one after the other, and came at once."""
    parsed = whole_of(CompletionsEndpoint, {"choices": [{"text": "a"}, {"text": "b"}]})
    assert parsed.error is None
    assert parsed.text == "ab"
    assert list(parsed.content_ns) == [2]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({}, "InvalidResponseError"),
        ({"choices": []}, "EmptyResponseError"),
        ({"choices": [{"text": ""}]}, "EmptyResponseError"),
        ({"choices": [{"text": 5}]}, "InvalidResponseError"),
        ({"choices": [{"message": {"content": "of a chat"}}]}, "EmptyResponseError"),
        ({"error": {"message": "no"}}, "ServerReportedError"),
    ],
)
def test_the_ways_in_which_a_response_may_fail(whole_of, body, kind):
    """Each has its own error."""
    assert whole_of(CompletionsEndpoint, body).error.type == kind


@pytest.mark.parametrize("is_whole", [True, False])
def test_a_stream_that_breaks_off_is_an_error(stream_of, is_whole):
    """Unless the model had said why it stopped."""
    last = [chunk("", "stop")] if is_whole else []
    parsed = stream_of(CompletionsEndpoint, chunk("a"), *last)
    assert (parsed.error and parsed.error.type) == (None if is_whole else "IncompleteResponse")
