"""The format of Cohere's API for reranking, version 2, which vLLM and others speak as well.

Source: https://docs.cohere.com/reference/rerank.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from aiperf.common.models import Usage
from aiperf.endpoints.rankings import RankingsEndpoint
from aiperf.endpoints.usage import count_of

if TYPE_CHECKING:
    from collections.abc import Iterable


class CohereRankingsEndpoint(RankingsEndpoint):
    """Speaks ``/v2/rerank``."""

    default_path: ClassVar[str] = "/v2/rerank"

    def build_payload(self, model: str, query: str, passages: list[str]) -> dict[str, Any]:
        """Return the request's body."""
        return {"model": model, "query": query, "documents": passages}

    def scores_of(self, response: Any) -> Iterable[tuple[Any, Any]]:
        """Return each ranked passage's index and score."""
        return ((each["index"], each["relevance_score"]) for each in response["results"])

    def usage_of(self, response: Any) -> Usage | None:
        """Return the input tokens: Cohere's ``meta.tokens``, or the ``usage`` of other servers.

        What Cohere bills, ``meta.billed_units.search_units``, is no number of tokens.
        """
        usage = response.get("usage")
        if usage:
            return Usage(input_tokens=count_of(usage.get("prompt_tokens", usage["total_tokens"])))
        tokens = (response.get("meta") or {}).get("tokens")
        return Usage(input_tokens=count_of(tokens.get("input_tokens"))) if tokens else None
