"""An open loop: requests at random, as bursty or as smooth as asked for."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from aiperf.arrivals.rate import at_rate
from aiperf.arrivals.scheduled import ScheduledArrival
from aiperf.common.errors import ConfigError

if TYPE_CHECKING:
    import random

    from aiperf.common.config import LoadConfig


class GammaArrival(ScheduledArrival):
    """Starts ``config.request_rate`` requests a second on average, with gamma-distributed gaps.

    ``config.arrival_smoothness`` is the shape of the distribution, as vLLM's ``--burstiness``: 1,
    which is the default, is a Poisson process; less is burstier, more is more even. The gaps'
    standard deviation is their mean divided by its square root.

    Raises:
        ConfigError: there is no rate, or the smoothness is not greater than 0.
    """

    def __init__(self, *, config: LoadConfig, rng: random.Random) -> None:
        shape = 1.0 if config.arrival_smoothness is None else config.arrival_smoothness
        if not 0 < shape < math.inf:
            raise ConfigError(
                f"--arrival-smoothness must be greater than 0, not {shape:g}",
                option="--arrival-smoothness",
            )
        super().__init__(at_rate(config, partial(rng.gammavariate, shape, 1 / shape)), config.share)
