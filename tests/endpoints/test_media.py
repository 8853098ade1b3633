"""Images and audio: taken apart, and refused."""

from __future__ import annotations

import pytest

from aiperf.common.errors import ConfigError
from aiperf.common.models import Turn
from aiperf.endpoints.media import audio_part, refuse_media, split_data_url


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("data:image/png;base64,AAAA", ("image/png", "AAAA")),
        ("DATA:Image/PNG;charset=x;base64,A,B", ("image/png", "A,B")),
        ("data:;base64,", ("", "")),
        ("https://host/a.png", None),
        ("", None),
    ],
)
def test_a_url_is_taken_apart(url, parts):
    """One that is not of data is left alone."""
    assert split_data_url(url) == parts


@pytest.mark.parametrize("url", ["data:text/plain,hello", "data:image/png;base64"])
def test_data_that_is_not_base64_is_refused(url):
    """No format has a place for it."""
    with pytest.raises(ConfigError, match="not in base64"):
        split_data_url(url)


@pytest.mark.parametrize(
    ("kind", "name"), [("wav", "wav"), ("x-wav", "wav"), ("mpeg", "mp3"), ("flac", "flac")]
)
def test_an_audio_has_a_format(kind, name):
    """It is the name that OpenAI has for the media type."""
    assert audio_part(f"data:audio/{kind};base64,AAAA") == {
        "type": "input_audio",
        "input_audio": {"data": "AAAA", "format": name},
    }


def test_the_address_of_an_audio_is_sent_as_it_is():
    """Some servers fetch it themselves."""
    url = "https://host/a.wav"
    assert audio_part(url) == {"type": "audio_url", "audio_url": {"url": url}}


@pytest.mark.parametrize(
    ("media", "named"),
    [({"images": ("u",)}, "images"), ({"audios": ("u",)}, "audio"), ({}, None)],
)
def test_media_without_a_place_are_refused(media, named):
    """The error says what to change; a format may take one kind and not the other."""
    turns = [Turn(("a",), **media), Turn(("b",))]
    refuse_media(turns, "completions", images=False, audios=False)
    if named is None:
        refuse_media(turns, "completions")
        return
    with pytest.raises(ConfigError, match=f"no place for {named}.*--endpoint-type") as caught:
        refuse_media(turns, "completions")
    assert caught.value.option == "--endpoint-type"
