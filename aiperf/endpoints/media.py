"""Images and audio of a turn, which come as URLs and mostly as ``data:`` ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiperf.common.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiperf.common.models import Turn

_AUDIO_FORMATS = {"mpeg": "mp3", "x-wav": "wav", "wave": "wav", "vnd.wave": "wav"}


def split_data_url(url: str) -> tuple[str, str] | None:
    """Return the media type and the base64 data of a ``data:`` URL, ``None`` for any other.

    Source: https://www.rfc-editor.org/rfc/rfc2397. The media type has no parameters.

    Raises:
        ConfigError: Its data is not base64.
    """
    if url[:5].lower() != "data:":
        return None
    head, comma, data = url[5:].partition(",")
    kind, *parameters = head.split(";")
    if not comma or "base64" not in parameters:
        raise ConfigError(
            f"a data URL of the dataset is not in base64: {url[:60]}…; write it as "
            "data:image/png;base64,DATA"
        )
    return kind.strip().lower(), data


def audio_part(url: str) -> dict[str, Any]:
    """Return an audio as a part of an OpenAI message.

    Data goes as ``input_audio`` with its format. The address of a file goes as ``audio_url``, which
    vLLM takes and OpenAI does not.
    """
    parts = split_data_url(url)
    if parts is None:
        return {"type": "audio_url", "audio_url": {"url": url}}
    kind, data = parts
    name = kind.rpartition("/")[2]
    return {
        "type": "input_audio",
        "input_audio": {"data": data, "format": _AUDIO_FORMATS.get(name, name)},
    }


def refuse_media(
    turns: Sequence[Turn], what: str, *, images: bool = True, audios: bool = True
) -> None:
    """Refuse turns with what a format has no place for; ``what`` is what its requests are for.

    Raises:
        ConfigError: A turn has an image (unless not ``images``) or audio (unless not ``audios``).
    """
    for turn in turns:
        medium = "images" if images and turn.images else "audio" if audios and turn.audios else ""
        if medium:
            raise ConfigError(
                f"requests for {what} have no place for {medium}; choose another --endpoint-type, "
                f"such as chat, or a dataset without {medium}",
                option="--endpoint-type",
            )
