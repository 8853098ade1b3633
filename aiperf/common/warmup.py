"""What the warm-up's load is, beside the benchmark's."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiperf.common.config import LoadConfig


def warmup_load(load: LoadConfig) -> LoadConfig | None:
    """Return the load of the warm-up by itself, ``None`` if there is to be none.

    It waits for its last response as long as that takes, unless ``warmup_grace_period`` says
    otherwise. None of its requests is cancelled on purpose.
    """
    if not (load.warmup_request_count or load.warmup_session_count or load.warmup_duration):
        return None
    grace_period = load.warmup_grace_period
    concurrency = load.warmup_concurrency
    return replace(
        load,
        request_count=load.warmup_request_count or None,
        session_count=load.warmup_session_count,
        benchmark_duration=load.warmup_duration,
        grace_period=math.inf if grace_period is None else grace_period,
        concurrency=load.concurrency if concurrency is None else concurrency,
        concurrency_limit=load.concurrency_limit if concurrency is None else concurrency,
        concurrency_ramp_duration=_either(
            load.warmup_concurrency_ramp_duration, load.concurrency_ramp_duration
        ),
        prefill_concurrency=(
            load.prefill_concurrency
            if load.warmup_prefill_concurrency is None
            else load.warmup_prefill_concurrency
        ),
        prefill_concurrency_ramp_duration=_either(
            load.warmup_prefill_concurrency_ramp_duration, load.prefill_concurrency_ramp_duration
        ),
        request_rate=_either(load.warmup_request_rate, load.request_rate),
        request_rate_ramp_duration=_either(
            load.warmup_request_rate_ramp_duration, load.request_rate_ramp_duration
        ),
        request_cancellation_rate=0.0,
    )


def _either(warmup: float | None, benchmark: float | None) -> float | None:
    return benchmark if warmup is None else warmup
