"""The tokens of a response, as the server counted them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord


class UsageCompletionTokensMetric:
    """The output tokens of the server's ``usage``, reasoning included where the server does so."""

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "usage_completion_tokens"
    header: ClassVar[str] = "Usage Completion Tokens"
    unit: ClassVar[str] = "tokens"

    def compute(self, record: RequestRecord) -> float | None:
        """Return the count, or ``None`` where the server gave none."""
        usage = record.usage
        return None if usage is None else usage.output_tokens
