"""Splits a load among places that generate it together."""

from __future__ import annotations

import os
import random
from dataclasses import replace
from typing import TYPE_CHECKING

from aiperf.common.errors import ConfigError
from aiperf.common.share import Share
from aiperf.common.warmup import warmup_load

if TYPE_CHECKING:
    from aiperf.common.config import LoadConfig
    from aiperf.common.protocols import ArrivalProtocol, LoadParts

_SEED_BITS = 48


def most_workers(load: LoadConfig) -> int:
    """Return how many processes may generate the load: one for each core but one, by default."""
    if load.workers_max is not None:
        return load.workers_max
    if hasattr(os, "sched_getaffinity"):  # not on macOS
        return max(1, len(os.sched_getaffinity(0)) - 1)
    return max(1, (os.cpu_count() or 1) - 1)


def shares_of(load: LoadConfig, parts: LoadParts, most: int) -> list[LoadConfig]:
    """Return the load of each place, of at most so many; each has something to send.

    Each place has every n-th conversation, in the order in which one place alone would have held
    them. In a closed loop it has every n-th slot, and requests in proportion to them; of users it
    has every n-th. In any other open loop it has every n-th start of the schedule that one place
    alone would follow. Of a limit it has its share, in whole slots.

    Raises:
        ConfigError: The load cannot be split so that it stays what was asked for.
    """
    count = max(1, min(most, *_limits(load, parts)))
    while True:
        shares = [_part(load, parts, Share(index, count)) for index in range(count)]
        if count == 1:
            return [load]
        if all(each.request_count != 0 and each.session_count != 0 for each in shares):
            return shares
        count -= 1


def _limits(load: LoadConfig, parts: LoadParts) -> list[int]:
    """Return what no more places than so many could share."""
    warmup = warmup_load(load)
    limits = [load.request_count, load.session_count]
    if _is_closed(parts.arrival):
        limits.append(load.concurrency)
    else:
        limits.append(load.concurrency_limit)
    if warmup is not None and not _is_closed(parts.warmup_arrival):
        limits.append(warmup.concurrency_limit)
    if _follows_trace(parts.arrival):
        limits.append(len(_turns(parts)))
    limits += [load.prefill_concurrency, load.num_users]
    if warmup is not None:
        limits.append(warmup.prefill_concurrency)
    return [each for each in limits if each] or [1 << 16]


def _part(load: LoadConfig, parts: LoadParts, share: Share) -> LoadConfig:
    """Return one place's load."""
    if share.count == 1:
        return load
    for each in (parts.arrival, parts.warmup_arrival):
        if getattr(each, "shares", None) not in ("slots", "times"):
            raise ConfigError(
                f"the arrival pattern {type(each).__name__} does not say how several processes "
                "share it; use --workers-max 1 or --executor local, or let its class have the "
                "attribute shares, as ArrivalProtocol describes it",
                option="--executor",
            )
    part = replace(load, share=share)
    if load.random_seed is not None:
        rng = random.Random(f"{load.random_seed} worker {share.index}")  # noqa: S311 - a load pattern
        part = replace(part, random_seed=rng.getrandbits(_SEED_BITS))
    if _follows_trace(parts.arrival):
        part = _trace_part(part, parts)
    else:
        slots = _slots(load, parts.arrival)
        part = replace(
            part,
            request_count=_of(load.request_count, slots, share),
            session_count=_of(load.session_count, slots, share),
        )
    return _with_warmup_part(part, parts)


def _with_warmup_part(part: LoadConfig, parts: LoadParts) -> LoadConfig:
    """Return the load with its part of the warm-up, which may be nothing."""
    warmup, share = warmup_load(part), part.share
    if warmup is None:
        return part
    slots = _slots(warmup, parts.warmup_arrival)
    requests = _of(warmup.request_count, slots, share)
    sessions = _of(warmup.session_count, slots, share)
    if requests == 0 or sessions == 0 or (slots is not None and not share.of(slots)):
        return replace(
            part, warmup_request_count=0, warmup_session_count=None, warmup_duration=None
        )
    return replace(part, warmup_request_count=requests or 0, warmup_session_count=sessions)


def _trace_part(part: LoadConfig, parts: LoadParts) -> LoadConfig:
    """Return the load that replays the place's conversations of a trace."""
    turns, share = _turns(parts), part.share
    if part.request_count is None or part.request_count >= sum(turns):
        requests = sum(share.take(iter(turns)))
    elif max(turns) == 1:
        requests = share.of(part.request_count)
    else:
        raise ConfigError(
            "--request-count cannot end the replay of conversations of several turns by several "
            "processes; leave it out, or use --executor local",
            option="--request-count",
        )
    sessions = min(len(turns), part.session_count or len(turns))
    return replace(part, request_count=requests, session_count=share.of(sessions))


def _slots(load: LoadConfig, arrival: ArrivalProtocol) -> int | None:
    """Return how many conversations or users keep places busy, ``None`` for a schedule of times."""
    if getattr(arrival, "paces_users", False):
        return load.num_users
    return load.concurrency if _is_closed(arrival) else None


def _of(whole: int | None, slots: int | None, share: Share) -> int | None:
    """Return the place's part of a count: in proportion to its slots, if there are any."""
    if whole is None or slots is None:
        return None if whole is None else share.of(whole)
    before = sum(Share(index, share.count).of(slots) for index in range(share.index))
    return whole * (before + share.of(slots)) // slots - whole * before // slots


def _turns(parts: LoadParts) -> list[int]:
    """Return how many turns the conversations have that are sent, in order."""
    return [
        len(parts.conversations[n].turns) for n in parts.order() if parts.conversations[n].turns
    ]


def _is_closed(arrival: ArrivalProtocol) -> bool:
    return getattr(arrival, "shares", "slots") == "slots"


def _follows_trace(arrival: ArrivalProtocol) -> bool:
    return bool(getattr(arrival, "follows_trace", False))
