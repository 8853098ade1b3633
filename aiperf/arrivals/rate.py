"""From a rate, which may rise at first, to the times at which requests start."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from aiperf.common.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aiperf.common.config import LoadConfig

_NS = 1e9


def request_rate(config: LoadConfig) -> float:
    """Return the requests a second that are asked for.

    Raises:
        ConfigError: there are none.
    """
    rate = config.request_rate
    if rate is None or not 0 < rate < math.inf:
        given = "" if rate is None else f" greater than 0, not {rate:g}"
        raise ConfigError(
            f"this arrival pattern needs a --request-rate{given}: how many requests a second are "
            "to start",
            option="--request-rate",
        )
    return rate


def at_rate(config: LoadConfig, gap: Callable[[], float]) -> Iterator[int]:
    """Yield when requests start, as nanoseconds since the first, which starts at once.

    ``gap`` returns how far one is behind the other at a rate of one request a unit of time; its
    mean is 1. While a ramp lasts, the rate rises evenly from 0, so that after ``t`` seconds of
    ``d`` there have been ``rate * t**2 / (2 * d)`` requests on average, and half of ``rate * d``
    at its end. A process whose rate changes is one of rate 1 in another time, the integral of the
    rate: https://en.wikipedia.org/wiki/Poisson_point_process#Inhomogeneous_Poisson_point_process.

    Raises:
        ConfigError: there is no rate.
    """
    rate = request_rate(config)
    return _times(rate, config.request_rate_ramp_duration or 0.0, gap)


def _times(rate: float, ramp_s: float, gap: Callable[[], float]) -> Iterator[int]:
    in_ramp = rate * ramp_s / 2
    count = 0.0
    while True:
        if count < in_ramp:
            seconds = math.sqrt(2 * ramp_s * count / rate)
        else:
            seconds = ramp_s + (count - in_ramp) / rate
        yield round(seconds * _NS)
        count += gap()
