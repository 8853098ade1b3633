"""The fields of a turn in a file of prompts.

Source of the format: https://github.com/ai-dynamo/aiperf/blob/main/docs/tutorials/custom-dataset.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiperf.common.input_file import BadLineError
from aiperf.common.models import Turn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiperf.datasets.media_files import MediaFiles

ROLES = ("user", "assistant", "system")
_UNSUPPORTED = ("video", "videos", "extra")
_QUERIES = ("query", "queries")


@dataclass(frozen=True, slots=True)
class TurnFields:
    """One turn as a file has it: what a ``role`` said, in which session."""

    turn: Turn
    role: str
    session_id: str | None


def turn_fields(row: Mapping[str, Any], media: MediaFiles, *, name: str = "") -> TurnFields:
    """Return the turn that an object of a file describes; fields that mean nothing are ignored.

    Args:
        row: the object.
        media: finds images and sounds.
        name: the name of texts that have none of their own.

    Raises:
        BadLineError: a field has no value that could be sent, or there is nothing to send.
    """
    for field in _UNSUPPORTED:
        if row.get(field) is not None:
            raise BadLineError(f"AIPerf does not send the field {field!r}; leave it out")
    texts, query = _texts(row, name)
    images = tuple(media.url(each, "image") for _, each in _contents(row, "image"))
    audios = tuple(media.url(each, "audio") for _, each in _contents(row, "audio"))
    if not (texts or query or images or audios):
        raise BadLineError(
            "there is nothing to send; give one of text, texts, image, images, audio, audios"
        )
    role = text_field(row, "role") or "user"
    if role not in ROLES:
        raise BadLineError(f"role is {role!r}, none of {', '.join(ROLES)}")
    turn = Turn(
        texts=texts,
        query=query,
        images=images,
        audios=audios,
        max_tokens=count_field(row, "output_length"),
        delay_ms=time_field(row, "delay"),
        timestamp_ms=time_field(row, "timestamp"),
    )
    return TurnFields(turn, role, text_field(row, "session_id"))


def text_field(row: Mapping[str, Any], field: str) -> str | None:
    """Return a text, or ``None`` where there is none.

    Raises:
        BadLineError: it is something else, or empty.
    """
    value = row.get(field)
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        raise BadLineError(f"{field} is {_shown(value)}, not a text")
    return value


def count_field(row: Mapping[str, Any], field: str, least: int = 1) -> int | None:
    """Return a whole number of at least ``least``, or ``None`` where there is none.

    Raises:
        BadLineError: it is something else.
    """
    value = row.get(field)
    if value is None:
        return None
    if type(value) is not int or value < least:
        raise BadLineError(f"{field} is {_shown(value)}, not a whole number of at least {least}")
    return value


def time_field(row: Mapping[str, Any], field: str) -> float | None:
    """Return milliseconds of at least 0, or ``None`` where there are none.

    Raises:
        BadLineError: it is something else.
    """
    value = row.get(field)
    if value is None:
        return None
    if type(value) not in (int, float) or not 0 <= value < math.inf:
        raise BadLineError(f"{field} is {_shown(value)}, not a number of milliseconds from 0")
    return float(value)


def _texts(row: Mapping[str, Any], name: str) -> tuple[tuple[str, ...], str | None]:
    """Return the texts, and the query if one is called so."""
    texts: list[str] = []
    query: str | None = None
    for given, text in _contents(row, "text"):
        if (given or name).lower() in _QUERIES:
            if query is not None:
                raise BadLineError("there are two texts called query")
            query = text
        else:
            texts.append(text)
    return tuple(texts), query


def _contents(row: Mapping[str, Any], field: str) -> list[tuple[str, str]]:
    """Return the names and the contents of a field that may be one, or several with an ``s``."""
    several = f"{field}s"
    if row.get(field) is not None and row.get(several) is not None:
        raise BadLineError(f"{field} and {several} cannot be together")
    single = text_field(row, field)
    if single is not None:
        return [("", single)]
    values = row.get(several)
    if values is None:
        return []
    if not isinstance(values, list):
        raise BadLineError(f"{several} is {_shown(values)}, not a list")
    found: list[tuple[str, str]] = []
    for value in values:
        name: Any = ""
        contents: Any = [value]
        if isinstance(value, dict):
            name, contents = value.get("name") or "", value.get("contents")
            if not isinstance(contents, list) or not isinstance(name, str):
                raise BadLineError(f"{several} has an object without a list of contents")
        for each in contents:
            if not isinstance(each, str) or not each.strip():
                raise BadLineError(f"{several} has {_shown(each)}, not a text")
            found.append((name, each))
    return found


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."  # noqa: PLR2004 - what fits in a line
