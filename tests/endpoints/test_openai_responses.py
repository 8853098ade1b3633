"""Responses: what is asked for."""

from __future__ import annotations

from aiperf.common.models import ModelEndpoint, Turn
from aiperf.endpoints.openai_responses import ResponsesEndpoint


def payload_of(*turns, **model):
    return ResponsesEndpoint(model_endpoint=ModelEndpoint("m", **model)).format_payload(turns)


def message(content, role="user"):
    return {"type": "message", "role": role, "content": content}


def test_the_smallest_payload():
    """One user message, not streamed, with no limit."""
    expected = {"model": "m", "input": [message("hello")], "stream": False}
    assert payload_of(Turn(("hello",))) == expected


def test_a_whole_payload():
    """Earlier turns and their answers are the history; the system prompt is apart."""
    turns = [Turn(("a",), system="s", answer="x"), Turn(("b",)), Turn(("c",), max_tokens=5)]
    extra = {"store": False}
    assert payload_of(*turns, streaming=True, extra_inputs=extra) == {
        "model": "m",
        "input": [message("a"), message("x", "assistant"), message("b"), message("c")],
        "stream": True,
        "instructions": "s",
        "max_output_tokens": 5,
        "store": False,
    }


def test_images_and_audio_are_parts():
    """They come after the texts; an image's URL is a plain field."""
    image, audio = "data:image/png;base64,AAAA", "data:audio/mpeg;base64,BBBB"
    (item,) = payload_of(Turn(("a", "b"), images=(image,), audios=(audio,)))["input"]
    assert item["content"] == [
        {"type": "input_text", "text": "a"},
        {"type": "input_text", "text": "b"},
        {"type": "input_image", "image_url": image},
        {"type": "input_audio", "input_audio": {"data": "BBBB", "format": "mp3"}},
    ]


def test_the_path_and_the_headers():
    """Streams are wanted where they are asked for."""
    endpoint = ResponsesEndpoint(model_endpoint=ModelEndpoint("m", streaming=True))
    assert endpoint.path == "/v1/responses"
    assert endpoint.headers["Accept"] == "text/event-stream"
