"""Names for things that would otherwise share one."""

from __future__ import annotations

from itertools import chain, count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container


def first_free(name: str, fuller: str, taken: Container[str]) -> str:
    """Return ``name``, or if it is taken ``fuller``, or that with a number: ``fuller#2``."""
    names = chain((name, fuller), (f"{fuller}#{number}" for number in count(2)))
    return next(each for each in names if each not in taken)
