"""The order in which the conversations of a dataset are sent."""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiperf.common.dataset_config import SamplingStrategy


def conversation_order(
    count: int, strategy: SamplingStrategy, seed: int | None = None
) -> Iterator[int]:
    """Yield indices below ``count`` without end; the same ones for the same seed.

    ``sequential`` goes round; ``random`` draws each anew, so that some may come again before
    others have come; ``shuffle`` goes round in another order each time.
    """
    if strategy == "sequential":
        return itertools.cycle(range(count))
    rng = random.Random(None if seed is None else f"{seed} conversation order")  # noqa: S311 - not for secrets
    return _drawn(count, rng) if strategy == "random" else _shuffled(count, rng)


def _drawn(count: int, rng: random.Random) -> Iterator[int]:
    while count:
        yield rng.randrange(count)


def _shuffled(count: int, rng: random.Random) -> Iterator[int]:
    numbers = list(range(count))
    while numbers:
        rng.shuffle(numbers)
        yield from numbers
