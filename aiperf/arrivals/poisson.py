"""An open loop: requests at random, independent of one another."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from aiperf.arrivals.rate import at_rate
from aiperf.arrivals.scheduled import ScheduledArrival

if TYPE_CHECKING:
    import random

    from aiperf.common.config import LoadConfig


class PoissonArrival(ScheduledArrival):
    """Starts ``config.request_rate`` requests a second on average: a Poisson process.

    The times between them are exponentially distributed, as those of many users who know nothing
    of one another.

    Raises:
        ConfigError: there is no rate.
    """

    def __init__(self, *, config: LoadConfig, rng: random.Random) -> None:
        super().__init__(at_rate(config, partial(rng.expovariate, 1.0)), config.share)
