"""Input sequence length (ISL): the tokens of a prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord


class InputSequenceLengthMetric:
    """Input tokens, as the tokenizer or the server counted them."""

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "input_sequence_length"
    header: ClassVar[str] = "Input Sequence Length"
    unit: ClassVar[str] = "tokens"

    def compute(self, record: RequestRecord) -> float | None:
        """Return the count, or ``None`` where nothing counted."""
        return record.input_tokens
