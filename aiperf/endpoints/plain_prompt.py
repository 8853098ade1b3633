"""A conversation as one text, for formats that know of no roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aiperf.common.models import Turn


def plain_prompt(turns: Sequence[Turn]) -> str:
    """Return everything that was said before the answer to the last of ``turns``, line by line.

    A system prompt comes before the first turn that has it, an answer after the turn that it is
    the answer to.
    """
    return "\n".join(_lines(turns))


def _lines(turns: Sequence[Turn]) -> Iterator[str]:
    system: str | None = None
    for number, turn in enumerate(turns, 1):
        if turn.system is not None and turn.system != system:
            system = turn.system
            yield system
        yield from turn.texts
        if turn.answer is not None and number < len(turns):
            yield turn.answer
