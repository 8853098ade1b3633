"""Ids for requests and sessions, cheap enough to be made for each."""

from __future__ import annotations

import itertools
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class RequestIds:
    """Ids of the shape of a random UUID (RFC 9562, version 4).

    Their first ten bytes are random, the same in one run; the last six count.
    """

    def __init__(self) -> None:
        digits = os.urandom(9).hex()
        prefix = f"{digits[:8]}-{digits[8:12]}-4{digits[12:15]}-a{digits[15:18]}-"
        self.new: Callable[[], str] = _count_on(prefix).__next__
        """Return an id that is like no other."""


def _count_on(prefix: str) -> Iterator[str]:
    """Yield ``prefix`` with numbers of twelve digits; the last three are formatted in advance."""
    lasts = [f"{number:03x}" for number in range(1 << 12)]
    for number in itertools.count():
        longer = f"{prefix}{number:09x}"
        for last in lasts:
            yield longer + last
