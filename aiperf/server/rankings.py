"""``POST /v1/ranking`` (NIM), ``/v2/rerank`` (Cohere) and ``/rerank`` (TEI).

Wire formats: https://docs.nvidia.com/nim/nemo-retriever/text-reranking/latest/reference.html,
https://docs.cohere.com/reference/rerank and
https://huggingface.github.io/text-embeddings-inference/.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any
from zlib import crc32

import orjson

from aiperf.server import request
from aiperf.server.randomness import SCORES, draw
from aiperf.server.reply import Whole
from aiperf.server.tokens import count_tokens

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiperf.server.settings import ServerSettings

_MAX_LOGIT = 12.0
_DOCUMENTS_PER_SEARCH = 100


class Rankings:
    """Scores passages. One passage has one score for one query and seed, whatever the request."""

    def __init__(self, settings: ServerSettings) -> None:
        self._seed = settings.seed

    def nim(self, fields: Mapping[str, Any], _number: int) -> Whole:
        """Return the response of a NIM, whose scores are logits.

        Raises:
            BadRequestError: A field is missing or wrong.
        """
        request.model(fields)
        query = _text_object("query", request.required(fields, "query"))
        passages = request.required(fields, "passages")
        if not isinstance(passages, list) or not passages:
            raise request.wrong("passages", "a list of objects with a text, at least one")
        texts = [_text_object("passages", each) for each in passages]
        tokens = sum(map(count_tokens, texts)) + len(texts) * count_tokens(query)
        return _whole(
            {
                "rankings": [
                    {"index": index, "logit": logit} for index, logit in self._ranked(query, texts)
                ],
                "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
            }
        )

    def cohere(self, fields: Mapping[str, Any], number: int) -> Whole:
        """Return the response of Cohere's API, with what a search of this size is billed.

        Raises:
            BadRequestError: A field is missing or wrong.
        """
        request.model(fields)
        query = _text("query", request.required(fields, "query"))
        texts = _texts("documents", request.required(fields, "documents"))
        most = fields.get("top_n")
        if most is not None and (type(most) is not int or most < 1):
            raise request.wrong("top_n", "an integer from 1")
        ranked = self._ranked(query, texts)[:most]
        return _whole(
            {
                "id": f"rerank-{number}",
                "results": [
                    {"index": index, "relevance_score": _probability(logit)}
                    for index, logit in ranked
                ],
                "meta": {
                    "api_version": {"version": "2", "is_experimental": False},
                    "billed_units": {"search_units": -(-len(texts) // _DOCUMENTS_PER_SEARCH)},
                },
            }
        )

    def tei(self, fields: Mapping[str, Any], _number: int) -> Whole:
        """Return the response of Text Embeddings Inference, a list.

        Raises:
            BadRequestError: A field is missing or wrong.
        """
        query = _text("query", request.required(fields, "query"))
        texts = _texts("texts", request.required(fields, "texts"))
        is_raw = request.boolean(fields, "raw_scores")
        with_text = request.boolean(fields, "return_text")
        return _whole(
            [
                {
                    "index": index,
                    **({"text": texts[index]} if with_text else {}),
                    "score": logit if is_raw else _probability(logit),
                }
                for index, logit in self._ranked(query, texts)
            ]
        )

    def _ranked(self, query: str, texts: list[str]) -> list[tuple[int, float]]:
        """Return the passages' indices and logits, the best first."""
        begin = crc32(query.encode("utf-8", "replace"))
        scored = []
        for index, text in enumerate(texts):
            bits = draw(self._seed, SCORES, crc32(text.encode("utf-8", "replace"), begin))
            scored.append((index, round((bits / 2**63 - 1) * _MAX_LOGIT, 6)))
        return sorted(scored, key=lambda each: -each[1])


def _whole(value: Any) -> Whole:
    return Whole(orjson.dumps(value))


def _probability(logit: float) -> float:
    return round(1 / (1 + math.exp(-logit)), 8)


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise request.wrong(name, "a string that is not empty")
    return value


def _texts(name: str, value: Any) -> list[str]:
    if not isinstance(value, list) or not value or not all(isinstance(each, str) for each in value):
        raise request.wrong(name, "a list of strings, at least one")
    return value


def _text_object(name: str, value: Any) -> str:
    if not isinstance(value, dict):
        raise request.wrong(
            name, "an object with a text" if name == "query" else "a list of objects with a text"
        )
    return _text(f"{name}.text", value.get("text"))
