"""How many tokens a request's prompts have, those that the dataset left uncounted included."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiperf.common.models import Turn
    from aiperf.common.protocols import TokenizerProtocol


def input_tokens(turns: Sequence[Turn], tokenizer: TokenizerProtocol) -> int:
    """Return the tokens of all texts of ``turns``, the last of which was sent after the others.

    A turn that its dataset has not counted is counted: texts, query, and the system message where
    it is another one than that of the turn before.
    """
    total = 0
    system: str | None = None
    for turn in turns:
        if turn.input_tokens is not None:
            total += turn.input_tokens
        else:
            total += sum(map(tokenizer.count, turn.texts))
            if turn.query:
                total += tokenizer.count(turn.query)
            if turn.system and turn.system != system:
                total += tokenizer.count(turn.system)
        system = turn.system
    return total
