"""What a load must say, wherever it is generated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiperf.common.errors import ConfigError

if TYPE_CHECKING:
    from aiperf.common.config import LoadConfig

_ALL = 100.0
_LIMITS = {
    "concurrency_limit": "--concurrency",
    "prefill_concurrency": "--prefill-concurrency",
    "warmup_concurrency": "--warmup-concurrency",
    "warmup_prefill_concurrency": "--warmup-prefill-concurrency",
}


def check_load(load: LoadConfig) -> None:
    """Raise an error for a load that means nothing.

    Raises:
        ConfigError: It says neither how much to send nor for how long, or has a percentage that
            is none, or a limit that lets nothing start.
    """
    for field, option in _LIMITS.items():
        limit = getattr(load, field)
        if limit is not None and limit < 1:
            raise ConfigError(f"{option} must be at least 1, not {limit}", option=option)
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
