"""A second plugin module for textmill, which is not installed: a filter overridden, and a new one.

Its classes are in this same module; as they are small, nothing is gained by loading them later.
"""

from __future__ import annotations

import codecs

from aiperf import LazyEntry, hookimpl


@hookimpl
def aiperf_register_filter() -> list[LazyEntry]:
    """One filter for a name that textmill has, so it overrides, and one for a new name."""
    return [
        LazyEntry("upper", __name__, "LouderFilter", description="CAPITAL LETTERS!"),
        LazyEntry("rot13", __name__, "Rot13Filter", description="each letter 13 letters further"),
    ]


class LouderFilter:
    """Writes everything in capital letters, with an exclamation mark."""

    def apply(self, text: str) -> str:
        """Return ``text`` in capitals, and an exclamation mark."""
        return f"{text.upper()}!"


class Rot13Filter:
    """Hides a text from nobody."""

    def apply(self, text: str) -> str:
        """Return ``text`` with each letter of the alphabet replaced by the 13th after it."""
        return codecs.encode(text, "rot13")
