"""The output tokens of a response, its reasoning left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord


class OutputTokenCountMetric:
    """Output tokens without reasoning, as the tokenizer or the server counted them."""

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "output_token_count"
    header: ClassVar[str] = "Output Token Count"
    unit: ClassVar[str] = "tokens"

    def compute(self, record: RequestRecord) -> float | None:
        """Return the count, or ``None`` where nothing counted."""
        return record.output_tokens
