"""Numbers as CSV files have them."""

from __future__ import annotations


def number(value: float | None) -> str:
    """Return a number with at most six decimals, which is a nanosecond for milliseconds."""
    if value is None:
        return ""
    return f"{value:.6f}".rstrip("0").rstrip(".")
