"""The builtin embeddings endpoint, asking for vectors of a fixed length."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiperf.endpoints.openai_embeddings import EmbeddingsEndpoint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiperf.common.models import Turn

DIMENSIONS = 256


class ShortEmbeddingsEndpoint(EmbeddingsEndpoint):
    """Asks for few dimensions, so that the model is measured and not the size of its answer.

    ``--extra-inputs dimensions:N`` asks for others.
    """

    def format_payload(self, turns: Sequence[Turn]) -> dict[str, Any]:
        """Return the builtin's request body, with ``dimensions``."""
        return {"dimensions": DIMENSIONS, **super().format_payload(turns)}
