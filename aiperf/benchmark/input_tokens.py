"""How many tokens a request's prompts have, those that the dataset left uncounted included."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aiperf.common.models import Turn


def input_tokens(
    turns: Sequence[Turn], count: Callable[[str], int], count_answer: Callable[[str], int]
) -> int:
    """Return the tokens of all texts of ``turns``, the last of which was sent after the others.

    The answers to the others are a part of the prompt, counted by ``count_answer``. A turn that its
    dataset has not counted is counted: texts, query, and the system message where it is another one
    than that of the turn before.
    """
    total = 0
    system: str | None = None
    for turn in turns[:-1]:
        if turn.answer:
            total += count_answer(turn.answer)
    for turn in turns:
        if turn.input_tokens is not None:
            total += turn.input_tokens
        else:
            total += sum(map(count, turn.texts))
            if turn.query:
                total += count(turn.query)
            if turn.system and turn.system != system:
                total += count(turn.system)
        system = turn.system
    return total


def counted_tokens(turns: Sequence[Turn]) -> int | None:
    """Return the tokens of all texts of ``turns`` where nobody has to count, else ``None``."""
    counts = [turn.input_tokens for turn in turns if turn.input_tokens is not None]
    is_known = len(counts) == len(turns) and not any(turn.answer for turn in turns[:-1])
    return sum(counts) if is_known else None
