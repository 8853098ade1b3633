"""How far a response's length is from the one that was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from aiperf.common.metric_values import scalar

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord


class OslMismatchDiffPctMetric:
    """(Output sequence length - length asked for) ÷ length asked for, in percent.

    Below 0 for a response that stopped early. Reads ``output_sequence_length``.
    """

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "osl_mismatch_diff_pct"
    header: ClassVar[str] = "OSL Mismatch Diff %"
    unit: ClassVar[str] = "%"

    def compute(self, record: RequestRecord) -> float | None:
        """Return the difference, or ``None`` where no length was asked for."""
        asked = record.max_tokens
        if not asked:
            return None
        return 100 * (scalar(record, "output_sequence_length") - asked) / asked
