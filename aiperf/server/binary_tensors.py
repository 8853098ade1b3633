"""Triton's extension of KServe v2 over HTTP: tensors as bytes after the JSON, in either direction.

Source:
https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from aiperf.common.raw_tensors import packed, unpacked
from aiperf.server import request
from aiperf.server.reply import Whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_HEADER = b"inference-header-content-length"
_SIZE = "binary_data_size"


def parse(body: bytes, headers: Iterable[tuple[bytes, bytes]]) -> Mapping[str, Any]:
    """Return a request's fields; tensors that came as bytes are as JSON would have them.

    Raises:
        BadRequestError: The body is not JSON, or its bytes are not what its JSON says.
    """
    length = next((value for name, value in headers if name == _HEADER), None)
    if length is None:
        return request.parse(body)
    try:
        at = int(length)
    except ValueError:
        at = -1
    if not 0 <= at <= len(body):
        raise request.wrong("Inference-Header-Content-Length", "the length of the JSON in bytes")
    fields = request.parse(body[:at])
    inputs = fields.get("inputs")
    for tensor in inputs if isinstance(inputs, list) else ():
        size = _parameter(tensor, _SIZE)
        if size is not None:
            at = _take(tensor, size, body, at)
    if at != len(body):
        raise request.wrong(_SIZE, f"that of all bytes after the JSON; {len(body) - at} are left")
    return fields


def is_binary_wanted(fields: Mapping[str, Any]) -> bool:
    """Return whether the first output is asked for as bytes, or else all are."""
    outputs = fields.get("outputs")
    first = outputs[0] if isinstance(outputs, list) and outputs else None
    wanted = _parameter(first, "binary_data")
    return (_parameter(fields, "binary_data_output") if wanted is None else wanted) is True


def binary_reply(response: dict[str, Any], tokens: int) -> Whole:
    """Return a response whose tensors are bytes."""
    raw = []
    for tensor in response["outputs"]:
        raw.append(packed(tensor["datatype"], tensor.pop("data")))
        tensor["parameters"] = {_SIZE: len(raw[-1])}
    head = orjson.dumps(response)
    return Whole(
        b"".join((head, *raw)),
        tokens=tokens,
        headers=((_HEADER, b"%d" % len(head)),),
        content_type=b"application/octet-stream",
    )


def _take(tensor: dict[str, Any], size: Any, body: bytes, at: int) -> int:
    """Give a tensor its elements, and return where the bytes of the next one begin."""
    name = f"inputs[{tensor.get('name')}]"
    if type(size) is not int or not 0 <= size <= len(body) - at:
        raise request.wrong(f"{name}.parameters.{_SIZE}", "a number of bytes that came")
    try:
        tensor["data"] = unpacked(str(tensor.get("datatype", "")), body[at : at + size])
    except ValueError as error:
        raise request.wrong(name, f"a tensor in bytes: {error}") from error
    return at + size


def _parameter(holder: Any, name: str) -> Any:
    """Return one of the parameters of a request or a tensor, ``None`` where there is none."""
    parameters = holder.get("parameters") if isinstance(holder, dict) else None
    return parameters.get(name) if isinstance(parameters, dict) else None
