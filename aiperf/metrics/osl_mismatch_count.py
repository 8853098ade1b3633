"""How many responses had not the length that was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.protocols import RunTotals

_PERCENT = 5
_TOKENS = 50


class OslMismatchCountMetric:
    """Requests that are more than 5 % of the length asked for, or 50 tokens, off it.

    Reads ``osl_mismatch_diff_pct`` and ``output_sequence_length``.
    """

    scope: ClassVar[Literal["run"]] = "run"
    tag: ClassVar[str] = "osl_mismatch_count"
    header: ClassVar[str] = "OSL Mismatch Count"
    unit: ClassVar[str] = "requests"

    def compute(self, run: RunTotals) -> float | None:
        """Return the count, or ``None`` where no length was asked for."""
        differences = run.column("osl_mismatch_diff_pct")
        lengths = run.column("output_sequence_length")
        if differences is None or lengths is None:
            return None
        is_far = abs(differences) > _PERCENT
        near = lengths[~is_far]
        asked = near / (1 + differences[~is_far] / 100)
        return int(is_far.sum() + (abs(near - asked.round()) > _TOKENS).sum())
