"""Response bodies that no server should send, and that some will."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

WITHOUT_ANSWER: Final = {
    "nothing": b"",
    "blanks": b" \r\n\t ",
    "HTML": b"<!doctype html><html><body>502 Bad Gateway</body></html>",
    "text": b"upstream connect error",
    "half a word": b"nul",
    "null": b"null",
    "a number": b"3",
    "a string": b'"Hello"',
    "a list": b"[]",
    "an empty object": b"{}",
    "an error object": b'{"error": {"message": "busy", "type": "overloaded", "code": 503}}',
    "an error text": b'{"error": "busy"}',
    "bytes that are not UTF-8": b'{"choices": "\xff\xfe\x80"}',
    "a null byte": b"\x00\x00",
    "UTF-16": '{"choices": []}'.encode("utf-16"),
    "a deep list": b"[" * 5000 + b"]" * 5000,
    "an open object": b'{"choices": [{"message": {"content": "He',
    "an event without data": b"event: ping\n\n",
    "a comment": b": keep-alive\n\n",
    "an event that is not JSON": b"data: <html>\n\n",
    "an event that is cut off": b'data: {"choices": [{"delta": {"content": "He',
    "an event with an error": b'data: {"error": {"message": "busy"}}\n\ndata: [DONE]\n\n',
    "only the end": b"data: [DONE]\n\n",
    "an event with bytes that are not UTF-8": b'data: {"choices": "\xff\xfe"}\n\n',
    "an event with null": b"data: null\n\ndata: [DONE]\n\n",
}
"""Bodies that hold no answer in any format, by what they are."""

_OTHERS: Final[tuple[Any, ...]] = (None, True, 0, -1, 1.5, "x", [], {}, [None], {"": None}, ["x"])


def reshaped(value: Any) -> Iterator[Any]:
    """Yield ``value`` with each part of it, in turn, left out or replaced by something else."""
    yield from _OTHERS
    if isinstance(value, dict):
        for key in value:
            rest = {k: v for k, v in value.items() if k != key}
            yield rest
            for other in reshaped(value[key]):
                yield {**value, key: other}
    elif isinstance(value, list):
        for index in range(len(value)):
            yield value[:index] + value[index + 1 :]
            for other in reshaped(value[index]):
                yield [*value[:index], other, *value[index + 1 :]]


def reshaped_json(data: bytes) -> Iterator[bytes]:
    """Yield the JSON in ``data`` in every wrong shape; nothing if it is not JSON."""
    try:
        value = json.loads(data)
    except ValueError:
        return
    for other in reshaped(value):
        yield json.dumps(other).encode()


def damaged(data: bytes, times: int = 200) -> Iterator[bytes]:
    """Yield ``data`` with bytes replaced, dropped and doubled, the same at every call."""
    rng = random.Random(len(data))  # noqa: S311 - not for secrets
    for _ in range(times if data else 0):
        at, how = rng.randrange(len(data)), rng.randrange(3)
        middle = (bytes([rng.randrange(256)]), b"", data[at : at + 1] * 2)[how]
        yield data[:at] + middle + data[at + 1 :]
