"""An open loop: requests at even intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiperf.arrivals.rate import at_rate
from aiperf.arrivals.scheduled import ScheduledArrival

if TYPE_CHECKING:
    import random

    from aiperf.common.config import LoadConfig


class ConstantArrival(ScheduledArrival):
    """Starts ``config.request_rate`` requests a second, each as long after the one before it.

    Raises:
        ConfigError: there is no rate.
    """

    def __init__(self, *, config: LoadConfig, rng: random.Random) -> None:
        del rng  # nothing here is left to chance
        super().__init__(at_rate(config, lambda: 1.0), config.share)
