"""Whether the tokenizer counts as the server does, where the server says how it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiperf.common.models import Statistics

_SHARE = 0.5
"""From so many requests on it is the tokenizer, not a few odd answers."""


def token_doubts(statistics: Sequence[Statistics], tokenizer: str) -> tuple[str, ...]:
    """Return a sentence if the counts of most requests are far from the server's own.

    Args:
        statistics: Of the whole run; how many requests differ is ``usage_discrepancy_count``.
        tokenizer: What counted, as ``--tokenizer`` names it.
    """
    values = {each.tag: each.avg for each in statistics}
    differing, count = values.get("usage_discrepancy_count"), values.get("request_count")
    if not differing or not count or differing < _SHARE * count:
        return ()
    doubt = (
        f"The tokenizer {tokenizer} and the server differ by more than 10 % in the tokens of "
        f"{differing:,.0f} of {count:,.0f} requests: every number of tokens here is the "
        "tokenizer's. Give the model's own to --tokenizer, or take the server's counts with "
        "--use-server-token-count."
    )
    return (doubt,)
