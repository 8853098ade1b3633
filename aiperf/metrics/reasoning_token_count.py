"""The reasoning tokens of a response."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord


class ReasoningTokenCountMetric:
    """Reasoning tokens, as the tokenizer or the server counted them."""

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "reasoning_token_count"
    header: ClassVar[str] = "Reasoning Token Count"
    unit: ClassVar[str] = "tokens"

    def compute(self, record: RequestRecord) -> float | None:
        """Return the count, or ``None`` where nothing counted."""
        return record.reasoning_tokens
