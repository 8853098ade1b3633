"""What a conversation asks: its texts, and how many images and audio files it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiperf.server import request
from aiperf.server.tokens import count_tokens

if TYPE_CHECKING:
    from collections.abc import Mapping

_SCHEMES = ("http://", "https://", "data:")


class Prompt:
    """Takes the contents of messages, in the shapes that OpenAI's and Anthropic's APIs have.

    Parts of a kind that is not known count for the text that they have.
    """

    __slots__ = ("audios", "images", "tokens")

    def __init__(self) -> None:
        self.tokens = 0
        """The tokens of all texts; images and audio have none."""
        self.images = 0
        self.audios = 0

    def add_messages(self, messages: Any, name: str) -> None:
        """Add the messages in the field called ``name``.

        Raises:
            BadRequestError: It is no list of messages.
        """
        if not isinstance(messages, list) or not messages:
            raise request.wrong(name, "a list that is not empty")
        for index, message in enumerate(messages):
            where = f"{name}[{index}]"
            if not isinstance(message, dict) or not isinstance(message.get("role"), str):
                raise request.wrong(where, "an object with a 'role'")
            self.add(message.get("content"), f"{where}.content")

    def add(self, content: Any, where: str) -> None:
        """Add a text or a list of parts, which is at ``where``; ``None`` is nothing.

        Raises:
            BadRequestError: It is neither, or a part is not as it should be.
        """
        if isinstance(content, str):
            self.tokens += count_tokens(content)
        elif isinstance(content, list):
            for index, part in enumerate(content):
                if not isinstance(part, dict) or not isinstance(part.get("type"), str):
                    raise request.wrong(where, "a list of objects with a 'type'")
                self._add_part(part, f"{where}[{index}]")
        elif content is not None:
            raise request.wrong(where, "a string or a list of parts")

    def _add_part(self, part: Mapping[str, Any], where: str) -> None:
        kind = part["type"]
        if kind in _IMAGES:
            _IMAGES[kind](part, where)
            self.images += 1
        elif kind in _AUDIOS:
            _AUDIOS[kind](part, where)
            self.audios += 1
        elif isinstance(text := part.get("text"), str):
            self.tokens += count_tokens(text)
        elif kind in {"text", "input_text", "output_text"}:
            raise request.wrong(f"{where}.text", "a string")


def _check_url(url: Any, where: str) -> None:
    if not isinstance(url, str) or not url.startswith(_SCHEMES):
        raise request.wrong(where, "a URL that begins with https://, http:// or data:")
    if url.startswith("data:") and ";base64," not in url:
        raise request.wrong(where, "data in base64, as in data:image/png;base64,DATA")


def _check_object(part: Mapping[str, Any], name: str, where: str) -> Mapping[str, Any]:
    value = part.get(name)
    if not isinstance(value, dict):
        raise request.wrong(f"{where}.{name}", "an object")
    return value


def _check_nested_url(part: Mapping[str, Any], where: str) -> None:
    name = part["type"]
    _check_url(_check_object(part, name, where).get("url"), f"{where}.{name}.url")


def _check_input_image(part: Mapping[str, Any], where: str) -> None:
    if part.get("file_id") is None:
        _check_url(part.get("image_url"), f"{where}.image_url")


def _check_source(part: Mapping[str, Any], where: str) -> None:
    source = _check_object(part, "source", where)
    if source.get("type") == "base64":
        _check_strings(source, ("media_type", "data"), f"{where}.source")
    elif source.get("type") == "url":
        _check_url(source.get("url"), f"{where}.source.url")
    else:
        raise request.wrong(f"{where}.source.type", "'base64' or 'url'")


def _check_input_audio(part: Mapping[str, Any], where: str) -> None:
    audio = _check_object(part, "input_audio", where)
    _check_strings(audio, ("data", "format"), f"{where}.input_audio")


def _check_strings(value: Mapping[str, Any], names: tuple[str, ...], where: str) -> None:
    for name in names:
        if not isinstance(value.get(name), str) or not value[name]:
            raise request.wrong(f"{where}.{name}", "a string that is not empty")


_IMAGES = {
    "image_url": _check_nested_url,
    "input_image": _check_input_image,
    "image": _check_source,
}
_AUDIOS = {"input_audio": _check_input_audio, "audio_url": _check_nested_url}
