"""Ids for requests and sessions, cheap enough to be made for each."""

from __future__ import annotations

import itertools
import os


class RequestIds:
    """Ids of the shape of a random UUID (RFC 9562, version 4).

    Their first ten bytes are random, the same in one run; the last six count.
    """

    def __init__(self) -> None:
        digits = os.urandom(9).hex()
        self._prefix = f"{digits[:8]}-{digits[8:12]}-4{digits[12:15]}-a{digits[15:18]}-"
        self._numbers = itertools.count()

    def new(self) -> str:
        """Return an id that is like no other."""
        return f"{self._prefix}{next(self._numbers):012x}"
