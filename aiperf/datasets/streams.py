"""Independent random numbers for each thing that is drawn, all of them following from one seed."""

from __future__ import annotations

import random


class Streams:
    """Gives each purpose a generator of its own, so that drawing more of one changes no other.

    Args:
        seed: the same one gives the same streams in every process; ``None`` a new one each time.
    """

    def __init__(self, seed: int | None) -> None:
        self._root = random.Random(seed).getrandbits(64)  # noqa: S311 - not for secrets

    def __call__(self, purpose: str) -> random.Random:
        """Return a generator that has drawn nothing yet for ``purpose``."""
        return random.Random(f"{self._root}/{purpose}")  # noqa: S311 - not for secrets


def whole(rng: random.Random, mean: float, stddev: float) -> int:
    """Return one draw from a normal distribution, rounded, and at least 1."""
    return max(1, round(rng.gauss(mean, stddev)))
