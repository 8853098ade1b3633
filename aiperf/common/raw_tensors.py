"""Tensors as raw bytes, as KServe v2 has them over gRPC, and Triton over HTTP too.

Sources: the message ``ModelInferRequest`` of https://github.com/kserve/open-inference-protocol, and
https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md.
"""

from __future__ import annotations

import struct
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_RAW: Final = MappingProxyType(
    {
        "BOOL": "?",
        "INT8": "b",
        "INT16": "h",
        "INT32": "i",
        "INT64": "q",
        "UINT8": "B",
        "UINT16": "H",
        "UINT32": "I",
        "UINT64": "Q",
        "FP16": "e",
        "FP32": "f",
        "FP64": "d",
    }
)
"""How :mod:`struct` calls a datatype's elements; they are little-endian."""

_LENGTH: Final = struct.Struct("<I")


def packed(datatype: str, data: Sequence[Any]) -> bytes:
    """Return the elements of a tensor as raw bytes.

    Raises:
        KeyError: The datatype is unknown.
        struct.error: An element is none of it.
    """
    if datatype == "BYTES":
        texts = [each.encode() if isinstance(each, str) else each for each in data]
        return b"".join(_LENGTH.pack(len(text)) + text for text in texts)
    return struct.pack(f"<{len(data)}{_RAW[datatype]}", *data)


def unpacked(datatype: str, raw: bytes) -> list[Any]:
    """Return the elements of a tensor that came as raw bytes.

    Raises:
        ValueError: They are cut off, or the datatype is unknown.
    """
    if datatype == "BYTES":
        return texts(_chunks(raw))
    code = _RAW.get(datatype)
    size = struct.calcsize(code) if code else 1
    if code is None or len(raw) % size:
        msg = f"{len(raw)} bytes are no tensor of {datatype or 'no datatype'}"
        raise ValueError(msg)
    return list(struct.unpack(f"<{len(raw) // size}{code}", raw))


def _chunks(raw: bytes) -> list[bytes]:
    """Return the elements of a raw ``BYTES`` tensor: each is a length of four bytes and itself."""
    found = []
    at = 0
    while at < len(raw):
        begin = at + _LENGTH.size
        length = _LENGTH.unpack_from(raw, at)[0] if begin <= len(raw) else 0
        at = begin + length
        if at > len(raw):
            msg = "an element of a tensor of BYTES is cut off"
            raise ValueError(msg)
        found.append(raw[begin:at])
    return found


def texts(data: Sequence[bytes]) -> list[str]:
    """Return the elements of a tensor of ``BYTES`` as JSON has them."""
    return [each.decode("utf-8", "replace") for each in data]
