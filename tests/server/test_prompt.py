from __future__ import annotations

import pytest

from aiperf.server.errors import BadRequestError
from aiperf.server.prompt import Prompt

URL = "data:image/png;base64,AAAA"
PARTS = [
    {"type": "image_url", "image_url": {"url": URL}},
    {"type": "image_url", "image_url": {"url": "https://h/i", "detail": "low"}},
    {"type": "input_image", "image_url": URL},
    {"type": "input_image", "file_id": "f"},
    {"type": "image", "source": {"type": "url", "url": "https://h/i"}},
    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
    {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
    {"type": "audio_url", "audio_url": {"url": "http://h/a"}},
    {"type": "text", "text": "three tokens here"},
    {"type": "of another kind", "text": "one"},
    {"type": "of another kind"},
]


def test_texts_images_and_audio_are_counted():
    """In the shapes of each API; only texts have tokens."""
    prompt = Prompt()
    prompt.add(PARTS, "content")
    prompt.add("two tokens", "content")
    prompt.add(None, "content")
    assert (prompt.tokens, prompt.images, prompt.audios) == (3 + 1 + 2, 6, 2)


@pytest.mark.parametrize(
    ("part", "param"),
    [
        ({"type": "text"}, "c[0].text"),
        ({"type": "input_text", "text": 3}, "c[0].text"),
        ({"type": "image_url", "image_url": URL}, "c[0].image_url"),
        ({"type": "image_url", "image_url": {"url": "AAAA"}}, "c[0].image_url.url"),
        ({"type": "image_url", "image_url": {"url": "data:,x"}}, "c[0].image_url.url"),
        ({"type": "input_image", "image_url": {"url": URL}}, "c[0].image_url"),
        ({"type": "image", "source": URL}, "c[0].source"),
        ({"type": "image", "source": {"type": "file"}}, "c[0].source.type"),
        ({"type": "image", "source": {"type": "url"}}, "c[0].source.url"),
        (
            {"type": "image", "source": {"type": "base64", "media_type": "image/png"}},
            "c[0].source.data",
        ),
        ({"type": "input_audio", "input_audio": "AAAA"}, "c[0].input_audio"),
        ({"type": "input_audio", "input_audio": {"data": "AA"}}, "c[0].input_audio.format"),
        ({"type": "audio_url", "audio_url": {}}, "c[0].audio_url.url"),
    ],
)
def test_a_part_that_is_not_as_it_should_be_is_refused_by_name(part, param):
    """As by a real server."""
    with pytest.raises(BadRequestError) as caught:
        Prompt().add([part], "c")
    assert caught.value.param == param
