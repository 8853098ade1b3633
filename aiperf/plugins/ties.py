"""Tells of a choice between plugins that only the alphabet made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiperf.plugins.environment import IMPLEMENTATIONS
from aiperf.plugins.resolver import reference_to

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiperf.plugins.candidates import Candidate


def tie_warning(factory: str, candidates: Sequence[Candidate], losers: Sequence[Candidate]) -> str:
    """Return a warning that names the winner, the losers, and the line that pins each.

    ``candidates`` are ranked; ``losers`` are those of them that nobody decided against.
    """
    winner = candidates[0]
    class_type = winner.entry.class_type
    pins = [
        f'{IMPLEMENTATIONS}="{factory}.{class_type}={reference_to(candidate, candidates)}"'
        for candidate in (winner, *losers)
    ]
    return (
        f"{factory}.{class_type}: {winner.origin} is selected before "
        f"{' and '.join(str(loser.origin) for loser in losers)} only because of the alphabetical "
        f"order of their names. To keep it: {pins[0]}. To change it: {' or '.join(pins[1:])}."
    )
