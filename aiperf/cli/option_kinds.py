"""The kinds of values that the options of ``aiperf profile`` take."""

from __future__ import annotations

import math
from typing import Any

import click

_MOST = 1e9
"""No number of an option means anything beyond it: 1e9 s are 32 years."""


class Number(click.FloatRange):
    """A number that arithmetic can be done with: not ``nan``, nor beyond a billion.

    Args:
        name: What the help calls it.
        or_inf: Whether ``inf``, no limit, is a value too.
        bounds: As :class:`click.FloatRange` takes them.
    """

    def __init__(self, name: str = "number", *, or_inf: bool = False, **bounds: Any) -> None:
        super().__init__(**bounds)
        self.name = name
        self._or_inf = or_inf

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the number.

        Raises:
            click.BadParameter: It is none, or out of bounds.
        """
        number: float = super().convert(value, param, ctx)
        is_usable = number <= _MOST or (self._or_inf and math.isinf(number))
        if not is_usable or 0 < number < 1 / _MOST:
            hint = ", or inf for no limit" if self._or_inf else ""
            self.fail(f"{value} is not a number from {1 / _MOST:g} to {_MOST:g}{hint}.", param, ctx)
        return number


class Whole(click.IntRange):
    """A whole number, up to a billion.

    Args:
        name: What the help calls it.
        bounds: As :class:`click.IntRange` takes them.
    """

    def __init__(self, name: str = "count", **bounds: Any) -> None:
        super().__init__(**bounds)
        self.name = name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number.

        Raises:
            click.BadParameter: It is none, or out of bounds.
        """
        number: int = super().convert(value, param, ctx)
        if number > _MOST:
            self.fail(f"{value} is more than {_MOST:,.0f}.", param, ctx)
        return number


SECONDS = Number("seconds", min=0, min_open=True)
SECONDS_OR_INF = Number("seconds", or_inf=True, min=0, min_open=True)
GRACE = Number("seconds", or_inf=True, min=0)
MILLISECONDS = Number("milliseconds", min=0)
RATE = Number(min=0, min_open=True)
PERCENT = Number("percent", min=0, max=100)
COUNT = Whole(min=1)


class SpelledChoice(click.Choice):  # type: ignore[type-arg]  # not generic before click 8.2
    """A choice of names with dashes, which may be written with underscores."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name, with dashes."""
        return str(super().convert(str(value).replace("_", "-"), param, ctx))


def number_option(*names: str, least: float = 0.0, default: float = 0.0, help_text: str) -> Any:
    """Return the decorator for an option that is a number, of at least ``least``."""
    return click.option(
        *names,
        type=Number(min=least),
        default=default,
        show_default=True,
        help=help_text,
    )


def whole_option(*names: str, least: int = 0, default: int | None, help_text: str) -> Any:
    """Return the decorator for an option that is a whole number, of at least ``least``."""
    return click.option(
        *names,
        type=Whole(min=least),
        default=default,
        show_default=default is not None,
        help=help_text,
    )
