"""What of the load depends on the dataset: whether its times are followed, and the end."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aiperf.benchmark.trace_window import has_timestamps, trace_window
from aiperf.common.factories import ArrivalFactory, DatasetFactory

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiperf.common.config import BenchmarkConfig
    from aiperf.common.models import Conversation

FIXED_SCHEDULE = "fixed_schedule"
_LEAST_REQUESTS = 10


def settled(
    config: BenchmarkConfig, conversations: Sequence[Conversation]
) -> tuple[BenchmarkConfig, Sequence[Conversation]]:
    """Return the configuration with an end, and the conversations that it sends.

    A run to which nothing else puts an end has ten requests, or two for each that is in flight or
    for each user; that of a trace has each of its requests once, whether its times are followed or
    not. The warm-up for users is a closed loop, as there is nothing to pace before they come.

    Raises:
        ConfigError: a fixed schedule is asked for, and the dataset has none.
    """
    load = config.load
    if config.follow_timestamps and has_timestamps(conversations):
        config = replace(config, types=replace(config.types, arrival=FIXED_SCHEDULE))
    if follows_trace(config.types.arrival):
        conversations = trace_window(conversations, load)
        turns = sum(len(each.turns) for each in conversations)
        load = replace(load, request_count=min(load.request_count or turns, turns))
    elif not load.request_count and not load.session_count and load.benchmark_duration is None:
        if _is_trace(config.types.dataset):
            count = sum(len(each.turns) for each in conversations)
        else:
            count = max(_LEAST_REQUESTS, 2 * max(load.concurrency, load.num_users or 0))
        load = replace(load, request_count=count)
    load = replace(load, random_seed=config.dataset.random_seed)
    if _paces_users(config.types.arrival):
        turns = sum(len(each.turns) for each in conversations)
        load = replace(load, mean_turns=turns / len(conversations))
        types = config.types
        config = replace(
            config, types=replace(types, warmup_arrival=types.warmup_arrival or "concurrency")
        )
    return replace(config, load=load), conversations


def follows_trace(arrival: str) -> bool:
    """Return whether an arrival pattern replays the times of the dataset."""
    found: object = ArrivalFactory.get_class_from_type(arrival)
    return bool(getattr(found, "follows_trace", False))


def _paces_users(arrival: str) -> bool:
    found: object = ArrivalFactory.get_class_from_type(arrival)
    return bool(getattr(found, "paces_users", False))


def _is_trace(dataset: str) -> bool:
    found: object = DatasetFactory.get_class_from_type(dataset)
    return bool(getattr(found, "is_trace", False))
