"""What the OpenAI wire formats have in common: JSON bodies, error objects and usage.

Source: the OpenAI API reference (https://platform.openai.com/docs/api-reference), with the
additions of servers that follow it.
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
from aiperf.common.models import Usage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiperf.common.models import ModelEndpoint

WRONG_SHAPE = (AttributeError, IndexError, KeyError, TypeError, ValueError)
"""What code that walks a JSON value raises when its shape is not the expected one."""


def url_path(model_endpoint: ModelEndpoint, default: str) -> str:
    """Return the path that requests go to: the one asked for, or ``default``."""
    path = model_endpoint.path or default
    return path if path.startswith("/") else f"/{path}"


def load_object(data: bytes) -> dict[str, Any]:
    """Return the JSON object in ``data``.

    Raises:
        InvalidJSONError: It is not JSON.
        InvalidResponseError: It is JSON, but not an object.
        ServerReportedError: It is an error object, in either of the two shapes that are in use:
            ``{"error": {"message": …, "code": …}}`` and ``{"object": "error", "message": …}``.
    """
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        excerpt = excerpt_of(data)
        raise InvalidJSONError(
            f"the server sent what is not JSON ({error.msg}): {excerpt}; look into its log",
            excerpt=excerpt,
        ) from error
    if type(value) is not dict:
        raise wrong_shape("a JSON object", data)
    if "error" in value or value.get("object") == "error":
        _raise_reported(value, data)
    return value


def wrong_shape(wanted: str, data: bytes) -> InvalidResponseError:
    """Return the error for ``data`` that is JSON but not ``wanted``."""
    excerpt = excerpt_of(data)
    return InvalidResponseError(
        f"the server sent JSON that is not {wanted}: {excerpt}; check that --endpoint-type fits it",
        excerpt=excerpt,
    )


def unreadable(error: Exception) -> InvalidResponseError:
    """Return the error for a response at which reading itself failed."""
    return InvalidResponseError(
        f"the response could not be read: {type(error).__name__}: {error}; please report it"
    )


def usage_of(value: Mapping[str, Any] | None) -> Usage | None:
    """Return the token counts of a ``usage`` object, ``None`` without one."""
    if not value:
        return None
    details = value.get("completion_tokens_details") or {}
    return Usage(
        input_tokens=_count(value.get("prompt_tokens")),
        output_tokens=_count(value.get("completion_tokens")),
        reasoning_tokens=_count(details.get("reasoning_tokens")),
    )


def _count(value: Any) -> int | None:
    """Return a token count, ``None`` if there is none; raise ``TypeError`` for anything else."""
    if value is None or (type(value) is int and value >= 0):
        return value
    msg = f"not a token count: {value!r}"
    raise TypeError(msg)


def _raise_reported(value: Mapping[str, Any], data: bytes) -> None:
    """Raise the error that the server reports in ``value``; an empty one (``null``) is none."""
    report = value.get("error", value)
    if not report:
        return
    message: Any = report
    code: Any = None
    if isinstance(report, dict):
        message = report.get("message") or excerpt_of(data)
        code = report.get("code")
    if type(code) is str and code.isdecimal():
        code = int(code)
    said = excerpt_of(str(message).encode("utf-8", "replace"), 500)
    raise ServerReportedError(
        f"the server reported an error: {said}", code=code if type(code) is int else None
    )
