"""Messages: what is asked for."""

from __future__ import annotations

import pytest

from aiperf.common.errors import ConfigError
from aiperf.common.models import ModelEndpoint, Turn
from aiperf.endpoints.anthropic_messages import MessagesEndpoint


def payload_of(*turns, **model):
    return MessagesEndpoint(model_endpoint=ModelEndpoint("m", **model)).format_payload(turns)


def test_the_smallest_payload():
    """The limit of tokens, which the format demands, has a default."""
    assert payload_of(Turn(("hello",))) == {
        "model": "m",
        "messages": [{"role": "user", "content": "hello"}],
        "max_tokens": 1024,
        "stream": False,
    }


def test_a_whole_payload():
    """Earlier turns and their answers are the history; the system prompt is apart."""
    turns = [Turn(("a",), system="s", answer="x"), Turn(("b",), max_tokens=5)]
    assert payload_of(*turns, streaming=True, extra_inputs={"top_k": 3}) == {
        "model": "m",
        "messages": [
            {"role": "user", "content": "a"},
            {"role": "assistant", "content": "x"},
            {"role": "user", "content": "b"},
        ],
        "max_tokens": 5,
        "stream": True,
        "system": "s",
        "top_k": 3,
    }


def test_images_are_blocks():
    """Their data and its media type are apart, and an address is one."""
    images = ("data:image/png;base64,AAAA", "https://h/i")
    (message,) = payload_of(Turn(("a",), images=images))["messages"]
    assert message["content"] == [
        {"type": "text", "text": "a"},
        {
            "type": "image",
            "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"},
        },
        {"type": "image", "source": {"type": "url", "url": "https://h/i"}},
    ]


def test_audio_is_refused():
    """The format has no place for it."""
    with pytest.raises(ConfigError, match="messages have no place for audio"):
        payload_of(Turn(("a",), audios=("https://h/a",)))


def test_the_path_and_the_headers():
    """The version of the API is sent."""
    endpoint = MessagesEndpoint(model_endpoint=ModelEndpoint("m", streaming=True))
    assert endpoint.path == "/v1/messages"
    assert endpoint.headers["Accept"] == "text/event-stream"
    assert endpoint.headers["anthropic-version"] == "2023-06-01"
