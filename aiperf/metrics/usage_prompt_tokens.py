"""The tokens of a prompt, as the server counted them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord


class UsagePromptTokensMetric:
    """The input tokens of the server's ``usage``, beside what the tokenizer counted."""

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "usage_prompt_tokens"
    header: ClassVar[str] = "Usage Prompt Tokens"
    unit: ClassVar[str] = "tokens"

    def compute(self, record: RequestRecord) -> float | None:
        """Return the count, or ``None`` where the server gave none."""
        usage = record.usage
        return None if usage is None else usage.input_tokens
