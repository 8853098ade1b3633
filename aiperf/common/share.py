"""Which part of a load one place generates, where several generate it together."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Share:
    """Every ``count``-th of something, beginning with number ``index``, which is less than that.

    The shares of all indices together are the whole, and none of it is in two of them.
    """

    index: int = 0
    count: int = 1

    def of(self, whole: int) -> int:
        """Return how many of the first ``whole`` things are in the share."""
        return (whole - self.index + self.count - 1) // self.count

    def take(self, things: Iterator[T]) -> Iterator[T]:
        """Yield those things that are in the share."""
        if self.count == 1:
            return things
        return itertools.islice(things, self.index, None, self.count)


WHOLE = Share()
"""Everything, generated in one place."""
