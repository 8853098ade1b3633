"""The reasoning tokens of a response, as the server counted them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord


class UsageReasoningTokensMetric:
    """The reasoning tokens of the server's ``usage``."""

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "usage_reasoning_tokens"
    header: ClassVar[str] = "Usage Reasoning Tokens"
    unit: ClassVar[str] = "tokens"

    def compute(self, record: RequestRecord) -> float | None:
        """Return the count, or ``None`` where the server gave none."""
        usage = record.usage
        return None if usage is None else usage.reasoning_tokens
