"""Options that take several numbers, separated by commas."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class NumberList(click.ParamType):  # type: ignore[type-arg]  # not generic before click 8.3
    """Numbers above zero.

    Args:
        kind: makes one of its text: ``int`` or ``float``.
    """

    name = "numbers"

    def __init__(self, kind: Callable[[str], float]) -> None:
        self._kind = kind

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[float, ...]:
        """Return the numbers, or fail with what is none."""
        if isinstance(value, tuple):
            return value
        found = []
        for text in str(value).split(","):
            try:
                number = self._kind(text.strip())
            except ValueError:
                number = 0
            if not 0 < number < math.inf:
                self.fail(f"{text.strip()!r} in {value!r} is no number above 0.", param, ctx)
            found.append(number)
        return tuple(found)

    def text(self, value: Iterable[float]) -> str:
        """Return what :meth:`convert` makes ``value`` of."""
        return ",".join(map(str, value))
