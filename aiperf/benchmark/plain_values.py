"""What a metric computed as plain finite numbers, whatever kind of number it gave."""

from __future__ import annotations

import math
from array import array
from itertools import filterfalse
from typing import Any


def plain(value: Any) -> float | list[float]:
    """Return what a metric computed as a plain number or a list of them, empty if it was.

    Raises:
        Exception: It is something else, or not finite.
    """
    if not isinstance(value, list):
        return finite(value)
    total: Any = sum(value)
    if type(total) is float and math.isfinite(total):  # then all of them are
        return list(value)
    values = array("d", value)
    for bad in filterfalse(math.isfinite, values):
        finite(bad)
    return values.tolist()


def finite(value: float) -> float:
    """Return ``value`` as a plain number.

    Raises:
        ValueError: It is not finite.
        TypeError: It is no number.
    """
    if not math.isfinite(value):
        msg = f"its value is not a finite number: {value!r}"
        raise ValueError(msg)
    return value if type(value) is int else float(value)
