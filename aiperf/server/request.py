"""Reads the fields of a request's JSON body; whatever is wrong is refused with the field's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from aiperf.server.errors import BadRequestError
from aiperf.server.settings import MAX_OUTPUT_TOKENS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


def parse(body: bytes, _headers: Iterable[tuple[bytes, bytes]] = ()) -> Mapping[str, Any]:
    """Return the body's fields, whatever its headers are.

    Raises:
        BadRequestError: It is not a JSON object.
    """
    try:
        fields = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadRequestError(f"The body of the request is not valid JSON: {error}.") from error
    if not isinstance(fields, dict):
        raise BadRequestError("The body of the request must be a JSON object.")
    return fields


def required(fields: Mapping[str, Any], name: str) -> Any:
    """Return a field that must be there and not ``null``."""
    value = fields.get(name)
    if value is None:
        raise BadRequestError(f"Missing required parameter: '{name}'.", param=name)
    return value


def model(fields: Mapping[str, Any]) -> bytes:
    """Return the model's name as JSON, for echoing it."""
    name = required(fields, "model")
    if not isinstance(name, str) or not name:
        raise wrong("model", "a string that is not empty")
    return orjson.dumps(name)


def streams(fields: Mapping[str, Any]) -> bool:
    """Return whether the response is to be streamed."""
    return boolean(fields, "stream")


def includes_usage(fields: Mapping[str, Any]) -> bool:
    """Return whether a stream is to end with a usage chunk."""
    options = fields.get("stream_options")
    if options is None:
        return False
    if not streams(fields):
        raise BadRequestError(
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
            param="stream_options",
        )
    if not isinstance(options, dict):
        raise wrong("stream_options", "an object")
    return boolean(options, "include_usage", "stream_options.")


def output_limit(fields: Mapping[str, Any], *names: str) -> int | None:
    """Return the most tokens to answer with, from the first of ``names`` that is given."""
    for name in names:
        value = fields.get(name)
        if value is not None:
            if not _is_integer(value) or not 1 <= value <= MAX_OUTPUT_TOKENS:
                raise wrong(name, f"an integer from 1 to {MAX_OUTPUT_TOKENS}")
            return int(value)
    return None


def one_choice(fields: Mapping[str, Any]) -> None:
    """Refuse a request for several choices, which this server does not give."""
    if fields.get("n") not in (None, 1):
        raise wrong("n", "1; this server gives one choice for each request")


def is_token_ids(value: Any) -> bool:
    """Return whether ``value`` is a list of token ids, at least one."""
    return isinstance(value, list) and bool(value) and all(map(_is_integer, value))


def texts_or_ids(fields: Mapping[str, Any], name: str) -> Sequence[str | list[int]]:
    """Return the batch in a field that must be there: texts, or lists of token ids; one is enough.

    Raises:
        BadRequestError: It is neither, or a mixture of both.
    """
    value = required(fields, name)
    if isinstance(value, str) or is_token_ids(value):
        return [value]
    if isinstance(value, list) and value:
        if all(isinstance(each, str) for each in value):
            return value
        if all(map(is_token_ids, value)):
            return value
    raise wrong(name, "a string, a list of strings, a list of token ids or a list of such lists")


def wrong(name: str, expected: str) -> BadRequestError:
    """Return the error for a field whose value is not what it must be."""
    return BadRequestError(f"Invalid value for '{name}': it must be {expected}.", param=name)


def boolean(fields: Mapping[str, Any], name: str, prefix: str = "") -> bool:
    """Return a field that is true or false; false where it is not given."""
    value = fields.get(name)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise wrong(prefix + name, "true or false")
    return value


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
