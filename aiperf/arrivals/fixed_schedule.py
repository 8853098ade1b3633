"""An open loop: requests when a trace says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from aiperf.arrivals.scheduled import ScheduledArrival

if TYPE_CHECKING:
    import random

    from aiperf.common.config import LoadConfig

_NS_PER_MS = 1e6


class FixedScheduleArrival(ScheduledArrival):
    """Starts one conversation at each of ``config.timestamps_ms``, the times of a trace."""

    follows_trace: ClassVar[bool] = True

    def __init__(self, *, config: LoadConfig, rng: random.Random) -> None:
        del rng  # nothing here is left to chance
        offsets_ns = (round(each * _NS_PER_MS) for each in config.timestamps_ms)
        super().__init__(offsets_ns, config.share)
