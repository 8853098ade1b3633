"""The format of Hugging Face's Text Embeddings Inference (TEI) for reranking.

Source: https://huggingface.github.io/text-embeddings-inference/, ``/rerank``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from aiperf.endpoints.rankings import RankingsEndpoint

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiperf.common.models import Usage


class HFTEIRankingsEndpoint(RankingsEndpoint):
    """Speaks ``/rerank``; the server has one model, which a request does not name."""

    default_path: ClassVar[str] = "/rerank"

    def build_payload(
        self,
        model: str,  # noqa: ARG002 - see above
        query: str,
        passages: list[str],
    ) -> dict[str, Any]:
        """Return the request's body."""
        return {"query": query, "texts": passages}

    def scores_of(self, response: Any) -> Iterable[tuple[Any, Any]]:
        """Return each ranked passage's index and score; servers that follow TEI have an object."""
        ranked = response if isinstance(response, list) else response["results"]
        return ((each["index"], each["score"]) for each in ranked)

    def usage_of(self, response: Any) -> Usage | None:  # noqa: ARG002 - the format has none
        """Return ``None``: the format has no token counts."""
        return None
