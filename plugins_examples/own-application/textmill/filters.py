"""The builtin filters; they know nothing of the registry."""

from __future__ import annotations


class UpperFilter:
    """Writes everything in capital letters."""

    def apply(self, text: str) -> str:
        """Return ``text`` in capitals."""
        return text.upper()


class ReverseFilter:
    """Writes everything backwards."""

    def apply(self, text: str) -> str:
        """Return ``text`` from its end to its beginning."""
        return text[::-1]
