"""Images and sounds that a file of prompts names: addresses, data, or local files."""

from __future__ import annotations

import base64
import mimetypes
from typing import TYPE_CHECKING

from aiperf.common.input_file import BadLineError

if TYPE_CHECKING:
    from pathlib import Path

_AUDIO_FORMATS = {"wav": "wav", "mp3": "mpeg"}
_KINDS = {"audio/x-wav": "audio/wav"}


class MediaFiles:
    """Turns what is named into URLs. A local file is read once, however often it is named.

    Args:
        directory: where a path that does not exist from the working directory is looked for.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._read: dict[str, str] = {}

    def url(self, name: str, kind: str) -> str:
        """Return the URL of an image or a sound; a local file is encoded into a ``data:`` URL.

        Args:
            name: ``http(s)://…``, ``data:…``, a path, or ``wav,BASE64`` as NVIDIA's AIPerf has it.
            kind: ``image`` or ``audio``.

        Raises:
            BadLineError: the file cannot be read, or its name is not that of ``kind``.
        """
        if name.startswith(("http://", "https://", "data:")):
            return name
        found = self._read.get(name)
        if found is not None:
            return found
        label, comma, data = name.partition(",")
        if kind == "audio" and comma and label.lower() in _AUDIO_FORMATS:
            return f"data:audio/{_AUDIO_FORMATS[label.lower()]};base64,{data}"
        found = self._read[name] = self._encoded(name, kind)
        return found

    def _encoded(self, name: str, kind: str) -> str:
        guessed, _ = mimetypes.guess_type(name)
        media_type = _KINDS.get(guessed or "", guessed)
        if media_type is None or not media_type.startswith(f"{kind}/"):
            raise BadLineError(f"{name[:100]!r} is neither a URL nor the name of a file of {kind}")
        beside = self._directory / name
        try:
            data = (beside if beside.exists() else self._directory.cwd() / name).read_bytes()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise BadLineError(f"{kind} {name!r} cannot be read: {reason}") from None
        return f"data:{media_type};base64,{base64.b64encode(data).decode()}"
