"""The format of NVIDIA's NIM for reranking.

Source: https://docs.nvidia.com/nim/nemo-retriever/text-reranking/latest/reference.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from aiperf.endpoints.rankings import RankingsEndpoint
from aiperf.endpoints.usage import usage_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiperf.common.models import Usage


class NIMRankingsEndpoint(RankingsEndpoint):
    """Speaks ``/v1/ranking``; a score is a logit."""

    default_path: ClassVar[str] = "/v1/ranking"

    def build_payload(self, model: str, query: str, passages: list[str]) -> dict[str, Any]:
        """Return the request's body, in which each text is an object."""
        return {
            "model": model,
            "query": {"text": query},
            "passages": [{"text": passage} for passage in passages],
        }

    def scores_of(self, response: Any) -> Iterable[tuple[Any, Any]]:
        """Return each ranked passage's index and score."""
        return ((each["index"], each["logit"]) for each in response["rankings"])

    def usage_of(self, response: Any) -> Usage | None:
        """Return the token counts, which newer versions give."""
        return usage_of(response.get("usage"))
