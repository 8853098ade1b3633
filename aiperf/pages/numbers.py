"""Numbers as a person reads them: as many digits as say something, and thousands apart."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MISSING = "\N{EN DASH}"
_SIGNIFICANT = 4
_MOST_DECIMALS = 6


def number(value: float | None, like: float | None = None) -> str:
    """Return ``value`` with about four significant digits, or with as many decimals as ``like``."""
    if value is None or not math.isfinite(value):
        return MISSING
    return f"{value:,.{_decimals(value if like is None else like)}f}"


def whole_or_number(value: float | None) -> str:
    """Return a count without decimals, and anything else as :func:`number` does."""
    if value is not None and math.isfinite(value) and value == int(value):
        return f"{int(value):,}"
    return number(value)


def largest(values: Iterable[float | None]) -> float:
    """Return the largest absolute value, which the others get as many decimals as."""
    return max((abs(each) for each in values if each is not None), default=0.0)


def _decimals(value: float) -> int:
    if not value or not math.isfinite(value):
        return 0
    digits = _SIGNIFICANT - 1 - math.floor(math.log10(abs(value)))
    return min(_MOST_DECIMALS, max(0, digits))
