"""The tokens of a request and its response, as the server counted them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord


class UsageTotalTokensMetric:
    """The total of the server's ``usage``."""

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "usage_total_tokens"
    header: ClassVar[str] = "Usage Total Tokens"
    unit: ClassVar[str] = "tokens"

    def compute(self, record: RequestRecord) -> float | None:
        """Return the count, or ``None`` where the server gave none."""
        usage = record.usage
        return None if usage is None else usage.total_tokens
