"""The system prompt of a conversation, for formats that have one place for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiperf.common.models import Turn


def system_prompt(turns: Sequence[Turn]) -> str | None:
    """Return the system prompt that is in force at the last of ``turns``, ``None`` without one."""
    for turn in reversed(turns):
        if turn.system is not None:
            return turn.system
    return None
