"""When each token of a response is due, as the settings and the seed say."""

from __future__ import annotations

import random
from itertools import accumulate
from typing import TYPE_CHECKING

from aiperf.server.randomness import DELAYS, draw

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiperf.server.settings import ServerSettings

_LENGTH = 8192


class Delays:
    """Plans each response as times after its request: absolute, so that lateness never adds up.

    With jitter, each delay is multiplied by a factor drawn from the gamma distribution whose mean
    is 1 and whose standard deviation is the jitter: the mean delay stays what was asked for, and
    no delay is negative.
    """

    def __init__(self, settings: ServerSettings) -> None:
        self._seed = settings.seed
        self._ttft = round(settings.ttft * 1e6)
        self._itl = round(settings.itl * 1e6)
        self._factors: list[float] = []
        if settings.jitter and (self._ttft or self._itl):
            rng = random.Random(settings.seed)  # noqa: S311 - delays, not a secret
            variance = settings.jitter**2
            self._factors = [rng.gammavariate(1 / variance, variance) for _ in range(_LENGTH)]

    def plan(self, number: int, tokens: int, start_ns: int) -> Sequence[int]:
        """Return when each token of request ``number``, complete at ``start_ns``, is due.

        Returns:
            Times in ns, ascending, one for each token (and one for a response without any), or
            nothing where nothing ever waits.
        """
        ttft, itl = self._ttft, self._itl
        if not (ttft or itl):
            return ()
        count = max(tokens, 1)
        if not self._factors:
            first = start_ns + ttft
            return [first + index * itl for index in range(count)]
        offset = draw(self._seed, DELAYS, number) % _LENGTH
        factors = self._factors[offset : offset + count]
        while len(factors) < count:
            factors += self._factors[: count - len(factors)]
        steps = [round(itl * factor) for factor in factors]
        steps[0] = start_ns + round(ttft * factors[0])
        return list(accumulate(steps))
