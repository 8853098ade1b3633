"""The name that somebody probably meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most like ``name``, or ``None`` if none is close."""
    import difflib  # noqa: PLC0415 - only an error needs it, and start-up should not pay for it

    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return close[0] if close else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a sentence for an error message: the nearest name, or all the known ones."""
    names = sorted(set(known))
    if not names:
        return "There are none."
    close = nearest(name, names)
    if close is not None:
        return f"Did you mean {close!r}?"
    return "Known: " + ", ".join(map(repr, names)) + "."
