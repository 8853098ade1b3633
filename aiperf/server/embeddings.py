"""``POST /v1/embeddings``.

Wire format: https://platform.openai.com/docs/api-reference/embeddings.
"""

from __future__ import annotations

import base64
import math
import random
import struct
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zlib import crc32

import orjson

from aiperf.server import request
from aiperf.server.reply import Whole
from aiperf.server.tokens import count_all

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiperf.server.settings import ServerSettings

MAX_DIMENSIONS = 65_536
_DIFFERENT = 16


class Embeddings:
    """Answers with unit vectors, a few different ones, rendered once each.

    One text has one vector, whatever the request; two texts may share one.
    """

    def __init__(self, settings: ServerSettings) -> None:
        self._seed = settings.seed
        self._dimensions = settings.embedding_dimensions

    def answer(self, fields: Mapping[str, Any], _number: int) -> Whole:
        """Return the response to a request.

        Raises:
            BadRequestError: A field is missing or wrong.
        """
        model = request.model(fields)
        items = request.texts_or_ids(fields, "input")
        dimensions = fields.get("dimensions")
        if dimensions is None:
            dimensions = self._dimensions
        elif type(dimensions) is not int or not 1 <= dimensions <= MAX_DIMENSIONS:
            raise request.wrong("dimensions", f"an integer from 1 to {MAX_DIMENSIONS}")
        encoding = fields.get("encoding_format") or "float"
        if encoding not in ("float", "base64"):
            raise request.wrong("encoding_format", "'float' or 'base64'")
        data = b",".join(
            [
                b'{"object":"embedding","index":%d,"embedding":%b}'
                % (index, _vector(self._seed, _slot(item), dimensions, encoding))
                for index, item in enumerate(items)
            ]
        )
        tokens = count_all(items)
        body = (
            b'{"object":"list","data":[%b],"model":%b,'
            b'"usage":{"prompt_tokens":%d,"total_tokens":%d}}'
        ) % (data, model, tokens, tokens)
        return Whole(body)


def _slot(item: str | list[int]) -> int:
    return crc32(orjson.dumps(item)) % _DIFFERENT


@lru_cache(maxsize=8 * _DIFFERENT)
def _vector(seed: int, slot: int, dimensions: int, encoding: str) -> bytes:
    """Return one vector as JSON: numbers, or a base64 text of little-endian 32-bit floats."""
    rng = random.Random(f"{seed}:{slot}")  # noqa: S311 - a vector, not a secret
    values = [rng.gauss(0, 1) for _ in range(dimensions)]
    norm = math.sqrt(sum(value * value for value in values)) or 1.0
    packed = struct.pack(f"<{dimensions}f", *[value / norm for value in values])
    if encoding == "base64":
        return b'"%b"' % base64.b64encode(packed)
    return orjson.dumps(struct.unpack(f"<{dimensions}f", packed))
