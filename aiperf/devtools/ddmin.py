"""Delta debugging: the smallest part of a set that still fails.

Source: A. Zeller and R. Hildebrandt, Simplifying and Isolating Failure-Inducing Input, IEEE
Transactions on Software Engineering 28(2), 2002: the algorithm called ddmin.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ItemT = TypeVar("ItemT")


def ddmin(items: Sequence[ItemT], fails: Callable[[tuple[ItemT, ...]], bool]) -> tuple[ItemT, ...]:
    """Return a part of ``items`` that fails, while it without any one of its items does not.

    Where one item is to blame, that takes at most twice as many tests as ``items`` can be halved.
    The items keep their order, and no part is tested twice.

    Args:
        items: what fails as a whole, each item once; nothing at all must not fail.
        fails: says whether a part of it fails.
    """
    known: dict[tuple[ItemT, ...], bool] = {(): False, tuple(items): True}

    def test(part: tuple[ItemT, ...]) -> bool:
        if part not in known:
            known[part] = fails(part)
        return known[part]

    failing, count = tuple(items), min(2, len(items))
    while count > 1:
        parts = _split(failing, count)
        others = [tuple(item for item in failing if item not in part) for part in parts]
        if smaller := next(filter(test, parts), None):
            failing, count = smaller, min(2, len(smaller))
        elif smaller := next(filter(test, others), None):
            failing, count = smaller, max(count - 1, 2)
        elif count < len(failing):
            count = min(2 * count, len(failing))
        else:
            break
    return failing


def _split(items: tuple[ItemT, ...], count: int) -> list[tuple[ItemT, ...]]:
    """Return ``items`` in ``count`` parts whose lengths differ by one at most."""
    bounds = [len(items) * number // count for number in range(count + 1)]
    return [items[low:high] for low, high in pairwise(bounds)]
