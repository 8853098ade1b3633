"""How many tokens of a prompt the server put into its cache."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord


class UsagePromptCacheWriteTokensMetric:
    """The input tokens that the server's ``usage`` says were written to its cache."""

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "usage_prompt_cache_write_tokens"
    header: ClassVar[str] = "Usage Prompt Cache Write Tokens"
    unit: ClassVar[str] = "tokens"

    def compute(self, record: RequestRecord) -> float | None:
        """Return the count, or ``None`` where the server gave none."""
        usage = record.usage
        return None if usage is None else usage.cache_write_tokens
