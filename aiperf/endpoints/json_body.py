"""JSON bodies: read, or refused with what is wrong with them.

The error objects are those of OpenAI's, Anthropic's and Hugging Face's servers and of others that
follow them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from aiperf.common.errors import (
    InvalidJSONError,
    InvalidResponseError,
    ServerReportedError,
    excerpt_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

WRONG_SHAPE = (AttributeError, IndexError, KeyError, TypeError, ValueError)
"""What code that walks a JSON value raises when its shape is not the expected one."""

_MOST_SHOWN = 500
_LOOK = "look into its log"


def load_json(data: bytes) -> Any:
    """Return the JSON value in ``data``.

    Raises:
        InvalidJSONError: It is not JSON.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        excerpt = excerpt_of(data)
        is_page = data.lstrip()[:1] == b"<"
        step = "that is a page for people: check --url and --endpoint" if is_page else _LOOK
        raise InvalidJSONError(
            f"the server sent what is not JSON ({error.msg}): {excerpt}; {step}",
            excerpt=excerpt,
        ) from error


def load_object(data: bytes) -> dict[str, Any]:
    """Return the JSON object in ``data``.

    Raises:
        InvalidJSONError: It is not JSON.
        InvalidResponseError: It is JSON, but not an object.
        ServerReportedError: It is an error object, in any of the three shapes that are in use:
            ``{"error": {"message": …, "code": …}}``, ``{"error": "…"}`` and
            ``{"object": "error", "message": …}``.
    """
    try:  # a call less for each event of a stream
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        value = load_json(data)
    if type(value) is not dict:
        raise wrong_shape("a JSON object", data)
    if "error" in value or value.get("object") == "error":
        refuse_error(value, data)
    return value


def refuse_error(value: Mapping[str, Any], data: bytes) -> None:
    """Raise what an error object reports; ``data`` is the JSON of it.

    Raises:
        ServerReportedError: It is one; see :func:`load_object`.
    """
    if "error" in value or value.get("object") == "error":
        report = value.get("error", value)
        if report:  # an empty one (``null``) is none
            raise reported(report, data)


def wrong_shape(wanted: str, data: bytes) -> InvalidResponseError:
    """Return the error for ``data`` that is JSON but not ``wanted``."""
    excerpt = excerpt_of(data)
    return InvalidResponseError(
        f"the server sent JSON that is not {wanted}: {excerpt}; check that --endpoint-type fits it",
        excerpt=excerpt,
    )


def reported(report: Mapping[str, Any] | Any, data: bytes) -> ServerReportedError:
    """Return the error that the server reports: a text, or an object with a ``message``.

    ``data``, of which ``report`` is a part, is shown where there is no message.
    """
    message: Any = report
    code: Any = None
    if isinstance(report, dict):
        message = report.get("message") or excerpt_of(data)
        code = report.get("code")
    if type(code) is str and code.isdecimal():
        code = int(code)
    said = excerpt_of(str(message).encode("utf-8", "replace"), _MOST_SHOWN)
    return ServerReportedError(
        f"the server reported an error: {said}", code=code if type(code) is int else None
    )


def reported_by_event(data: bytes) -> ServerReportedError:
    """Return the error that an event called ``error`` reports, whatever its data."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        value = data.decode("utf-8", "replace")
    report = value.get("error") or value if isinstance(value, dict) else value
    return reported(report or "it did not say which", data)
