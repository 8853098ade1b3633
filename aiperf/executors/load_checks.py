"""What a load must say, wherever it is generated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiperf.common.errors import ConfigError

if TYPE_CHECKING:
    from aiperf.common.config import LoadConfig

_ALL = 100.0


def check_load(load: LoadConfig) -> None:
    """Raise an error for a load that means nothing.

    Raises:
        ConfigError: It says neither how much to send nor for how long, or has a percentage that
            is none.
    """
    if not load.request_count and not load.session_count and load.benchmark_duration is None:
        raise ConfigError(
            "nothing says when the benchmark ends; give --request-count, --num-sessions or "
            "--benchmark-duration",
            option="--request-count",
        )
    if not 0 <= load.request_cancellation_rate <= _ALL:
        raise ConfigError(
            "--request-cancellation-rate is a percentage, from 0 to 100, not "
            f"{load.request_cancellation_rate:g}",
            option="--request-cancellation-rate",
        )
